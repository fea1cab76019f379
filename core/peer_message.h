// What chain peers of one chain say to each other. Values only; the wire form is in proto/codec.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/block.h"
#include "core/ids.h"
#include "core/signature.h"

namespace bsn {

// ---- Raft (Ongaro, "Consensus: Bridging Theory and Practice", 2014) ----

struct RaftEntry {
  std::uint64_t term = 0;
  std::uint64_t index = 0;               // from 1
  ProposalPtr proposal;                  // null: the no-op with which a leader opens its term, or a configuration
  std::vector<ValidatorIndex> voters{};  // a configuration (section 4.1): who votes from here on, ascending; else empty
};

// RequestVote (section 3.4); `pre_vote` asks without raising the term (section 9.6). A city whose disk was lost has a
// new seat: candidate and voters tell which of its lives is speaking, and to which.
struct RaftVoteRequest {
  std::uint64_t term = 0;
  bool pre_vote = false;
  std::uint64_t last_index = 0;
  std::uint64_t last_term = 0;
  ValidatorIndex candidate{};
  std::vector<ValidatorIndex> voters{};  // whose votes the candidate counts, ascending
};

struct RaftVoteReply {
  std::uint64_t term = 0;
  bool pre_vote = false;
  bool granted = false;
  ValidatorIndex voter{};
};

// AppendEntries (section 3.5); with no entries it is the heartbeat.
struct RaftAppend {
  std::uint64_t term = 0;
  std::uint64_t previous_index = 0;
  std::uint64_t previous_term = 0;
  std::uint64_t commit = 0;
  std::vector<RaftEntry> entries;
};

// `match`: on success the last index known to agree; on refusal where the leader should look next.
struct RaftAppendReply {
  std::uint64_t term = 0;
  bool success = false;
  std::uint64_t match = 0;
  ValidatorIndex follower{};
};

// Stands in for InstallSnapshot (section 5): the follower fetches blocks up to `height`, then goes on from last_index.
struct RaftInstall {
  std::uint64_t term = 0;
  std::uint64_t last_index = 0;
  std::uint64_t last_term = 0;
  Height height = 0;
  std::vector<ValidatorIndex> voters{};  // the configuration at last_index, ascending
};

// ---- BFT (Buchman, Kwon, Milosevic, "The latest gossip on BFT consensus", arXiv:1807.04938, algorithm 1) ----

struct BftProposal {
  Height height = 0;
  std::uint32_t round = 0;
  std::int64_t valid_round = -1;  // -1: none
  ProposalPtr proposal;
};

enum class BftVoteKind : std::uint8_t { prevote, precommit };

struct BftVote {
  Height height = 0;
  std::uint32_t round = 0;
  BftVoteKind kind = BftVoteKind::prevote;
  Digest proposal;  // zero: nil
  bool operator==(const BftVote&) const = default;
};

// To a validator that is still at this height: the sender has its block, made of this proposal.
struct BftDecided {
  Height height = 0;
  Digest proposal;
};

// ---- families whose chain grows as a tree (dpos, slot, pow); between all peers, followers too ----

// A block as it is gossiped.
struct TreeBlock {
  ProposalPtr proposal;
};

// A vote as it is gossiped: whoever sends it need not be the voter. What kind and round mean is the family's business.
struct TreeVote {
  std::uint32_t kind = 0;
  std::uint64_t round = 0;
  Height height = 0;
  Digest block;  // digest of the proposal that is voted for; zero: none
  ValidatorIndex voter;
  std::string extra;  // whatever else the family signs, at most seal_bytes_max
  Digest signature;   // of all other fields, by the voter: tree_vote_signature
  bool operator==(const TreeVote&) const = default;
};

// Identity of a vote, over all fields but the signature.
Digest tree_vote_digest(const TreeVote& vote);

// Stands in for the voter's signature: a digest under a key that only it is modelled to know (see sign_modelled).
Digest tree_vote_signature(std::uint64_t chain_seed, const TreeVote& vote);

// A modelled signature of `signer` over `message`: SHA-256 under a key drawn from the chain's seed and the signer.
// Costs what a digest costs; nobody in this program forges one.
Digest sign_modelled(std::uint64_t chain_seed, ValidatorIndex signer, const Digest& message);

// "Send me these proposals and their ancestors above this height": answered by at most missing_max TreeBlocks, those
// asked for first, as far as the receiver has them.
struct TreeRequest {
  static constexpr std::size_t missing_max = 64;
  std::vector<Digest> missing;
  Height above = 0;
};

// "I have this block": sent instead of the block itself, and answered by a TreeRequest of whoever lacks it.
struct TreeOffer {
  Digest block;  // digest of the proposal
  Height height = 0;
};

using ConsensusMessage = std::variant<RaftVoteRequest, RaftVoteReply, RaftAppend, RaftAppendReply, RaftInstall,
                                      BftProposal, BftVote, BftDecided, TreeBlock, TreeVote, TreeRequest, TreeOffer>;

// ---- any chain ----

// Transactions on their way to whoever proposes next.
struct TransactionsForward {
  std::vector<TransactionPtr> transactions;
};

// "Send me your blocks from this height on."
struct BlocksRequest {
  Height from = 0;
};

// Consecutive blocks, oldest first, asked for or pushed; `tip` is the sender's height.
struct Blocks {
  std::vector<BlockPtr> blocks;
  Height tip = 0;
};

// A snapshot: the ledger after one block as an image in chunks, named by their digests. Equal ledgers give equal
// chunks.
inline constexpr std::size_t snapshot_chunk_bytes = 256 * 1024;  // of each but the last, which may be shorter
inline constexpr std::size_t snapshot_chunks_max = 4096;

struct SnapshotManifest {
  Height height = 0;
  Digest block;  // its hash
  std::vector<Digest> chunks;
  bool operator==(const SnapshotManifest&) const = default;
};

// "Offer me a snapshot above this height": answered by one SnapshotOffer, perhaps later.
struct SnapshotRequest {
  Height above = 0;
};

struct SnapshotOffer {
  SnapshotManifest manifest;
};

// "Send me this chunk of the snapshot that you offered for this height."
struct SnapshotChunkRequest {
  Height height = 0;
  std::uint32_t index = 0;
};

struct SnapshotChunk {
  Height height = 0;
  std::uint32_t index = 0;
  std::shared_ptr<const std::string> bytes;  // null: the sender has it no more
};

// "Sign the header of this height for me when it is final to you": for light clients (node/facts_desk.h).
struct SignaturesWanted {
  Height height = 0;
};

// A validator's word that the block is final to it: a signature over final_header_message.
struct FinalSignature {
  Height height = 0;
  Digest block;  // its hash
  ValidatorIndex seat;
  Signature signature;
};

using PeerMessage = std::variant<ConsensusMessage, TransactionsForward, BlocksRequest, Blocks, SnapshotRequest,
                                 SnapshotOffer, SnapshotChunkRequest, SnapshotChunk, SignaturesWanted, FinalSignature>;

// A message once it is made: immutable, and shared by all to whom it goes.
using PeerMessagePtr = std::shared_ptr<const PeerMessage>;

inline PeerMessagePtr share(PeerMessage message) { return std::make_shared<const PeerMessage>(std::move(message)); }

// A PeerMessagePtr that holds a ConsensusMessage: what engines hand out and get.
class SharedConsensus {
 public:
  template <class Message>
  requires std::convertible_to<Message, ConsensusMessage> SharedConsensus(Message&& message)
      : message_(share(ConsensusMessage(std::forward<Message>(message)))) {}
  explicit SharedConsensus(PeerMessagePtr message) : message_(std::move(message)) {}

  const ConsensusMessage& operator*() const { return *std::get_if<ConsensusMessage>(message_.get()); }
  const PeerMessagePtr& message() const { return message_; }

 private:
  PeerMessagePtr message_;
};

// A message with its addresses: which chain, from which city node. The receiver is whoever gets it.
struct PeerEnvelope {
  ChainIndex chain;
  CityIndex from;
  PeerMessagePtr message;
};

}  // namespace bsn
