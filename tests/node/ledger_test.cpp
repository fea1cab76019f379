#include "node/ledger.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "node/contract_asset.h"
#include "node/ledger_auditor.h"

namespace bsn {
namespace {

ChainSpec spec() {
  ChainSpec made;
  made.name = {"fabric", "a"};
  for (int i = 0; i < 10; ++i) made.genesis.push_back({"account-" + std::to_string(i), 100});
  return made;
}

TransactionPtr transaction(const std::string& key, const std::string& contract, const std::string& function,
                           Arguments args) {
  return make_transaction({"fabric", "a"}, {"demo", contract, function, std::move(args), key, {}, {}, 0});
}

TransactionPtr put(const std::string& key, const std::string& value = "v") {
  return transaction(key, "kv", "put", {"k", value});
}

TransactionPtr transfer(const std::string& key, int from, int to, int amount) {
  return transaction(key, "asset", "transfer",
                     {"account-" + std::to_string(from), "account-" + std::to_string(to), std::to_string(amount)});
}

Proposal next(const Ledger& ledger, std::vector<TransactionPtr> transactions, Instant time = Instant{1000}) {
  return {ledger.height() + 1, ledger.tip(), time, ValidatorIndex{1}, std::move(transactions)};
}

TEST(Ledger, ABlockPinsItsParentItsContentAndWhatCameOut) {
  Ledger ledger(spec());
  const Digest genesis = ledger.tip();
  const BlockPtr block = ledger.execute(next(ledger, {put("1"), transfer("2", 0, 1, 500)}));
  EXPECT_EQ(block->header.height, 1U);
  EXPECT_EQ(block->header.parent, genesis);
  EXPECT_EQ(block->header.transactions_root, transactions_root(block->transactions));
  EXPECT_EQ(block->header.receipts_root, receipts_root(block->receipts));
  EXPECT_EQ(block->header.state_root, ledger.state_root());
  EXPECT_EQ(block->hash, header_digest(block->header));
  EXPECT_EQ(block->receipts[0].status, ReceiptStatus::ok);
  EXPECT_EQ(block->receipts[1].status, ReceiptStatus::refused);
  EXPECT_EQ(ledger.tip(), block->hash);
}

TEST(Ledger, ChainsOfOtherNamesOrStatesHaveOtherGenesisHashes) {
  ChainSpec other_name = spec(), other_state = spec();
  other_name.name.chain = "b";
  other_state.genesis[0].balance += 1;
  EXPECT_NE(Ledger(spec()).tip(), Ledger(other_name).tip());
  EXPECT_NE(Ledger(spec()).tip(), Ledger(other_state).tip());
}

TEST(Ledger, BlockTimeNeverGoesBack) {
  Ledger ledger(spec());
  ledger.execute(next(ledger, {}, Instant{500}));
  EXPECT_EQ(ledger.execute(next(ledger, {}, Instant{300}))->header.time, Instant{500});
}

TEST(Ledger, AKeyIsExecutedOnceAndItsRetryGetsTheFirstReceipt) {
  Ledger ledger(spec());
  const auto pay = transfer("key", 0, 1, 10);
  ledger.execute(next(ledger, {pay, pay}));
  const BlockPtr second = ledger.execute(next(ledger, {pay}));
  EXPECT_EQ(second->receipts[0].status, ReceiptStatus::duplicate);
  EXPECT_EQ(ledger
                .query([] {
                  Call call;
                  call.contract = "asset";
                  call.function = "balance";
                  call.args = {"account-1"};
                  return call;
                }())
                .value,
            "110");
  const Reply reply = reply_of(ledger, pay->id, *ledger.find(pay->id));
  EXPECT_EQ(reply.status, Status::ok);
  EXPECT_EQ(reply.height, 1U);
  EXPECT_EQ(reply.index, 0U);
  EXPECT_EQ(reply.value, "1");
  EXPECT_EQ(reply.state_root, ledger.state_root(1));
}

TEST(Ledger, AKeyWithAnotherBodyHasNoEffect) {
  Ledger ledger(spec());
  const auto first = put("key", "first"), second = put("key", "second");
  const BlockPtr block = ledger.execute(next(ledger, {first, second}));
  EXPECT_EQ(block->receipts[1].status, ReceiptStatus::duplicate);
  EXPECT_EQ(ledger.find_key(key_digest("demo", "key")), first->id);
  const Reply reply = reply_of(ledger, second->id, *ledger.find(second->id));
  EXPECT_EQ(reply.status, Status::already_exists);
  EXPECT_EQ(reply.reason, Reason::key_reused);
}

TEST(Ledger, ARefusedWriteSpendsItsKeyToo) {
  Ledger ledger(spec());
  const auto pay = transfer("key", 0, 1, 500);
  ledger.execute(next(ledger, {pay}));
  ledger.execute(next(ledger, {pay}));
  const Reply reply = reply_of(ledger, pay->id, *ledger.find(pay->id));
  EXPECT_EQ(reply.status, Status::failed_precondition);
  EXPECT_EQ(reply.reason, Reason::contract_refused);
  EXPECT_EQ(reply.height, 1U);
}

TEST(Ledger, EqualKeysOfTwoProjectsAreTwoKeys) {
  Ledger ledger(spec());
  const auto mine = make_transaction({"fabric", "a"}, {"mine", "kv", "put", {"k", "1"}, "key", {}, {}, 0});
  const auto yours = make_transaction({"fabric", "a"}, {"yours", "kv", "put", {"k", "2"}, "key", {}, {}, 0});
  const BlockPtr block = ledger.execute(next(ledger, {mine, yours}));
  EXPECT_EQ(block->receipts[1].status, ReceiptStatus::ok);
}

// A block whose content, roots, receipts or hash were changed; each must be refused without a trace.
TEST(Ledger, ABlockThatDoesNotComeOutAsItSaysIsRefusedWithoutATrace) {
  Ledger sealer(spec()), reader(spec());
  ASSERT_TRUE(reader.apply(*sealer.execute(next(sealer, {put("0")}))).ok());
  const BlockPtr good = sealer.execute(next(sealer, {put("1"), transfer("2", 0, 1, 5)}));
  std::vector<Block> lies(8, *good);
  lies[0].header.state_root = sha256("lie");
  lies[1].receipts[1].value = "9";
  lies[2].transactions[1] = transfer("2", 0, 2, 5);
  lies[3].header.parent = sha256("lie");
  lies[4].header.time = Instant{1};
  lies[5].header.height = 3;
  lies[6].transactions.pop_back();
  lies[7].receipts.pop_back();
  for (Block& lie : lies) {
    lie.hash = header_digest(lie.header);
    EXPECT_FALSE(reader.apply(lie).ok());
  }
  Block other_hash = *good;
  other_hash.hash = sha256("lie");
  EXPECT_FALSE(reader.apply(other_hash).ok());
  EXPECT_EQ(reader.height(), 1U);
  EXPECT_FALSE(reader.find(put("1")->id));
  EXPECT_EQ(reader.find_key(key_digest("demo", "2")), std::nullopt);
  EXPECT_TRUE(reader.apply(*good).ok());
  EXPECT_EQ(reader.tip(), sealer.tip());
}

struct Step {
  int from, to, amount, key;
};

std::vector<std::vector<Step>> random_blocks() {
  const auto step = rc::gen::construct<Step>(rc::gen::inRange(0, 11), rc::gen::inRange(0, 11), rc::gen::inRange(0, 120),
                                             rc::gen::inRange(0, 200));
  return *rc::gen::container<std::vector<std::vector<Step>>>(rc::gen::container<std::vector<Step>>(step));
}

TEST(Ledger, RandomTransfersConserveTheSupplyAndReplayToTheSameRoots) {
  EXPECT_TRUE(rc::check([] {
    Ledger ledger(spec());
    Ledger follower(spec());
    const auto auditor = make_ledger_auditor(spec());
    for (const auto& steps : random_blocks()) {
      std::vector<TransactionPtr> transactions;
      for (const Step& one : steps) {
        transactions.push_back(transfer(std::to_string(one.key), one.from, one.to, one.amount));
      }
      const BlockPtr block = ledger.execute(next(ledger, transactions));
      RC_ASSERT(follower.apply(*block).ok());
      RC_ASSERT(auditor->apply(*block).ok());
      RC_ASSERT(auditor->check_balances().ok());
      RC_ASSERT(*sum_of_balances(ledger.state()) == Supply{1000});
    }
    RC_ASSERT(follower.state_root() == ledger.state_root());
    RC_ASSERT(follower.tip() == ledger.tip());
  }));
}

TEST(LedgerAuditor, NoticesABlockThatDoesNotFit) {
  Ledger ledger(spec());
  const auto auditor = make_ledger_auditor(spec());
  Block block = *ledger.execute(next(ledger, {put("1")}));
  block.header.state_root = sha256("lie");
  block.hash = header_digest(block.header);
  const auto applied = auditor->apply(block);
  ASSERT_FALSE(applied.ok());
  EXPECT_EQ(applied.error().code, ErrorCode::corrupt);
}

}  // namespace
}  // namespace bsn
