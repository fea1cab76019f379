// The replicated log of one Raft validator, as far as it is kept in memory.
//
// Entries up to and including the base are trimmed: their blocks are sealed and stored. Of the base itself index, term
// and block height stay known. Heights count the proposals among the entries: an entry's height is that of the last
// proposal at or before it, so a no-op has its predecessor's.
// The configuration, who votes, is that of the last entry that names one, committed or not (thesis, section 4.1).
// The log does not persist: whoever changes it appends the matching DurableWrite to its outputs.
// Bounds: the engine trims, so a log holds about `kept_entries` + 25% + what is not committed yet.
// Not for more than one thread. Indices outside the stated ranges are bugs (BSN_CHECK).
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "core/durable.h"

namespace bsn {

class RaftLog {
 public:
  // What one AppendEntries message may carry.
  struct SliceLimits {
    std::size_t entries = 64;
    std::uint64_t bytes = 1024 * 1024;  // of transactions; one entry goes even if it is larger
  };

  using Voters = std::vector<ValidatorIndex>;

  RaftLog() : RaftLog({}, {}) {}

  // As it was on disk. Entries that contradict the trim are dropped: see reset_to. `founders` vote at genesis.
  RaftLog(const std::optional<RaftLogTrim>& trim, const std::vector<RaftEntry>& entries, const Voters& founders = {});

  // The last trimmed entry; all zero in a fresh log.
  const RaftLogTrim& base() const { return base_; }
  std::uint64_t last_index() const { return base_.index + entries_.size(); }
  std::uint64_t last_term() const { return entries_.empty() ? base_.term : entries_.back().term; }
  Height last_height() const { return height_at(last_index()); }

  // base < index <= last.
  const RaftEntry& at(std::uint64_t index) const;

  // nullopt: trimmed or not there yet. The base's term is known.
  std::optional<std::uint64_t> term_at(std::uint64_t index) const;

  // base <= index <= last.
  Height height_at(std::uint64_t index) const;

  // The time of the last proposal that is still kept.
  std::optional<Instant> last_proposal_time() const;

  // Whether a log that ends with this entry is at least as up to date as ours (section 5.4.1).
  bool not_ahead_of(std::uint64_t last_index, std::uint64_t last_term) const;

  // Where a leader whose entry at `previous` is not ours should look next: behind all of our entries of the term that
  // conflicts there (end of section 5.3). Always < previous, for previous > base.
  std::uint64_t before_conflict(std::uint64_t previous) const;

  // Entries from `from` on, within the limits. base < from; empty behind the end.
  std::vector<RaftEntry> slice(std::uint64_t from, const SliceLimits& limits) const;

  // Who votes, ascending, and the entry that says so: at or before the base, or in the log.
  const Voters& voters() const { return configurations_.back().voters; }
  std::uint64_t voters_index() const { return configurations_.back().index; }

  // Who votes by the entries up to `index`; base <= index.
  const Voters& voters_at(std::uint64_t index) const;

  // Whether this seat votes by a configuration that may be in force while no more than the entries up to `index` are
  // known to be committed: the one there, or any behind it. base <= index.
  bool may_be_voter(ValidatorIndex seat, std::uint64_t index) const;

  // A leader's own entry, a proposal, a no-op or a configuration: gets the next index.
  const RaftEntry& append(std::uint64_t term, ProposalPtr proposal, Voters voters = {});

  // Takes a leader's consecutive entries (section 5.3, "AppendEntries" steps 3 and 4): those that are here already
  // stay, the first that conflicts removes itself and all that follow. Nothing at or before `settled` is touched.
  // Returns what was stored anew. nullopt, and nothing changed: the entries don't continue ours in index or height.
  std::optional<std::vector<RaftEntry>> take(const std::vector<RaftEntry>& entries, std::uint64_t settled);

  // Forgets entries up to and including `index`; base <= index <= last.
  void trim_to(std::uint64_t index);

  // The log now stands on a committed entry of others, whose blocks came another way (section 7). What follows that
  // entry here stays; if the entry is not here everything goes. A conflicting rest can be told by its terms: all of
  // them are lower than the base's, because the leader of that term had the committed entry already.
  void reset_to(const RaftLogTrim& base);

 private:
  struct Configuration {
    std::uint64_t index;
    Voters voters;
  };

  std::size_t position(std::uint64_t index) const;
  void drop_rest_older_than_base();
  void cut_behind(std::uint64_t index);
  void note(const RaftEntry& entry);

  RaftLogTrim base_;
  std::deque<RaftEntry> entries_;
  std::deque<Configuration> configurations_;  // that of the base, and those in entries_
};

}  // namespace bsn
