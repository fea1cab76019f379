// Keys of the store's records; the layout is told in node/serve/store.h.
#pragma once

#include <string>
#include <string_view>

#include "core/digest.h"
#include "core/ids.h"

namespace bsn {

enum class RecordKind : char {
  accepted = 'a',
  bft_vote = 'b',
  block = 'k',
  final_mark = 'f',
  raft_entry = 'l',
  raft_trim = 't',
  raft_vote = 'v',
  tree_vote = 'w',
};

std::string record_key(ChainIndex chain, RecordKind kind);
std::string record_key(ChainIndex chain, RecordKind kind, std::uint64_t number);
std::string accepted_key(ChainIndex chain, const Digest& transaction, std::uint64_t order);

// The kind and the last 8 bytes of a key, as record_key and accepted_key made it.
RecordKind kind_of(std::string_view key);
ChainIndex chain_of(std::string_view key);  // its first 4 bytes
std::uint64_t number_of(std::string_view key);

}  // namespace bsn
