// Light clients: how the state of one chain follows another chain, believing nobody but that chain's validators.
//
// A client lives in the state of the chain that uses it, so every peer has the same one and its own root covers it. It
// keeps root, time and hash of the last `kept_headers` final headers that were proved to it, and answers whether a key
// of the other chain's state held a value, or none, at one of these.
//
// PROOF: a header is taken when its evidence fits the client's rule (core/cross_chain_spec.h), its root is not zero, it
// is not from the future, and the client is neither frozen nor expired. FREEZE: two proved headers of one height that
// differ, or one whose time runs backward, freeze the client for good: then it believes nothing more. Headers below the
// newest that were not kept are refused, so kept_headers bounds how late a proof may come.
//
// Sets that change: where the rule says so (Raft), the seal of each header names who votes. Signed by the present set
// it is believed, and from then on only the set that it names is: so a set hands over to the next, and nobody else can.
// A client that missed so many changes that no majority of its set is left can't be taught any more.
//
// Depth: with a header under enough others a client also believes that no branch of the same height gets as deep. A
// newer header comes with a proof from which header it descends. If that is not the one believed last, a branch got as
// deep as it: the chain was reorganised deeper than its confirmations, which freezes the client too. A client that
// heard of nothing for block_hashes_kept blocks can't be taught any more. The first header of all is taken as it comes.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/cross_chain_spec.h"
#include "core/final_header.h"
#include "core/state_proof.h"
#include "node/contract.h"
#include "node/state_overlay.h"

namespace bsn {

// What is believed about one height of another chain.
struct KnownHeader {
  Digest state_root;
  Instant time;
  Digest hash;
};

class LightClient {
 public:
  static constexpr std::size_t kept_headers = 64;

  // Writes a client that knows no header yet into a genesis.
  static void create(const ClientSpec& spec, StateOverlay& state);

  // The client of `chain` in this state; nullopt: it has none. Valid as long as the overlay.
  static std::optional<LightClient> find(const ChainName& chain, StateOverlay& state);

  // Takes a header. Value: "advanced", "known" (it was there), or "frozen" (it contradicts what was proved before).
  // Refused, with the reason: no evidence, too old, from the future, the client is frozen or expired.
  ContractOutcome update(const FinalHeader& header);

  // The next set of validators, signed by the present one over next_members_message. Refused as update().
  ContractOutcome change_members(const std::vector<CertificateRule::Member>& members,
                                 const CertificateEvidence& evidence);

  // Why the key did not hold the value, or was not absent, at that height as far as this client can tell; nullopt: it
  // is proved. `proof`: core/state_proof.h.
  std::optional<std::string> check_value(Height height, std::string_view key, std::string_view value,
                                         std::string_view proof) const;
  std::optional<std::string> check_absence(Height height, std::string_view key, std::string_view proof) const;

  // What many keys held at that height, by one proof about all of their paths.
  struct Proved {
    std::optional<std::string> why_not;  // nothing is proved
    KnownHeader header;
    std::vector<HeldDigest> held;  // by path
  };
  Proved prove_values(Height height, std::span<const Digest> paths, std::string_view proof) const;

  // nullopt: never proved, or not kept any more.
  std::optional<KnownHeader> known(Height height) const;

  Height latest() const { return latest_; }
  bool frozen() const { return frozen_; }
  std::uint64_t set_number() const { return set_number_; }

  // What the members of set `number` - 1 sign to hand over to the next.
  static std::string next_members_message(const ChainName& chain, std::uint64_t number,
                                          const std::vector<CertificateRule::Member>& members);

 private:
  LightClient(ChainName chain, StateOverlay& state) : chain_(std::move(chain)), state_(state) {}

  std::optional<std::string> why_unusable() const;
  std::optional<std::string> why_unproved(const FinalHeader& header) const;
  // Whether the evidence shows that the header does not descend from the newest known one. Not for certificates, whose
  // signers answer for that.
  bool forks(const FinalHeader& header) const;
  void adopt_voters(const BlockHeader& header);
  ContractOutcome freeze();
  void keep(const BlockHeader& header, const Digest& hash);
  void store();

  ChainName chain_;
  StateOverlay& state_;
  std::variant<CertificateRule, DepthRule> rule_;
  std::uint64_t set_number_ = 0;
  Duration trusting_period_{};
  Duration clock_drift_{};
  bool frozen_ = false;
  Height latest_ = 0;  // 0: none yet
  Instant latest_time_{};
};

// nullopt: signers of the rule with enough weight signed the message, and nobody else did. Else why not.
std::optional<std::string> why_not_certified(const CertificateRule& rule, std::string_view message,
                                             const CertificateEvidence& evidence);

// nullopt: so many headers stand on top of this one, each with its work. Else why not.
std::optional<std::string> why_not_deep(const DepthRule& rule, const BlockHeader& header,
                                        const DepthEvidence& evidence);

}  // namespace bsn
