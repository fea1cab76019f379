#include "node/raft_log.h"

#include <algorithm>
#include <utility>

#include "core/check.h"

namespace bsn {
namespace {

std::uint64_t transaction_bytes(const RaftEntry& entry) {
  std::uint64_t bytes = 0;
  if (entry.proposal) {
    for (const TransactionPtr& transaction : entry.proposal->transactions) bytes += transaction->size;
  }
  return bytes;
}

}  // namespace

RaftLog::RaftLog(const std::optional<RaftLogTrim>& trim, const std::vector<RaftEntry>& entries, const Voters& founders)
    : base_(trim.value_or(RaftLogTrim{})), entries_(entries.begin(), entries.end()) {
  if (base_.voters.empty()) base_.voters = founders;
  configurations_.push_back({base_.index, base_.voters});
  drop_rest_older_than_base();
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    BSN_CHECK(entries_[i].index == base_.index + 1 + i, "the stored log has no gap");
    note(entries_[i]);
  }
}

std::size_t RaftLog::position(std::uint64_t index) const {
  BSN_CHECK(index > base_.index && index <= last_index(), "the entry is in the log");
  return index - base_.index - 1;
}

const RaftEntry& RaftLog::at(std::uint64_t index) const { return entries_[position(index)]; }

std::optional<std::uint64_t> RaftLog::term_at(std::uint64_t index) const {
  if (index == base_.index) return base_.term;
  if (index < base_.index || index > last_index()) return std::nullopt;
  return at(index).term;
}

// The way back is short: between two proposals stand only the no-ops of terms without a proposal.
Height RaftLog::height_at(std::uint64_t index) const {
  BSN_CHECK(index >= base_.index && index <= last_index(), "the entry is in the log");
  for (; index > base_.index; --index) {
    if (const ProposalPtr& proposal = at(index).proposal) return proposal->height;
  }
  return base_.height;
}

std::optional<Instant> RaftLog::last_proposal_time() const {
  const auto last = std::find_if(entries_.rbegin(), entries_.rend(), [](const RaftEntry& e) { return e.proposal; });
  if (last == entries_.rend()) return std::nullopt;
  return last->proposal->time;
}

bool RaftLog::not_ahead_of(std::uint64_t index, std::uint64_t term) const {
  return std::pair(term, index) >= std::pair(last_term(), last_index());
}

std::uint64_t RaftLog::before_conflict(std::uint64_t previous) const {
  if (previous > last_index()) return last_index();
  const std::uint64_t term = at(previous).term;
  while (previous > base_.index && term_at(previous) == term) --previous;
  return previous;
}

std::vector<RaftEntry> RaftLog::slice(std::uint64_t from, const SliceLimits& limits) const {
  std::vector<RaftEntry> entries;
  std::uint64_t bytes = 0;
  for (std::uint64_t i = from; i <= last_index() && entries.size() < limits.entries; ++i) {
    bytes += transaction_bytes(at(i));
    if (!entries.empty() && bytes > limits.bytes) break;
    entries.push_back(at(i));
  }
  return entries;
}

const RaftLog::Voters& RaftLog::voters_at(std::uint64_t index) const {
  BSN_CHECK(index >= base_.index, "the configuration before the base is forgotten");
  const auto last = std::find_if(configurations_.rbegin(), configurations_.rend(),
                                 [&](const Configuration& one) { return one.index <= index; });
  return last->voters;
}

bool RaftLog::may_be_voter(ValidatorIndex seat, std::uint64_t index) const {
  for (auto one = configurations_.rbegin(); one != configurations_.rend(); ++one) {
    if (std::binary_search(one->voters.begin(), one->voters.end(), seat)) return true;
    if (one->index <= index) break;  // the ones before it are over
  }
  return false;
}

const RaftEntry& RaftLog::append(std::uint64_t term, ProposalPtr proposal, Voters voters) {
  const RaftEntry& entry =
      entries_.emplace_back(RaftEntry{term, last_index() + 1, std::move(proposal), std::move(voters)});
  note(entry);
  return entry;
}

void RaftLog::note(const RaftEntry& entry) {
  if (!entry.voters.empty()) configurations_.push_back({entry.index, entry.voters});
}

void RaftLog::cut_behind(std::uint64_t index) {
  entries_.resize(index - base_.index);
  while (configurations_.back().index > index) configurations_.pop_back();  // that of the base stays
}

std::optional<std::vector<RaftEntry>> RaftLog::take(const std::vector<RaftEntry>& entries, std::uint64_t settled) {
  const auto first_new = std::find_if(entries.begin(), entries.end(), [&](const RaftEntry& entry) {
    return entry.index > settled && term_at(entry.index) != entry.term;
  });
  std::vector<RaftEntry> fresh(first_new, entries.end());
  if (fresh.empty()) return fresh;
  std::uint64_t index = fresh.front().index;
  if (index <= base_.index || index > last_index() + 1) return std::nullopt;
  Height height = height_at(index - 1);
  for (const RaftEntry& entry : fresh) {
    if (entry.index != index++) return std::nullopt;
    if (entry.proposal && entry.proposal->height != ++height) return std::nullopt;
  }
  cut_behind(fresh.front().index - 1);
  entries_.insert(entries_.end(), fresh.begin(), fresh.end());
  for (const RaftEntry& entry : fresh) note(entry);
  return fresh;
}

void RaftLog::trim_to(std::uint64_t index) {
  BSN_CHECK(index >= base_.index && index <= last_index(), "only what is in the log can be trimmed");
  const RaftLogTrim base{index, *term_at(index), height_at(index), voters_at(index)};
  entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(index - base_.index));
  base_ = base;
  while (configurations_.size() > 1 && configurations_[1].index <= index) configurations_.pop_front();
}

void RaftLog::reset_to(const RaftLogTrim& base) {
  BSN_CHECK(base.index >= base_.index, "a log's base never goes back");
  const auto gone = std::min<std::uint64_t>(base.index - base_.index, entries_.size());
  entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(gone));
  base_ = base;
  while (!configurations_.empty() && configurations_.front().index <= base.index) configurations_.pop_front();
  configurations_.push_front({base.index, base.voters});
  drop_rest_older_than_base();
}

void RaftLog::drop_rest_older_than_base() {
  if (!entries_.empty() && entries_.front().term < base_.term) cut_behind(base_.index);
}

}  // namespace bsn
