// What the peers of one chain say to each other.
#include <utility>

#include "proto/codec.h"
#include "proto/codec_checks.h"
#include "proto/codec_peers.h"

namespace bsn {
namespace {

void put(const RaftVoteRequest& from, v1::PeerMessage& message) {
  auto& to = *message.mutable_raft_vote_request();
  to.set_term(from.term);
  to.set_pre_vote(from.pre_vote);
  to.set_last_index(from.last_index);
  to.set_last_term(from.last_term);
  to.set_candidate(from.candidate.value);
  encode_voters(from.voters, to);
}

void put(const RaftVoteReply& from, v1::PeerMessage& message) {
  auto& to = *message.mutable_raft_vote_reply();
  to.set_term(from.term);
  to.set_pre_vote(from.pre_vote);
  to.set_granted(from.granted);
  to.set_voter(from.voter.value);
}

void put(const RaftAppend& from, v1::PeerMessage& message) {
  auto& to = *message.mutable_raft_append();
  to.set_term(from.term);
  to.set_previous_index(from.previous_index);
  to.set_previous_term(from.previous_term);
  to.set_commit(from.commit);
  for (const RaftEntry& entry : from.entries) *to.add_entries() = encode(entry);
}

void put(const RaftAppendReply& from, v1::PeerMessage& message) {
  auto& to = *message.mutable_raft_append_reply();
  to.set_term(from.term);
  to.set_success(from.success);
  to.set_match(from.match);
  to.set_follower(from.follower.value);
}

void put(const RaftInstall& from, v1::PeerMessage& message) {
  auto& to = *message.mutable_raft_install();
  to.set_term(from.term);
  to.set_last_index(from.last_index);
  to.set_last_term(from.last_term);
  to.set_height(from.height);
  encode_voters(from.voters, to);
}

void put(const BftProposal& from, v1::PeerMessage& message) { *message.mutable_bft_proposal() = encode(from); }

void put(const BftVote& from, v1::PeerMessage& message) { *message.mutable_bft_vote() = encode(from); }

void put(const TreeBlock& from, v1::PeerMessage& message) {
  auto& to = *message.mutable_tree_block();
  if (from.proposal) *to.mutable_proposal() = encode(*from.proposal);
}

void put(const TreeVote& from, v1::PeerMessage& message) {
  auto& to = *message.mutable_tree_vote();
  to.set_kind(from.kind);
  to.set_round(from.round);
  to.set_height(from.height);
  to.set_block(encode(from.block));
  to.set_voter(from.voter.value);
  to.set_extra(from.extra);
  to.set_signature(encode(from.signature));
}

void put(const TreeRequest& from, v1::PeerMessage& message) {
  auto& to = *message.mutable_tree_request();
  for (const Digest& digest : from.missing) to.add_missing(encode(digest));
  to.set_above(from.above);
}

void put(const BftDecided& from, v1::PeerMessage& message) {
  message.mutable_bft_decided()->set_height(from.height);
  message.mutable_bft_decided()->set_proposal(encode(from.proposal));
}

void put(const TreeOffer& from, v1::PeerMessage& message) {
  auto& to = *message.mutable_tree_offer();
  to.set_block(encode(from.block));
  to.set_height(from.height);
}

void put(const ConsensusMessage& from, v1::PeerMessage& message) {
  std::visit([&](const auto& one) { put(one, message); }, from);
}

void put(const TransactionsForward& from, v1::PeerMessage& message) {
  auto& to = *message.mutable_transactions_forward();
  for (const TransactionPtr& transaction : from.transactions) *to.add_transactions() = encode(*transaction);
}

void put(const BlocksRequest& from, v1::PeerMessage& message) { message.mutable_blocks_request()->set_from(from.from); }

void put(const Blocks& from, v1::PeerMessage& message) {
  auto& to = *message.mutable_blocks();
  for (const BlockPtr& block : from.blocks) *to.add_blocks() = encode(*block);
  to.set_tip(from.tip);
}

void put(const SnapshotRequest& from, v1::PeerMessage& message) {
  message.mutable_snapshot_request()->set_above(from.above);
}

void put(const SnapshotOffer& from, v1::PeerMessage& message) {
  auto& to = *message.mutable_snapshot_offer();
  to.set_height(from.manifest.height);
  to.set_block(encode(from.manifest.block));
  for (const Digest& chunk : from.manifest.chunks) to.add_chunks(encode(chunk));
}

void put(const SignaturesWanted& from, v1::PeerMessage& message) {
  message.mutable_signatures_wanted()->set_height(from.height);
}

void put(const FinalSignature& from, v1::PeerMessage& message) {
  auto& to = *message.mutable_final_signature();
  to.set_height(from.height);
  to.set_block(encode(from.block));
  to.set_seat(from.seat.value);
  to.set_signature(std::string(from.signature.view()));
}

void put(const SnapshotChunkRequest& from, v1::PeerMessage& message) {
  auto& to = *message.mutable_snapshot_chunk_request();
  to.set_height(from.height);
  to.set_index(from.index);
}

void put(const SnapshotChunk& from, v1::PeerMessage& message) {
  auto& to = *message.mutable_snapshot_chunk();
  to.set_height(from.height);
  to.set_index(from.index);
  if (from.bytes) to.set_bytes(*from.bytes);
}

RaftAppend take(Checks& checks, const v1::RaftAppend& from, const ChainName& chain) {
  RaftAppend append{from.term(), from.previous_index(), from.previous_term(), from.commit(), {}};
  checks.require(from.entries_size() <= WireLimits::entries, "has too many entries");
  for (const v1::RaftEntry& entry : from.entries()) {
    if (!checks.ok()) break;
    append.entries.push_back(checks.take(decode_raft_entry(entry, chain)));
    const std::uint64_t expected = from.previous_index() + append.entries.size();
    checks.require(entry.index() == expected, "entries don't follow each other");
  }
  return append;
}

TreeBlock take(Checks& checks, const v1::TreeBlock& from, const ChainName& chain) {
  checks.require(from.has_proposal(), "proposal is missing");
  return {checks.take(decode_proposal(from.proposal(), chain))};
}

TreeVote take(Checks& checks, const v1::TreeVote& from) {
  TreeVote vote;
  vote.kind = from.kind();
  vote.round = from.round();
  vote.height = from.height();
  vote.block = checks.digest(from.block(), "block");
  vote.voter = {from.voter()};
  vote.extra = checks.text(from.extra(), seal_bytes_max, "extra");
  vote.signature = checks.required_digest(from.signature(), "signature");
  return vote;
}

TreeRequest take(Checks& checks, const v1::TreeRequest& from) {
  TreeRequest request;
  request.above = from.above();
  checks.require(from.missing_size() > 0, "asks for nothing");
  checks.require(from.missing_size() <= static_cast<int>(TreeRequest::missing_max), "asks for too much");
  for (const std::string& digest : from.missing()) {
    if (!checks.ok()) break;
    request.missing.push_back(checks.required_digest(digest, "missing"));
  }
  return request;
}

TransactionsForward take(Checks& checks, const v1::TransactionsForward& from, const ChainName& chain) {
  TransactionsForward forward;
  checks.require(from.transactions_size() <= WireLimits::transactions, "has too many transactions");
  for (const v1::Transaction& transaction : from.transactions()) {
    if (!checks.ok()) break;
    forward.transactions.push_back(checks.take(decode_transaction(transaction, chain)));
  }
  return forward;
}

Blocks take(Checks& checks, const v1::Blocks& from, const ChainName& chain) {
  Blocks blocks;
  blocks.tip = from.tip();
  checks.require(from.blocks_size() <= WireLimits::entries, "has too many blocks");
  for (const v1::Block& block : from.blocks()) {
    if (!checks.ok()) break;
    blocks.blocks.push_back(checks.take(decode_block(block, chain)));
    const bool follows = block.height() == from.blocks(0).height() + blocks.blocks.size() - 1;
    checks.require(follows, "blocks don't follow each other");
  }
  return blocks;
}

SnapshotOffer take(Checks& checks, const v1::SnapshotOffer& from) {
  SnapshotOffer offer;
  offer.manifest.height = from.height();
  offer.manifest.block = checks.required_digest(from.block(), "block");
  checks.require(from.height() > 0, "height is 0");
  checks.require(from.chunks_size() > 0, "has no chunks");
  checks.require(from.chunks_size() <= static_cast<int>(snapshot_chunks_max), "has too many chunks");
  for (const std::string& chunk : from.chunks()) {
    if (!checks.ok()) break;
    offer.manifest.chunks.push_back(checks.required_digest(chunk, "chunks"));
  }
  return offer;
}

FinalSignature take(Checks& checks, const v1::FinalSignature& from) {
  FinalSignature signature{from.height(), checks.required_digest(from.block(), "block"), {from.seat()}, {}};
  checks.require(from.signature().size() == signature.signature.bytes.size(), "signature has not 64 bytes");
  if (checks.ok()) std::copy(from.signature().begin(), from.signature().end(), signature.signature.bytes.begin());
  return signature;
}

SnapshotChunk take(Checks& checks, const v1::SnapshotChunk& from) {
  SnapshotChunk chunk{from.height(), from.index(), nullptr};
  if (from.bytes().empty()) return chunk;
  chunk.bytes = std::make_shared<const std::string>(checks.text(from.bytes(), snapshot_chunk_bytes, "bytes"));
  return chunk;
}

PeerMessage take_kind(Checks& checks, const v1::PeerMessage& message, const ChainName& chain) {
  using Kind = v1::PeerMessage::KindCase;
  switch (message.kind_case()) {
    case Kind::kRaftVoteRequest: {
      const auto& from = message.raft_vote_request();
      return ConsensusMessage(RaftVoteRequest{from.term(),
                                              from.pre_vote(),
                                              from.last_index(),
                                              from.last_term(),
                                              {from.candidate()},
                                              decode_voters(checks, from)});
    }
    case Kind::kRaftVoteReply: {
      const auto& from = message.raft_vote_reply();
      return ConsensusMessage(RaftVoteReply{from.term(), from.pre_vote(), from.granted(), {from.voter()}});
    }
    case Kind::kRaftAppend:
      return ConsensusMessage(take(checks, message.raft_append(), chain));
    case Kind::kRaftAppendReply: {
      const auto& from = message.raft_append_reply();
      return ConsensusMessage(RaftAppendReply{from.term(), from.success(), from.match(), {from.follower()}});
    }
    case Kind::kRaftInstall: {
      const auto& from = message.raft_install();
      return ConsensusMessage(
          RaftInstall{from.term(), from.last_index(), from.last_term(), from.height(), decode_voters(checks, from)});
    }
    case Kind::kBftProposal:
      return ConsensusMessage(checks.take(decode_bft_proposal(message.bft_proposal(), chain)));
    case Kind::kBftVote:
      return ConsensusMessage(checks.take(decode(message.bft_vote())));
    case Kind::kBftDecided:
      checks.require(message.bft_decided().height() > 0, "height is 0");
      return ConsensusMessage(BftDecided{message.bft_decided().height(),
                                         checks.required_digest(message.bft_decided().proposal(), "proposal")});
    case Kind::kTreeBlock:
      return ConsensusMessage(take(checks, message.tree_block(), chain));
    case Kind::kTreeVote:
      return ConsensusMessage(take(checks, message.tree_vote()));
    case Kind::kTreeRequest:
      return ConsensusMessage(take(checks, message.tree_request()));
    case Kind::kTreeOffer:
      return ConsensusMessage(
          TreeOffer{checks.required_digest(message.tree_offer().block(), "block"), message.tree_offer().height()});
    case Kind::kTransactionsForward:
      return take(checks, message.transactions_forward(), chain);
    case Kind::kBlocksRequest:
      return BlocksRequest{message.blocks_request().from()};
    case Kind::kBlocks:
      return take(checks, message.blocks(), chain);
    case Kind::kSnapshotRequest:
      return SnapshotRequest{message.snapshot_request().above()};
    case Kind::kSnapshotOffer:
      return take(checks, message.snapshot_offer());
    case Kind::kSnapshotChunkRequest:
      return SnapshotChunkRequest{message.snapshot_chunk_request().height(), message.snapshot_chunk_request().index()};
    case Kind::kSnapshotChunk:
      return take(checks, message.snapshot_chunk());
    case Kind::kSignaturesWanted:
      return SignaturesWanted{message.signatures_wanted().height()};
    case Kind::kFinalSignature:
      return take(checks, message.final_signature());
    case Kind::KIND_NOT_SET:
      break;
  }
  checks.require(false, "has no known kind");
  return BlocksRequest{};
}

}  // namespace

v1::RaftEntry encode(const RaftEntry& entry) {
  v1::RaftEntry message;
  message.set_term(entry.term);
  message.set_index(entry.index);
  if (entry.proposal) *message.mutable_proposal() = encode(*entry.proposal);
  encode_voters(entry.voters, message);
  return message;
}

Result<RaftEntry> decode_raft_entry(const v1::RaftEntry& message, const ChainName& chain) {
  Checks checks("RaftEntry");
  RaftEntry entry;
  entry.term = message.term();
  entry.index = message.index();
  checks.require(entry.index > 0, "index is 0");
  if (message.has_proposal()) entry.proposal = checks.take(decode_proposal(message.proposal(), chain));
  entry.voters = decode_voters(checks, message);
  checks.require(entry.voters.empty() || !entry.proposal, "is a proposal and a configuration");
  return checks.give(std::move(entry));
}

v1::BftVote encode(const BftVote& vote) {
  v1::BftVote message;
  message.set_height(vote.height);
  message.set_round(vote.round);
  message.set_precommit(vote.kind == BftVoteKind::precommit);
  message.set_proposal(encode(vote.proposal));
  return message;
}

Result<BftVote> decode(const v1::BftVote& message) {
  Checks checks("BftVote");
  BftVote vote;
  vote.height = message.height();
  vote.round = message.round();
  vote.kind = message.precommit() ? BftVoteKind::precommit : BftVoteKind::prevote;
  vote.proposal = checks.digest(message.proposal(), "proposal");
  checks.require(vote.height > 0, "height is 0");
  return checks.give(vote);
}

v1::BftProposal encode(const BftProposal& proposal) {
  v1::BftProposal message;
  message.set_height(proposal.height);
  message.set_round(proposal.round);
  message.set_valid_round(proposal.valid_round);
  if (proposal.proposal) *message.mutable_proposal() = encode(*proposal.proposal);
  return message;
}

Result<BftProposal> decode_bft_proposal(const v1::BftProposal& message, const ChainName& chain) {
  Checks checks("BftProposal");
  BftProposal proposal;
  proposal.height = message.height();
  proposal.round = message.round();
  proposal.valid_round = message.valid_round();
  checks.require(proposal.valid_round >= -1 && proposal.valid_round < std::int64_t{proposal.round},
                 "valid_round is not before its round");
  checks.require(message.has_proposal(), "proposal is missing");
  proposal.proposal = checks.take(decode_proposal(message.proposal(), chain));
  checks.require(message.proposal().height() == message.height(), "proposal is for another height");
  return checks.give(std::move(proposal));
}

v1::PeerMessage encode(ChainIndex chain, const PeerMessage& message) {
  v1::PeerMessage encoded;
  encoded.set_chain(chain.value);
  std::visit([&](const auto& one) { put(one, encoded); }, message);
  return encoded;
}

Result<PeerMessage> decode_peer_message(const v1::PeerMessage& message, const ChainName& chain) {
  Checks checks("PeerMessage");
  PeerMessage decoded = take_kind(checks, message, chain);
  return checks.give(std::move(decoded));
}

}  // namespace bsn
