// What a chain has executed: every transaction with its place and its result, and every key that was used.
//
// Nothing is ever forgotten (XO: at most one execution per key, for ever), so this is packed: one record of 84 bytes
// per transaction, its result's bytes behind one another, and two tables of 4-byte slots that find records by
// transaction and by key. With results of 35 bytes that makes about 140 bytes a transaction. Entries of several
// branches of a chain may stand side by side; whoever looks says which blocks are its own. Not for more than one
// thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/block.h"
#include "node/digest_map.h"

namespace bsn {

// Where a transaction stands in the chain and what came of it, the first time it was in a block.
struct Executed {
  Height height = 0;
  std::uint32_t index = 0;
  ReceiptStatus status = ReceiptStatus::ok;  // duplicate: its key had been used with another body
  std::string value;
};

class ExecutedIndex {
 public:
  // `key`: what it used first; nullptr: it used none.
  void add(const Digest& transaction, const Digest* key, const Digest& block, const Executed& executed);

  // The entry of the branch that `on_branch(height, block hash)` describes; nullopt: none.
  template <class OnBranch>
  std::optional<Executed> find(const Digest& transaction, const OnBranch& on_branch) const {
    const Record* found = look(by_transaction_, &Record::transaction, transaction, on_branch);
    return found == nullptr ? std::nullopt : std::optional(executed(*found));
  }

  // The transaction that used this key first on that branch; nullopt: none did.
  template <class OnBranch>
  std::optional<Digest> find_key(const Digest& key, const OnBranch& on_branch) const {
    const Record* found = look(by_key_, &Record::key, key, on_branch);
    return found == nullptr ? std::nullopt : std::optional(found->transaction);
  }

  // Whether anything of this block is here: what a block executed is added all at once.
  bool knows(const Digest& block) const { return block_numbers_.contains(block); }

  // Everything known, of all branches, in order, each once.
  std::vector<Digest> transactions() const { return sorted(by_transaction_, &Record::transaction); }
  std::vector<Digest> keys() const { return sorted(by_key_, &Record::key); }

 private:
  struct Record {
    Digest transaction;
    Digest key;
    std::uint32_t block = 0;  // in blocks_
    std::uint32_t index = 0;  // in its block
    std::uint32_t value_chunk = 0;
    std::uint32_t value_begin = 0;
    std::uint32_t value_size : 30 = 0;
    std::uint32_t status : 2 = 0;
  };
  struct Block {
    Height height = 0;
    Digest hash;
  };

  // Numbers of records by a digest in them: open addressing, linear probing, at most two thirds full. A digest may
  // stand in it several times.
  class Table {
   public:
    template <class DigestOf>
    void add(std::uint32_t record, const DigestOf& digest_of) {
      if (3 * (size_ + 1) > 2 * slots_.size()) grow(digest_of);
      put(record, digest_of(record));
      ++size_;
    }
    // The first record from the place of `digest` on of which `fits` holds; nullopt: none.
    template <class Fits>
    std::optional<std::uint32_t> find(const Digest& digest, const Fits& fits) const {
      if (slots_.empty()) return std::nullopt;
      for (std::size_t at = home_of(digest); slots_[at] != 0; at = (at + 1) & (slots_.size() - 1)) {
        if (fits(slots_[at] - 1)) return slots_[at] - 1;
      }
      return std::nullopt;
    }
    const std::vector<std::uint32_t>& slots() const { return slots_; }

   private:
    std::size_t home_of(const Digest& digest) const {
      std::uint64_t first = 0;
      std::memcpy(&first, digest.bytes.data(), sizeof first);
      return first & (slots_.size() - 1);
    }
    void put(std::uint32_t record, const Digest& digest) {
      std::size_t at = home_of(digest);
      while (slots_[at] != 0) at = (at + 1) & (slots_.size() - 1);
      slots_[at] = record + 1;
    }
    template <class DigestOf>
    void grow(const DigestOf& digest_of) {
      std::vector<std::uint32_t> old(std::max<std::size_t>(4, 2 * slots_.size()));
      old.swap(slots_);
      for (const std::uint32_t slot : old) {
        if (slot != 0) put(slot - 1, digest_of(slot - 1));
      }
    }

    std::vector<std::uint32_t> slots_;  // a record's number + 1; 0: free
    std::size_t size_ = 0;
  };

  template <class OnBranch>
  const Record* look(const Table& table, Digest Record::*field, const Digest& digest, const OnBranch& on_branch) const {
    const auto number = table.find(digest, [&](std::uint32_t at) {
      const Record& one = records_[at];
      return one.*field == digest && on_branch(blocks_[one.block].height, blocks_[one.block].hash);
    });
    return number ? &records_[*number] : nullptr;
  }

  Executed executed(const Record& record) const;
  std::uint32_t block_number(Height height, const Digest& hash);
  void keep_value(std::string_view value, Record& record);
  std::vector<Digest> sorted(const Table& table, Digest Record::*field) const;

  std::deque<Record> records_;
  std::deque<Block> blocks_;
  DigestMap<std::uint32_t> block_numbers_;
  std::deque<std::string> values_;  // chunks
  Table by_transaction_;
  Table by_key_;
};

}  // namespace bsn
