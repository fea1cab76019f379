// The judges judged: each must find the one thing that is seeded here, and nothing in a clean run.
#include "sim/invariant.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace bsn {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr ChainIndex trade{0}, bank{1};
constexpr CityIndex beijing{0}, shanghai{1}, xian{2};

// A ledger whose state root is the digest of all executed transactions, and which loses money when told to.
class FakeAuditor : public LedgerAuditor {
 public:
  static Digest root_after(const Digest& before, const Block& block) {
    CanonicalBytes bytes("fake/state");
    bytes.add(before);
    for (const TransactionPtr& transaction : block.transactions) bytes.add(transaction->id);
    return bytes.digest();
  }

  Result<Done> apply(const Block& block) override {
    ++applied;
    root_ = root_after(root_, block);
    if (block.header.state_root != root_) return Error{ErrorCode::corrupt, "another state root"};
    for (const TransactionPtr& transaction : block.transactions) loses_ = loses_ || transaction->function == "lose";
    return Done{};
  }

  std::uint64_t escrow(const ChainName&, const ChainName&) const override { return 0; }
  std::uint64_t vouchers(const ChainName&, const ChainName&) const override { return 0; }

  Result<Done> check_balances() const override {
    if (loses_) return Error{ErrorCode::corrupt, "balances add up to 9, not 10"};
    return Done{};
  }

  inline static int applied = 0;  // of all auditors, reset by each test

 private:
  Digest root_;
  bool loses_ = false;
};

Call call_with(const std::string& key, const std::string& function = "put") {
  Call call;
  call.operation = Operation::submit;
  call.project = "shop";
  call.chain = {"fabric", "trade"};
  call.contract = "kv";
  call.function = function;
  call.idempotency_key = key;
  call.level = Level::final_;
  return call;
}

void seal(Block& block) {
  block.header.transactions_root = transactions_root(block.transactions);
  block.header.receipts_root = receipts_root(block.receipts);
  block.hash = header_digest(block.header);
}

// The next block over `before` (null: genesis) with these calls, all executed.
std::shared_ptr<Block> next_block(const BlockPtr& before, const std::vector<Call>& calls) {
  auto block = std::make_shared<Block>();
  block->header.height = before ? before->header.height + 1 : 1;
  block->header.parent = before ? before->hash : Digest{};
  for (const Call& call : calls) {
    block->transactions.push_back(make_transaction(call));
    block->receipts.push_back({block->transactions.back()->id, ReceiptStatus::ok, "done"});
  }
  block->header.state_root = FakeAuditor::root_after(before ? before->header.state_root : Digest{}, *block);
  seal(*block);
  return block;
}

Reply acknowledge(const BlockPtr& block, std::uint32_t index) {
  Reply reply;
  reply.transaction = block->transactions[index]->id;
  reply.height = block->header.height;
  reply.index = index;
  reply.value = "done";
  return reply;
}

class InvariantTest : public testing::Test {
 protected:
  InvariantTest() {
    FakeAuditor::applied = 0;
    first = next_block(nullptr, {call_with("1"), call_with("2")});
    second = next_block(first, {});
    third = next_block(second, {call_with("3")});
  }

  static std::vector<ChainSpec> chains() {
    ChainSpec one, two;
    one.index = trade;
    one.name = {"fabric", "trade"};
    two.index = bank;
    two.name = {"fabric", "bank"};
    two.engine = PowParameters{};
    return {one, two};
  }

  void store(CityIndex peer, const std::vector<BlockPtr>& blocks) {
    for (const BlockPtr& block : blocks) checker.block_stored(trade, peer, block);
  }

  // Everybody stores the three blocks, and the callers are told so.
  void clean_run() {
    for (const CityIndex peer : {beijing, shanghai, xian}) store(peer, {first, second, third});
    checker.answered(call_with("1"), acknowledge(first, 0));
    checker.answered(call_with("2"), acknowledge(first, 1));
    checker.answered(call_with("3"), acknowledge(third, 0));
    checker.calls(3, 0);
  }

  // How often each judge was violated; judges without a violation are left out.
  std::map<std::string, std::uint64_t> violations() {
    for (const InvariantReport& one : checker.finish()) {
      reports[one.name] = one;
      if (one.violated > 0) violated[one.name] = one.violated;
    }
    EXPECT_EQ(checker.broken(), !violated.empty());
    return violated;
  }

  using Found = std::map<std::string, std::uint64_t>;

  InvariantChecker checker{chains(), [](const ChainSpec&) { return std::make_unique<FakeAuditor>(); }};
  std::shared_ptr<Block> first, second, third;
  std::map<std::string, InvariantReport> reports;
  Found violated;
};

TEST_F(InvariantTest, ACleanRunBreaksNothingAndEveryJudgeHasLooked) {
  clean_run();
  EXPECT_FALSE(checker.broken());
  EXPECT_THAT(violations(), IsEmpty());
  EXPECT_EQ(reports.at("AGR").checked, 6U);
  EXPECT_EQ(reports.at("HASH").checked, 2 * 3 + 6U);
  EXPECT_EQ(reports.at("XO").checked, 3U);
  EXPECT_EQ(reports.at("BANK").checked, 2U);
  EXPECT_EQ(reports.at("DUR").checked, 3U);
  EXPECT_EQ(reports.at("ANSWERED").checked, 3U);
}

TEST_F(InvariantTest, AHeightIsExecutedOnceHoweverManyPeersHaveIt) {
  clean_run();
  EXPECT_EQ(FakeAuditor::applied, 3);
}

TEST_F(InvariantTest, APeerMayRepeatItsBlocksAfterARestart) {
  clean_run();
  store(beijing, {first, second, third});
  EXPECT_THAT(violations(), IsEmpty());
}

TEST_F(InvariantTest, JudgesReportInAFixedOrder) {
  std::vector<std::string> names;
  for (const InvariantReport& one : checker.finish()) names.push_back(one.name);
  EXPECT_EQ(names, (std::vector<std::string>{"AGR", "MONO", "HASH", "XO", "BANK", "DUR", "ANSWERED"}));
}

// ---- AGR ----

TEST_F(InvariantTest, AForkBreaksAgr) {
  clean_run();
  const auto other = next_block(second, {call_with("4")});
  store({7}, {first, second, other});
  EXPECT_EQ(violations(), (Found{{"AGR", 1}}));
  EXPECT_THAT(reports["AGR"].examples.at(0), HasSubstr("fabric/trade height 3: city 7 has "));
}

TEST_F(InvariantTest, ChainsOfOtherNamesMayDiffer) {
  store(beijing, {first});
  checker.block_stored(bank, beijing, next_block(nullptr, {call_with("9")}));
  EXPECT_THAT(violations(), IsEmpty());
}

// ---- HASH ----

TEST_F(InvariantTest, ATamperedStateRootBreaksHash) {
  third->header.state_root.bytes[5] ^= 1;
  seal(*third);
  store(beijing, {first, second, third});
  EXPECT_EQ(violations(), (Found{{"HASH", 1}}));
  EXPECT_THAT(reports["HASH"].examples.at(0), HasSubstr("height 3: another state root"));
}

TEST_F(InvariantTest, AHashThatIsNotTheHeadersBreaksHash) {
  third->header.time = Instant{5};
  store(beijing, {first, second, third});
  EXPECT_EQ(violations(), (Found{{"HASH", 1}}));
}

TEST_F(InvariantTest, AParentThatIsNotTheBlockBeforeBreaksHash) {
  third->header.parent = first->hash;
  seal(*third);
  store(beijing, {first, second, third});
  EXPECT_EQ(violations(), (Found{{"HASH", 1}}));
}

TEST_F(InvariantTest, TransactionsThatAreNotThoseOfTheHashBreakHash) {
  store(beijing, {first});
  Block copy = *first;
  copy.transactions[1] = make_transaction(call_with("5"));
  store(shanghai, {std::make_shared<Block>(copy)});
  copy = *first;
  copy.transactions.pop_back();
  copy.receipts.pop_back();
  store(xian, {std::make_shared<Block>(copy)});
  EXPECT_EQ(violations(), (Found{{"HASH", 2}}));
}

TEST_F(InvariantTest, ATransactionWithoutAReceiptBreaksHash) {
  first->receipts.pop_back();
  seal(*first);
  store(beijing, {first});
  EXPECT_EQ(violations(), (Found{{"HASH", 1}}));
}

TEST_F(InvariantTest, ABlockBehindAGapBreaksHash) {
  store(beijing, {first, third});
  EXPECT_EQ(violations(), (Found{{"HASH", 1}}));
}

TEST_F(InvariantTest, AfterABlockThatDoesNotReplayOnlyHeadersAreChecked) {
  second->header.state_root.bytes[0] ^= 1;
  seal(*second);
  third->header.parent = second->hash;
  seal(*third);
  store(beijing, {first, second, third});
  EXPECT_EQ(violations(), (Found{{"HASH", 1}}));
  EXPECT_EQ(FakeAuditor::applied, 2);
}

// ---- XO ----

TEST_F(InvariantTest, ADoubleExecutionBreaksXo) {
  const auto again = next_block(third, {call_with("2")});
  store(beijing, {first, second, third, again});
  EXPECT_EQ(violations(), (Found{{"XO", 1}}));
  EXPECT_THAT(reports["XO"].examples.at(0), HasSubstr("key '2' of project 'shop' was executed a second time"));
}

TEST_F(InvariantTest, ADoubleExecutionWithAnotherBodyBreaksXo) {
  const auto again = next_block(third, {call_with("2", "delete")});
  store(beijing, {first, second, third, again});
  EXPECT_EQ(violations(), (Found{{"XO", 1}}));
}

TEST_F(InvariantTest, ADoubleExecutionInOneBlockBreaksXo) {
  store(beijing, {next_block(nullptr, {call_with("1"), call_with("1")})});
  EXPECT_EQ(violations(), (Found{{"XO", 1}}));
}

TEST_F(InvariantTest, ADuplicateWithoutEffectAndTheSameKeyElsewhereAreFine) {
  const auto again = next_block(third, {call_with("2")});
  again->receipts[0].status = ReceiptStatus::duplicate;
  seal(*again);
  store(beijing, {first, second, third, again});
  Call other_project = call_with("1");
  other_project.project = "museum";
  store(beijing, {next_block(again, {other_project})});
  checker.block_stored(bank, beijing, first);
  EXPECT_THAT(violations(), IsEmpty());
}

TEST_F(InvariantTest, TwoAnswersThatContradictEachOtherBreakXo) {
  clean_run();
  Reply other = acknowledge(first, 0);
  other.value = "something else";
  checker.answered(call_with("1"), other);
  EXPECT_EQ(violations(), (Found{{"XO", 1}}));
}

TEST_F(InvariantTest, ARetryThatGetsTheFirstAnswerIsFine) {
  clean_run();
  checker.answered(call_with("1"), acknowledge(first, 0));
  Call accepted = call_with("1");
  accepted.level = Level::accepted;
  Reply early;
  early.transaction = first->transactions[0]->id;
  checker.answered(accepted, early);
  EXPECT_THAT(violations(), IsEmpty());
  EXPECT_EQ(reports.at("XO").checked, 3 + 2U);
}

// ---- BANK ----

TEST_F(InvariantTest, UnbalancedBooksBreakBank) {
  store(beijing, {first, second, next_block(second, {call_with("5", "lose")})});
  EXPECT_EQ(violations(), (Found{{"BANK", 1}}));
  EXPECT_THAT(reports["BANK"].examples.at(0), HasSubstr("height 3: balances add up to 9, not 10"));
}

// ---- DUR ----

TEST_F(InvariantTest, ALostAcknowledgedWriteBreaksDur) {
  store(beijing, {first, second});
  checker.answered(call_with("3"), acknowledge(third, 0));
  EXPECT_EQ(violations(), (Found{{"DUR", 1}}));
  EXPECT_THAT(reports["DUR"].examples.at(0), HasSubstr("acknowledged at height 3, position 0 is not there"));
}

TEST_F(InvariantTest, AWriteAtAnotherPlaceThanItsAnswerNamedBreaksDur) {
  store(beijing, {first, second, third});
  Reply wrong_index = acknowledge(first, 0), wrong_height = acknowledge(third, 0), nowhere = acknowledge(first, 1);
  wrong_index.index = 1;
  wrong_height.height = 2;
  nowhere.height = 0;
  checker.answered(call_with("1"), wrong_index);
  checker.answered(call_with("3"), wrong_height);
  checker.answered(call_with("2"), nowhere);
  EXPECT_EQ(violations(), (Found{{"DUR", 3}}));
}

TEST_F(InvariantTest, AWriteThatEveryPeerHasLostBreaksDur) {
  clean_run();
  for (const CityIndex peer : {beijing, shanghai, xian}) store(peer, {first, second});  // restarted without their tip
  EXPECT_EQ(violations(), (Found{{"DUR", 1}}));
}

TEST_F(InvariantTest, AWriteThatOnePeerStillHasIsNotLost) {
  clean_run();
  for (const CityIndex peer : {beijing, shanghai}) store(peer, {first, second});
  EXPECT_THAT(violations(), IsEmpty());
}

TEST_F(InvariantTest, AnAcknowledgementOnAnUnknownChainBreaksDur) {
  Call call = call_with("1");
  call.chain.chain = "elsewhere";
  checker.answered(call, acknowledge(first, 0));
  EXPECT_EQ(violations(), (Found{{"DUR", 1}}));
}

TEST_F(InvariantTest, RefusedAndMerelyAcceptedWritesPromiseNoPlace) {
  store(beijing, {first});
  checker.answered(call_with("8"), refusal(Status::unavailable, Reason::no_leader, "no leader"));
  Call accepted = call_with("9");
  accepted.level = Level::accepted;
  checker.answered(accepted, Reply{});
  EXPECT_THAT(violations(), IsEmpty());
  EXPECT_EQ(reports.at("DUR").checked, 0U);
}

TEST_F(InvariantTest, BlocksMayComeAfterTheAnswersThatNameThem) {
  checker.answered(call_with("3"), acknowledge(third, 0));
  store(beijing, {first, second, third});
  EXPECT_THAT(violations(), IsEmpty());
  EXPECT_EQ(reports.at("DUR").checked, 1U);
}

// ---- ANSWERED ----

TEST_F(InvariantTest, CallsNotAnsweredExactlyOnceBreakAnswered) {
  checker.calls(10, 0);
  EXPECT_FALSE(checker.broken());
  checker.calls(5, 2);
  EXPECT_EQ(violations(), (Found{{"ANSWERED", 2}}));
  EXPECT_EQ(reports["ANSWERED"].checked, 17U);
}

TEST_F(InvariantTest, OnlyTheFirstFewViolationsAreDescribed) {
  for (int i = 0; i < 20; ++i) checker.answered(call_with(std::to_string(i)), acknowledge(third, 0));
  EXPECT_EQ(violations(), (Found{{"DUR", 20}}));
  EXPECT_EQ(reports["DUR"].examples.size(), 5U);
}

// ---- MONO, and chains whose blocks may be undone ----

TEST_F(InvariantTest, MonoFindsAFinalBlockThatWasReplaced) {
  clean_run();
  const BlockPtr other = next_block(first, {call_with("9")});
  checker.block_stored(trade, beijing, second);
  EXPECT_FALSE(checker.broken()) << "a restart may repeat blocks";
  checker.block_stored(trade, beijing, other);
  EXPECT_EQ(violations()["MONO"], 1U);
}

TEST_F(InvariantTest, MonoFindsAFinalBlockThatWasUndone) {
  store(beijing, {first, second});
  checker.undone(trade, beijing, 2);
  checker.undone(trade, shanghai, 0);
  EXPECT_FALSE(checker.broken()) << "what is not final may be undone";
  checker.undone(trade, beijing, 1);
  EXPECT_THAT(violations(), (Found{{"MONO", 1}}));
  EXPECT_EQ(reports.at("MONO").checked, 5U) << "two blocks stored, three times undone";
}

TEST_F(InvariantTest, MonoFindsThatAPeerLostWhatItOnceCalledFinal) {
  store(beijing, {first, second, third});
  store(shanghai, {first, second});
  checker.final_seen(trade, beijing, 3, third->hash);
  checker.final_seen(trade, beijing, 0, third->hash);
  checker.final_seen(trade, shanghai, 3, third->hash);
  checker.final_seen(trade, shanghai, 2, third->hash);
  EXPECT_THAT(violations(), (Found{{"MONO", 2}}));
}

TEST_F(InvariantTest, WhatIsOnlyCommittedOnATreeMayBeTakenBack) {
  Call call = call_with("1");
  call.chain = {"fabric", "bank"};
  call.level = Level::committed;
  Reply reply = acknowledge(first, 0);
  checker.answered(call, reply);
  call.level = Level::final_;
  reply.height = 7;
  checker.answered(call, reply);
  EXPECT_THAT(violations(), (Found{{"DUR", 1}})) << "final is still final";
  EXPECT_EQ(reports.at("DUR").checked, 1U);
}

}  // namespace
}  // namespace bsn
