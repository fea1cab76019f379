#include "node/serve/store.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "disk/sealed_record.h"
#include "node/serve/record.h"
#include "node/serve/store_loader.h"
#include "proto/codec.h"

namespace bsn {
namespace {

constexpr std::uint64_t last_number = std::numeric_limits<std::uint64_t>::max();

// Writes the records of one transaction. Stops at the first error, which code() keeps.
class Writer {
 public:
  explicit Writer(LmdbTransaction& transaction) : transaction_(transaction) {}

  int code() const { return code_; }

  void apply(ChainIndex chain, const DurableWrite& write) {
    chain_ = chain;
    std::visit([this](const auto& one) { apply(one); }, write);
  }

 private:
  void apply(const RaftVoteState& write) { put(record_key(chain_, RecordKind::raft_vote), encode(write)); }

  void apply(const RaftLogWrite& write) {
    if (write.entries.empty()) return;
    erase(entry_key(write.entries.front().index), entry_key(last_number));
    for (const RaftEntry& entry : write.entries) put(entry_key(entry.index), encode(entry));
  }

  void apply(const RaftLogTrim& write) {
    put(record_key(chain_, RecordKind::raft_trim), encode(write));
    erase(entry_key(0), entry_key(write.index));
  }

  void apply(const BftVoteState& write) { put(record_key(chain_, RecordKind::bft_vote), encode(write)); }

  void apply(const BlockWrite& write) {
    put(record_key(chain_, RecordKind::block, write.block->header.height), encode(*write.block));
  }

  void apply(const BlocksUndone& write) {
    erase(record_key(chain_, RecordKind::block, write.keep + 1), record_key(chain_, RecordKind::block, last_number));
  }

  void apply(const FinalMark& write) { put(record_key(chain_, RecordKind::final_mark), encode(write)); }

  void apply(const TreeVoteState& write) { put(record_key(chain_, RecordKind::tree_vote), encode(write)); }

  void apply(const ChainErased&) {
    erase(record_key(chain_, RecordKind{}), record_key(chain_, static_cast<RecordKind>('\x7f')));
  }

  // The order of acceptance is kept by number: the transaction's, then the position in it.
  void apply(const AcceptedWrite& write) {
    constexpr std::uint64_t most_per_transaction = std::uint64_t{1} << 24;
    const std::uint64_t order = transaction_.id() * most_per_transaction + accepted_++;
    put(accepted_key(chain_, write.transaction->id, order), encode(*write.transaction));
  }

  void apply(const AcceptedErase& write) {
    erase(accepted_key(chain_, write.transaction, 0), accepted_key(chain_, write.transaction, last_number));
  }

  std::string entry_key(std::uint64_t index) const { return record_key(chain_, RecordKind::raft_entry, index); }

  template <class Message>
  void put(const std::string& key, const Message& message) {
    if (code_ == 0) code_ = transaction_.put(key, seal_record(key, message.SerializeAsString()));
  }

  void erase(const std::string& first, const std::string& last) {
    if (code_ == 0) code_ = transaction_.erase_range(first, last);
  }

  LmdbTransaction& transaction_;
  ChainIndex chain_;
  std::uint64_t accepted_ = 0;
  int code_ = 0;
};

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const std::string& folder, Durability durability) {
  auto lmdb = Lmdb::open(folder, durability == Durability::fsync);
  if (!lmdb) return lmdb.error();
  return std::unique_ptr<Store>(new Store(std::move(*lmdb)));
}

Result<Done> Store::write(const std::vector<Write>& writes) {
  return lmdb_->update([&](LmdbTransaction& transaction) {
    Writer writer(transaction);
    for (const Write& one : writes) writer.apply(one.chain, one.write);
    return writer.code();
  });
}

Result<Done> Store::keep_only(const std::vector<ChainSpec>& chains) {
  std::vector<Write> erasures;
  const Result<Done> read = lmdb_->read([&](LmdbTransaction& transaction) {
    for (std::uint64_t next = 0; next <= std::numeric_limits<std::uint32_t>::max();) {
      std::optional<ChainIndex> found;
      const std::string first = record_key({static_cast<std::uint32_t>(next)}, RecordKind{});
      const int code = transaction.scan(first, std::string(first.size(), '\xff'), [&](std::string_view key, auto) {
        found = chain_of(key);
        return false;
      });
      if (code != 0 || !found) return code;
      const bool kept = std::any_of(chains.begin(), chains.end(), [&](const auto& one) { return one.index == *found; });
      if (!kept) erasures.push_back({*found, ChainErased{}});
      next = std::uint64_t{found->value} + 1;
    }
    return 0;
  });
  if (!read || erasures.empty()) return read;
  return write(erasures);
}

Result<DurableState> Store::load(ChainIndex chain, const ChainName& name) const {
  StoreLoader loader(name);
  const std::string first = record_key(chain, RecordKind{});
  const std::string last = record_key(ChainIndex{chain.value}, static_cast<RecordKind>('\x7f'));
  const Result<Done> done = lmdb_->read([&](LmdbTransaction& transaction) {
    return transaction.scan(first, last,
                            [&](std::string_view key, std::string_view value) { return loader.add(key, value); });
  });
  if (!done) return done.error();
  Result<DurableState> state = loader.finish();
  if (!state) return Error{ErrorCode::corrupt, lmdb_->path() + ": " + to_string(name) + ": " + state.error().message};
  return state;
}

Result<std::uint64_t> Store::bytes(ChainIndex chain) const {
  std::uint64_t bytes = 0;
  const Result<Done> done = lmdb_->read([&](LmdbTransaction& transaction) {
    bytes = 0;
    return transaction.scan(record_key(chain, RecordKind{}), record_key(chain, static_cast<RecordKind>('\x7f')),
                            [&](std::string_view key, std::string_view value) {
                              bytes += key.size() + value.size();
                              return true;
                            });
  });
  if (!done) return done.error();
  return bytes;
}

Result<std::vector<v1::Block>> Store::blocks(ChainIndex chain, Height from, std::size_t max_blocks,
                                             std::size_t max_bytes) const {
  std::vector<v1::Block> blocks;
  if (max_blocks == 0) return blocks;
  bool whole = true;
  std::size_t bytes = 0;
  const std::string first = record_key(chain, RecordKind::block, from);
  const std::string last = record_key(chain, RecordKind::block, last_number);
  const Result<Done> done = lmdb_->read([&](LmdbTransaction& transaction) {
    return transaction.scan(first, last, [&](std::string_view key, std::string_view value) {
      bytes += value.size();
      if (!blocks.empty() && bytes > max_bytes) return false;
      const auto payload = open_record(key, value);
      whole = payload && blocks.emplace_back().ParseFromArray(payload->data(), static_cast<int>(payload->size())) &&
              number_of(key) == from + blocks.size() - 1;
      return whole && blocks.size() < max_blocks;
    });
  });
  if (!done) return done.error();
  if (!whole) return Error{ErrorCode::corrupt, lmdb_->path() + ": a stored block does not verify"};
  return blocks;
}

}  // namespace bsn
