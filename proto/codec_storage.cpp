// What a chain peer keeps on disk, besides blocks, log entries and transactions.
#include <utility>

#include "proto/codec.h"
#include "proto/codec_checks.h"
#include "proto/codec_peers.h"

namespace bsn {

v1::RaftVoteState encode(const RaftVoteState& state) {
  v1::RaftVoteState message;
  message.set_term(state.term);
  message.set_voted(state.voted_for.has_value());
  if (state.voted_for) message.set_voted_for(state.voted_for->value);
  return message;
}

Result<RaftVoteState> decode(const v1::RaftVoteState& message) {
  Checks checks("RaftVoteState");
  checks.require(message.voted() || message.voted_for() == 0, "names a candidate without a vote");
  RaftVoteState state;
  state.term = message.term();
  if (message.voted()) state.voted_for = ValidatorIndex{message.voted_for()};
  return checks.give(state);
}

v1::RaftLogTrim encode(const RaftLogTrim& trim) {
  v1::RaftLogTrim message;
  message.set_index(trim.index);
  message.set_term(trim.term);
  message.set_height(trim.height);
  encode_voters(trim.voters, message);
  return message;
}

Result<RaftLogTrim> decode(const v1::RaftLogTrim& message) {
  Checks checks("RaftLogTrim");
  RaftLogTrim trim{message.index(), message.term(), message.height(), decode_voters(checks, message)};
  return checks.give(std::move(trim));
}

v1::FinalMark encode(const FinalMark& mark) {
  v1::FinalMark message;
  message.set_height(mark.height);
  return message;
}

Result<FinalMark> decode(const v1::FinalMark& message) { return FinalMark{message.height()}; }

v1::TreeVoteState encode(const TreeVoteState& state) {
  v1::TreeVoteState message;
  message.set_state(state.bytes);
  return message;
}

Result<TreeVoteState> decode(const v1::TreeVoteState& message) { return TreeVoteState{message.state()}; }

v1::BftVoteState encode(const BftVoteState& state) {
  v1::BftVoteState message;
  message.set_height(state.height);
  message.set_round(state.round);
  for (const BftVote& vote : state.votes) *message.add_votes() = encode(vote);
  message.set_locked_round(state.locked_round);
  if (state.locked) *message.mutable_locked() = encode(*state.locked);
  message.set_valid_round(state.valid_round);
  if (state.valid) *message.mutable_valid() = encode(*state.valid);
  if (state.proposed) *message.mutable_proposed() = encode(*state.proposed);
  return message;
}

Result<BftVoteState> decode_bft_vote_state(const v1::BftVoteState& message, const ChainName& chain) {
  Checks checks("BftVoteState");
  BftVoteState state;
  state.height = message.height();
  state.round = message.round();
  state.locked_round = message.locked_round();
  state.valid_round = message.valid_round();
  checks.require(state.locked_round >= -1 && state.valid_round >= -1, "a round is below -1");
  checks.require(message.votes_size() <= WireLimits::entries, "has too many votes");
  for (const v1::BftVote& vote : message.votes()) state.votes.push_back(checks.take(decode(vote)));
  if (message.has_locked()) state.locked = checks.take(decode_proposal(message.locked(), chain));
  if (message.has_valid()) state.valid = checks.take(decode_proposal(message.valid(), chain));
  if (message.has_proposed()) state.proposed = checks.take(decode_bft_proposal(message.proposed(), chain));
  return checks.give(std::move(state));
}

}  // namespace bsn
