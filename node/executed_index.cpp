#include "node/executed_index.h"

#include "core/check.h"

namespace bsn {
namespace {

constexpr std::size_t value_chunk_bytes = 256 * 1024;

}  // namespace

void ExecutedIndex::add(const Digest& transaction, const Digest* key, const Digest& block, const Executed& executed) {
  BSN_CHECK(records_.size() < 0xffff'fffe, "fewer than 2^32 transactions are executed");
  const auto number = static_cast<std::uint32_t>(records_.size());
  Record& record = records_.emplace_back();
  record.transaction = transaction;
  record.block = block_number(executed.height, block);
  record.index = executed.index;
  record.status = static_cast<std::uint32_t>(executed.status) & 3U;
  keep_value(executed.value, record);
  by_transaction_.add(number, [this](std::uint32_t at) { return records_[at].transaction; });
  if (key == nullptr) return;
  record.key = *key;
  by_key_.add(number, [this](std::uint32_t at) { return records_[at].key; });
}

Executed ExecutedIndex::executed(const Record& record) const {
  const std::string_view chunk = values_.empty() ? std::string_view() : std::string_view(values_[record.value_chunk]);
  return {blocks_[record.block].height, record.index, static_cast<ReceiptStatus>(record.status),
          std::string(chunk.substr(record.value_begin, record.value_size))};
}

std::uint32_t ExecutedIndex::block_number(Height height, const Digest& hash) {
  const auto [number, fresh] = block_numbers_.try_emplace(hash, static_cast<std::uint32_t>(blocks_.size()));
  if (fresh) blocks_.push_back({height, hash});
  return *number;
}

void ExecutedIndex::keep_value(std::string_view value, Record& record) {
  BSN_CHECK(value.size() < (std::size_t{1} << 30), "a result is shorter than 1 GiB");
  if (value.empty()) return;
  if (values_.empty() || values_.back().size() + value.size() > value_chunk_bytes) {
    values_.emplace_back().reserve(std::max(value.size(), value_chunk_bytes));
  }
  record.value_chunk = static_cast<std::uint32_t>(values_.size() - 1);
  record.value_begin = static_cast<std::uint32_t>(values_.back().size());
  record.value_size = static_cast<std::uint32_t>(value.size()) & 0x3fff'ffffU;
  values_.back() += value;
}

std::vector<Digest> ExecutedIndex::sorted(const Table& table, Digest Record::*field) const {
  std::vector<Digest> all;
  for (const std::uint32_t slot : table.slots()) {
    if (slot != 0) all.push_back(records_[slot - 1].*field);
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace bsn
