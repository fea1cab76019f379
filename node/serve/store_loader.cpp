#include "node/serve/store_loader.h"

#include <utility>

#include "disk/sealed_record.h"
#include "node/serve/record.h"
#include "proto/codec.h"

namespace bsn {
namespace {

template <class Message>
Result<Message> parse(std::string_view payload) {
  Message message;
  if (message.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return message;
  return Error{ErrorCode::corrupt, "a record is no " + message.GetTypeName()};
}

}  // namespace

bool StoreLoader::add(std::string_view key, std::string_view value) {
  const auto payload = open_record(key, value);
  if (payload) {
    add_record(key, *payload);
  } else {
    fail("a record does not match its checksum");
  }
  return wrong_.empty();
}

void StoreLoader::add_record(std::string_view key, std::string_view payload) {
  // Parses and decodes the payload and hands it to `keep`, or remembers what is wrong with it.
  const auto read = [&]<class Message>(Message, const auto& decode_one, const auto& keep) {
    const Result<Message> message = parse<Message>(payload);
    if (!message) return fail(message.error().message);
    auto value = decode_one(*message);
    if (!value) return fail(value.error().message);
    keep(std::move(*value));
  };
  const auto plain = [](const auto& message) { return decode(message); };
  switch (kind_of(key)) {
    case RecordKind::raft_vote:
      return read(v1::RaftVoteState(), plain, [&](RaftVoteState vote) { state_.raft_vote = vote; });
    case RecordKind::raft_trim:
      return read(v1::RaftLogTrim(), plain, [&](RaftLogTrim trim) { state_.raft_trim = trim; });
    case RecordKind::bft_vote:
      return read(
          v1::BftVoteState(), [&](const auto& m) { return decode_bft_vote_state(m, chain_); },
          [&](BftVoteState vote) { state_.bft_vote = std::move(vote); });
    case RecordKind::tree_vote:
      return read(v1::TreeVoteState(), plain, [&](TreeVoteState vote) { state_.tree_vote = std::move(vote); });
    case RecordKind::final_mark:
      return read(v1::FinalMark(), plain, [&](FinalMark mark) { state_.final_height = mark.height; });
    case RecordKind::raft_entry:
      return read(
          v1::RaftEntry(), [&](const auto& m) { return decode_raft_entry(m, chain_); },
          [&](RaftEntry entry) { add_entry(std::move(entry)); });
    case RecordKind::block:
      return read(
          v1::Block(), [&](const auto& m) { return decode_block(m, chain_); },
          [&](BlockPtr block) { add_block(std::move(block)); });
    case RecordKind::accepted:
      return read(
          v1::Transaction(), [&](const auto& m) { return decode_transaction(m, chain_); },
          [&](TransactionPtr transaction) { accepted_[number_of(key)] = std::move(transaction); });
  }
  fail("a record has an unknown kind");
}

void StoreLoader::add_block(BlockPtr block) {
  const Height height = state_.blocks.size() + 1;
  if (block->header.height != height) return fail("block " + std::to_string(height) + " is missing");
  if (height > 1 && block->header.parent != state_.blocks.back()->hash) {
    return fail("block " + std::to_string(height) + " does not follow the one before it");
  }
  state_.blocks.push_back(std::move(block));
}

void StoreLoader::add_entry(RaftEntry entry) {
  if (!state_.raft_log.empty() && entry.index != state_.raft_log.back().index + 1) {
    return fail("log entry " + std::to_string(state_.raft_log.back().index + 1) + " is missing");
  }
  state_.raft_log.push_back(std::move(entry));
}

void StoreLoader::fail(std::string what) {
  if (wrong_.empty()) wrong_ = std::move(what);
}

Result<DurableState> StoreLoader::finish() {
  if (state_.final_height > state_.blocks.size()) fail("blocks up to the final mark are missing");
  if (!wrong_.empty()) return Error{ErrorCode::corrupt, wrong_};
  for (auto& [order, transaction] : accepted_) state_.accepted.push_back(std::move(transaction));
  return std::move(state_);
}

}  // namespace bsn
