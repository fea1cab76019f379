// What a city node has on disk: every chain peer's durable state in one LMDB map (disk/lmdb.h), equal to what
// apply() of core/durable.h makes in memory.
//
// Keys: chain (4 bytes, big-endian), kind (1 byte), then by kind
//   k block        height (8 bytes)                l log entry    index (8 bytes)
//   a accepted     transaction id, order (8 bytes)
//   v Raft's vote, t the log's trim, b BFT's votes, w a tree family's votes, f its final mark: nothing more
// Values: 8 bytes of SHA-256 over key and payload, then the payload, a message of proto/storage.proto, call.proto or
// city_node.proto. A flipped bit or a record in the wrong place is found when it is read.
//
// Threads: `write` from one at a time (the loop's), reads from any.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/chain_spec.h"
#include "core/durable.h"
#include "core/result.h"
#include "disk/lmdb.h"
#include "proto/call.pb.h"

namespace bsn {

class Store {
 public:
  struct Write {
    ChainIndex chain;
    DurableWrite write;
  };

  // Opens or creates the store in an existing folder.
  static Result<std::unique_ptr<Store>> open(const std::string& folder, Durability durability);

  // Applies all writes in order, in one transaction. With Durability::fsync they are on the platter when this returns.
  // On an error nothing is known about the disk: the caller must end the process and never write again.
  Result<Done> write(const std::vector<Write>& writes);

  // Erases everything of other chains than these: what a crash left there while an assignment changed.
  Result<Done> keep_only(const std::vector<ChainSpec>& chains);

  // Everything of one chain peer, checked as a whole: checksums, blocks 1, 2, ... linked by hash, log without a gap.
  Result<DurableState> load(ChainIndex chain, const ChainName& name) const;

  // Bytes of all keys and values of one chain. Reads through them.
  Result<std::uint64_t> bytes(ChainIndex chain) const;

  // Consecutive stored blocks from a height on: at most max_blocks and, behind the first, max_bytes. Empty: none there.
  Result<std::vector<v1::Block>> blocks(ChainIndex chain, Height from, std::size_t max_blocks,
                                        std::size_t max_bytes) const;

 private:
  explicit Store(std::unique_ptr<Lmdb> lmdb) : lmdb_(std::move(lmdb)) {}

  std::unique_ptr<Lmdb> lmdb_;
};

}  // namespace bsn
