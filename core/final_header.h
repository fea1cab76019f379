// Final headers: a block's header with the evidence that its chain can't take it back, as a light client checks it.
//
// Two kinds of evidence, as networks have two kinds of finality:
//   certificate  validators, together of enough weight, signed that the block is final to them. Each does so once per
//                height, after its engine called the block final; whoever wants a certificate collects the signatures.
//   depth        so many headers stand on top, each naming the one below by its hash and carrying the work of whoever
//                made it. Work is modelled (see node/pow_seal.h): a digest under a key of the maker.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/block.h"
#include "core/signature.h"

namespace bsn {

// What a validator signs when a block is final to it.
std::string final_header_message(const ChainName& chain, const Digest& header);

// The key that a validator signs with. It follows from the chain's name and a seed, network_key_seed in a network: a
// simulation has nothing to keep secret, and so a genesis need not list keys.
SigningKey validator_key(const ChainName& chain, std::uint64_t key_seed, ValidatorIndex seat);
inline constexpr std::uint64_t network_key_seed = 0;

// What stands for the proof of work over a whole header, roots included.
Digest header_work(std::uint64_t key_seed, ValidatorIndex maker, const Digest& header);

struct CertificateEvidence {
  struct Signer {
    ValidatorIndex seat;  // ascending, none twice
    Signature signature;
    bool operator==(const Signer&) const = default;
  };
  std::vector<Signer> signers;
  bool operator==(const CertificateEvidence&) const = default;
};

struct DepthEvidence {
  // From which header that was believed before the new one descends: a proof, under the new header's state root, of
  // what its chain keeps as the hash of that height (core/block_hashes.h).
  struct Descent {
    Height from = 0;
    Digest hash;
    std::string proof;  // core/state_proof.h
    bool operator==(const Descent&) const = default;
  };

  Digest work;  // of the header itself
  struct Child {
    BlockHeader header;
    Digest work;
    bool operator==(const Child&) const = default;
  };
  std::vector<Child> children;       // upward: the first names the header as its parent
  std::optional<Descent> descent{};  // not for the first header that a client hears of
  bool operator==(const DepthEvidence&) const = default;
};

struct FinalHeader {
  BlockHeader header;
  std::variant<CertificateEvidence, DepthEvidence> evidence;
  bool operator==(const FinalHeader&) const = default;
};

std::string encode(const FinalHeader& header);

// nullopt: these are not the canonical bytes of one.
std::optional<FinalHeader> decode_final_header(std::string_view bytes);

}  // namespace bsn
