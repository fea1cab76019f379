#include "core/block.h"

#include <gtest/gtest.h>

#include "core/durable.h"

namespace bsn {
namespace {

TransactionPtr transaction(const std::string& key, const std::string& arg = "x") {
  return make_transaction({"fabric", "a"}, {"demo", "kv", "put", {arg}, key, {}, {}, 0});
}

TEST(Transaction, SameCallGivesTheSameIdAndAnotherChainAnother) {
  const Transaction parts{"demo", "kv", "put", {"k", "v"}, "key-1", {}, {}, 0};
  const auto a = make_transaction({"fabric", "a"}, parts);
  EXPECT_EQ(a->id, make_transaction({"fabric", "a"}, parts)->id);
  EXPECT_NE(a->id, make_transaction({"fabric", "b"}, parts)->id);
  EXPECT_EQ(a->body, make_transaction({"fabric", "b"}, parts)->body);
}

TEST(Transaction, BodyTellsAReusedKeyFromARetry) {
  EXPECT_EQ(transaction("k")->body, transaction("other")->body);
  EXPECT_NE(transaction("k", "x")->body, transaction("k", "y")->body);
  EXPECT_NE(transaction("k")->id, transaction("other")->id);
}

TEST(Proposal, DigestCoversEveryField) {
  const Proposal base{3, sha256("p"), Instant{5}, ValidatorIndex{1}, {transaction("a")}};
  std::vector<Proposal> others(5, base);
  others[0].height = 4;
  others[1].parent = sha256("q");
  others[2].time = Instant{6};
  others[3].proposer = ValidatorIndex{2};
  others[4].transactions.push_back(transaction("b"));
  for (const Proposal& other : others) {
    EXPECT_NE(proposal_digest(other), proposal_digest(base));
  }
}

TEST(Header, DigestCoversEveryRoot) {
  BlockHeader base;
  BlockHeader state = base, receipts = base, parent = base;
  state.state_root = sha256("s");
  receipts.receipts_root = sha256("s");
  parent.parent = sha256("s");
  EXPECT_NE(header_digest(state), header_digest(base));
  EXPECT_NE(header_digest(receipts), header_digest(state));
  EXPECT_NE(header_digest(parent), header_digest(state));
}

TEST(DurableState, ALogWriteReplacesEverythingBehindItsFirstEntry) {
  DurableState state;
  apply(RaftLogWrite{{{1, 1, nullptr}, {1, 2, nullptr}, {1, 3, nullptr}}}, state);
  apply(RaftLogWrite{{{2, 2, nullptr}}}, state);
  ASSERT_EQ(state.raft_log.size(), 2U);
  EXPECT_EQ(state.raft_log[1].term, 2U);
  apply(RaftLogTrim{1, 1, 0}, state);
  EXPECT_EQ(state.raft_log.size(), 1U);
  EXPECT_EQ(state.raft_trim->index, 1U);
}

TEST(DurableState, AnErasedAcceptedTransactionIsGone) {
  DurableState state;
  apply(AcceptedWrite{transaction("a")}, state);
  apply(AcceptedWrite{transaction("b")}, state);
  apply(AcceptedErase{transaction("a")->id}, state);
  ASSERT_EQ(state.accepted.size(), 1U);
  EXPECT_EQ(state.accepted[0]->idempotency_key, "b");
}

}  // namespace
}  // namespace bsn
