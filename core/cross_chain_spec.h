// What a chain must know of others to take part in cross-chain calls: written into its genesis state.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/ids.h"
#include "core/signature.h"
#include "core/time.h"

namespace bsn {

// A header is final when signers with more than numerator / denominator of the weight signed it. What each family asks
// for: BFT, DPoS, GRANDPA and Solana's roots 2/3; Raft, where nobody lies, 1/2.
struct CertificateRule {
  struct Member {
    PublicKey key;
    std::uint64_t weight = 1;
    bool operator==(const Member&) const = default;
  };
  std::vector<Member> members;  // 1 ... 1000, by seat
  std::uint32_t numerator = 2;
  std::uint32_t denominator = 3;
  // Each header's seal names who signs those after it (core/voters_seal.h); their keys follow from this seed.
  std::optional<std::uint64_t> voters_seed{};
  bool operator==(const CertificateRule&) const = default;
};

// The same as a genesis says it: the members' keys follow from the chain's name and their seats (validator_key).
struct ValidatorsRule {
  std::uint64_t key_seed = 0;
  std::vector<std::uint64_t> weights;  // by seat, 1 ... 1000; 0: the seat's signature counts for nothing
  std::uint32_t numerator = 2;
  std::uint32_t denominator = 3;
  bool seal_names_voters = false;  // Raft, BFT: who signs next stands in the header's seal
  bool operator==(const ValidatorsRule&) const = default;
};

// A header is final when so many stand on top of it.
struct DepthRule {
  std::uint32_t confirmations = 12;  // 1 ... 1000
  std::uint64_t key_seed = 0;        // whose modelled work counts
  bool operator==(const DepthRule&) const = default;
};

// How one chain follows another.
struct ClientSpec {
  ChainName chain;
  std::variant<ValidatorsRule, DepthRule> rule;
  Duration trusting_period = seconds(14 * 24 * 3600);  // without a newer header the client expires
  Duration clock_drift = seconds(30);                  // a header may be so far ahead of the own block's time
  bool operator==(const ClientSpec&) const = default;
};

// The rules of a hub for every channel that goes through it.
struct ChannelRules {
  bool acknowledged = true;            // outcomes come back, time-outs refund; false: as Poly's documented flow
  bool ordered = false;                // received in the order of sequence; a time-out closes the lane
  std::uint32_t in_flight_max = 1000;  // packets of a lane that are not done; beyond: refused
  std::uint64_t outflow_max = 0;       // value per lane and window (RATE); 0: unlimited
  Duration outflow_window = seconds(3600);
  std::uint64_t slash = 0;  // taken from the provider's deposit for each time-out (IRITA's iService)
  bool operator==(const ChannelRules&) const = default;
};

// At most one of both: a chain is an end, or a hub.
struct CrossChainSpec {
  struct Link {
    ClientSpec hub;
    ChannelRules rules;
    std::vector<ChainName> reachable;  // the other chains on that hub
    bool operator==(const Link&) const = default;
  };
  std::vector<Link> links;  // of an end: its hubs

  struct Hub {
    ChannelRules rules;
    std::vector<ClientSpec> chains;
    bool operator==(const Hub&) const = default;
  };
  std::optional<Hub> hub;
  bool operator==(const CrossChainSpec&) const = default;
};

// The hub's account that a provider's deposit lies in, and where slashed value goes. The genesis of a hub that slashes
// has both.
inline std::string provider_account(const ChainName& chain) { return "provider/" + to_string(chain); }
inline constexpr std::string_view slashed_account = "slashed";

}  // namespace bsn
