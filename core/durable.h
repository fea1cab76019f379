// What a chain peer wants on disk, as values, and what it gets back after a restart.
//
// A machine appends DurableWrites to its outputs before the messages that rely on them ("persist before send"); a
// driver must have made them durable before it lets any later output happen, and may write several at once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/block.h"
#include "core/peer_message.h"

namespace bsn {

// Raft's currentTerm and votedFor (section 3.4).
struct RaftVoteState {
  std::uint64_t term = 0;
  std::optional<ValidatorIndex> voted_for;
};

// Entries to store; whatever was stored at or behind the first of them is overwritten, whatever follows the last is
// gone.
struct RaftLogWrite {
  std::vector<RaftEntry> entries;
};

// Entries up to and including `index` are no longer needed: their blocks are stored. The term at `index` is kept.
struct RaftLogTrim {
  std::uint64_t index = 0;
  std::uint64_t term = 0;
  Height height = 0;
  std::vector<ValidatorIndex> voters{};  // the configuration there, ascending; empty: that of genesis
};

// A BFT validator's memory of what it signed: enough never to contradict itself after a restart.
struct BftVoteState {
  Height height = 0;
  std::uint32_t round = 0;
  std::vector<BftVote> votes;  // own votes of this height, all rounds that still matter
  std::int64_t locked_round = -1;
  ProposalPtr locked;
  std::int64_t valid_round = -1;
  ProposalPtr valid;
  std::optional<BftProposal> proposed;  // own proposal of this round
};

struct BlockWrite {
  BlockPtr block;
};

// Tree families: the blocks above `keep` are gone; never below the final mark. BlockWrites of another branch may
// follow.
struct BlocksUndone {
  Height keep = 0;
};

// Tree families: the blocks up to here are never undone. Grows. (Raft and BFT: every stored block is final.)
struct FinalMark {
  Height height = 0;
};

// Tree families: what the engine must remember of its votes and locks, in its own bytes; the last write counts.
struct TreeVoteState {
  std::string bytes;
};

// The peer is gone: nothing of its chain is kept.
struct ChainErased {};

// A transaction acknowledged at level `accepted`: kept until a block has it.
struct AcceptedWrite {
  TransactionPtr transaction;
};
struct AcceptedErase {
  Digest transaction;
};

using DurableWrite = std::variant<RaftVoteState, RaftLogWrite, RaftLogTrim, BftVoteState, BlockWrite, AcceptedWrite,
                                  AcceptedErase, BlocksUndone, FinalMark, TreeVoteState, ChainErased>;

// Everything that was durable for one chain peer. Empty after a first start or a lost disk.
struct DurableState {
  std::optional<RaftVoteState> raft_vote;
  std::optional<RaftLogTrim> raft_trim;
  std::vector<RaftEntry> raft_log;
  std::optional<BftVoteState> bft_vote;
  std::optional<TreeVoteState> tree_vote;
  std::vector<BlockPtr> blocks;  // heights 1, 2, ... without a gap
  Height final_height = 0;       // of the last FinalMark; 0 for Raft and BFT
  std::vector<TransactionPtr> accepted;
};

// Applies one write to a state held in memory: what a disk of the virtual cluster does, and what the live store must
// be equal to (tests compare them).
void apply(DurableWrite write, DurableState& state);

}  // namespace bsn
