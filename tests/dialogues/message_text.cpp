#include "tests/dialogues/message_text.h"

#include <fmt/format.h>

namespace bsn {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

std::string position(std::uint64_t index, std::uint64_t term) { return fmt::format("{} (term {})", index, term); }

// "0 1 3".
std::string voters(const std::vector<ValidatorIndex>& seats) {
  std::string text;
  for (const ValidatorIndex seat : seats) text += (text.empty() ? "" : " ") + std::to_string(seat.value);
  return text;
}

// "2 (term 1, no-op), 3 (term 1)".
std::string entries(const std::vector<RaftEntry>& all) {
  if (all.empty()) return "no entries";
  std::string text;
  for (const RaftEntry& entry : all) {
    if (!text.empty()) text += ", ";
    const std::string what = !entry.voters.empty() ? ", voters " + voters(entry.voters)
                             : entry.proposal      ? ""
                                                   : ", no-op";
    text += fmt::format("{} (term {}{})", entry.index, entry.term, what);
  }
  return text;
}

std::string short_digest(const Digest& digest) { return digest.is_zero() ? "nil" : to_hex(digest).substr(0, 6); }

std::string proposal_text(const ProposalPtr& proposal) {
  if (!proposal) return "nothing";
  return fmt::format("{} with {} transactions", short_digest(proposal_digest(*proposal)),
                     proposal->transactions.size());
}

const Overloaded message_cases{
    [](const RaftVoteRequest& m) {
      return fmt::format("asks for a {} in term {}, log ends at {}", m.pre_vote ? "pre-vote" : "vote", m.term,
                         position(m.last_index, m.last_term));
    },
    [](const RaftVoteReply& m) {
      return fmt::format("{} its {} in term {}", m.granted ? "grants" : "denies", m.pre_vote ? "pre-vote" : "vote",
                         m.term);
    },
    [](const RaftAppend& m) {
      return fmt::format("append in term {} behind {}: {}; commit {}", m.term,
                         position(m.previous_index, m.previous_term), entries(m.entries), m.commit);
    },
    [](const RaftAppendReply& m) {
      if (m.success) return fmt::format("has everything up to {} in term {}", m.match, m.term);
      return fmt::format("refuses in term {}, look behind {}", m.term, m.match);
    },
    [](const RaftInstall& m) {
      return fmt::format("install in term {}: fetch blocks up to {}, go on behind {}", m.term, m.height,
                         position(m.last_index, m.last_term));
    },
    [](const BftProposal& m) {
      const std::string valid = m.valid_round < 0 ? "" : fmt::format(", valid since round {}", m.valid_round);
      return fmt::format("proposal {}/{}: {}{}", m.height, m.round, proposal_text(m.proposal), valid);
    },
    [](const TreeBlock& m) {
      return fmt::format("block {} from {}: {}", m.proposal->height, m.proposal->proposer.value,
                         proposal_text(m.proposal));
    },
    [](const TreeVote& m) {
      return fmt::format("vote of kind {} by {} in round {}: {} {}", m.kind, m.voter.value, m.round, m.height,
                         short_digest(m.block));
    },
    [](const TreeRequest& m) { return fmt::format("asks for {} blocks", m.missing.size()); },
    [](const BftDecided& m) { return fmt::format("decided {}: {}", m.height, short_digest(m.proposal)); },
    [](const TreeOffer& m) { return fmt::format("offers block {}: {}", m.height, short_digest(m.block)); },
    [](const BftVote& m) {
      return fmt::format("{} {}/{}: {}", m.kind == BftVoteKind::prevote ? "prevote" : "precommit", m.height, m.round,
                         short_digest(m.proposal));
    },
};

const Overloaded kind_cases{
    [](const RaftVoteRequest& m) { return m.pre_vote ? "pre-vote-request" : "vote-request"; },
    [](const RaftVoteReply& m) { return m.pre_vote ? "pre-vote-reply" : "vote-reply"; },
    [](const RaftAppend&) { return "append"; },
    [](const RaftAppendReply&) { return "append-reply"; },
    [](const RaftInstall&) { return "install"; },
    [](const BftProposal&) { return "proposal"; },
    [](const BftVote& m) { return m.kind == BftVoteKind::prevote ? "prevote" : "precommit"; },
    [](const TreeBlock&) { return "block"; },
    [](const TreeVote&) { return "vote"; },
    [](const TreeRequest&) { return "request"; },
    [](const BftDecided&) { return "decided"; },
    [](const TreeOffer&) { return "offer"; },
};

const Overloaded write_cases{
    [](const RaftVoteState& w) {
      return fmt::format("term {}, vote for {}", w.term,
                         w.voted_for ? std::to_string(w.voted_for->value) : std::string("nobody"));
    },
    [](const RaftLogWrite& w) { return "log " + entries(w.entries); },
    [](const RaftLogTrim& w) { return fmt::format("trim up to {}, height {}", position(w.index, w.term), w.height); },
    [](const BftVoteState& w) {
      return fmt::format("votes at {}/{}: {} votes, locked round {}, valid round {}", w.height, w.round, w.votes.size(),
                         w.locked_round, w.valid_round);
    },
    [](const BlocksUndone& w) { return fmt::format("undoes blocks above {}", w.keep); },
    [](const FinalMark& w) { return fmt::format("final up to {}", w.height); },
    [](const TreeVoteState& w) { return fmt::format("{} bytes of votes", w.bytes.size()); },
    [](const BlockWrite&) { return std::string(); },
    [](const AcceptedWrite&) { return std::string(); },
    [](const AcceptedErase&) { return std::string(); },
    [](const ChainErased&) { return std::string("erases the chain"); },
};

}  // namespace

std::string describe(const ConsensusMessage& message) { return std::visit(message_cases, message); }
std::string_view kind_of(const ConsensusMessage& message) { return std::visit(kind_cases, message); }
std::string describe(const DurableWrite& write) { return std::visit(write_cases, write); }

}  // namespace bsn
