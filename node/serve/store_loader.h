// Makes a DurableState from the records of one chain, read in the order of their keys, and checks that they fit
// together.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/durable.h"
#include "core/result.h"

namespace bsn {

class StoreLoader {
 public:
  explicit StoreLoader(ChainName chain) : chain_(std::move(chain)) {}

  // One record. False: it does not verify, and finish() will say so.
  bool add(std::string_view key, std::string_view value);

  // The whole, or what is wrong with it. Call once.
  Result<DurableState> finish();

 private:
  void add_record(std::string_view key, std::string_view payload);
  void add_block(BlockPtr block);
  void add_entry(RaftEntry entry);
  void fail(std::string what);

  ChainName chain_;
  DurableState state_;
  std::map<std::uint64_t, TransactionPtr> accepted_;  // by order of acceptance
  std::string wrong_;
};

}  // namespace bsn
