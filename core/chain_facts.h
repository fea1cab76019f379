// Facts about a chain's final state with their proofs, as a peer of the chain gives them to relayers.
//
// Asked for with a read of contract "chain", function "facts": lists of keys, each to be proved together, and, where
// validators change, the seal (core/voters_seal.h) that names those whose signatures count for whoever asks; without it
// those of genesis do. Answered with the bytes of ChainFacts. Every peer can answer; one whose finality is a matter of
// signatures collects them from the validators first (node/facts_desk.h).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/final_header.h"

namespace bsn {

// What a final state holds under some keys, and one proof of all that (core/state_proof.h).
struct Facts {
  std::vector<std::optional<std::string>> values;  // one for each key, in order
  std::string proof;
  bool operator==(const Facts&) const = default;
};

// All facts are of the state after this header.
struct ChainFacts {
  FinalHeader header;
  std::vector<Facts> facts;  // one for each list of keys
  bool operator==(const ChainFacts&) const = default;
};

inline constexpr std::string_view facts_contract = "chain";
inline constexpr std::string_view facts_function = "facts";
inline constexpr std::size_t facts_keys_max = 500;  // in one question

std::string encode(const ChainFacts& facts);
std::optional<ChainFacts> decode_chain_facts(std::string_view bytes);

using KeyLists = std::vector<std::vector<std::string>>;
std::string encode_keys(const KeyLists& lists);
// nullopt: no lists of keys, an empty one, or too many keys.
std::optional<KeyLists> decode_keys(std::string_view bytes);

}  // namespace bsn
