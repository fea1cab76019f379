// Undoing blocks: whatever was executed and undone before, a ledger is what its present blocks make it.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "node/contract_asset.h"
#include "node/ledger.h"

namespace bsn {
namespace {

ChainSpec spec() {
  ChainSpec made;
  made.name = {"ethereum", "main"};
  for (int i = 0; i < 4; ++i) made.genesis.push_back({"account-" + std::to_string(i), 100});
  return made;
}

Ledger undoable_ledger() {
  Ledger ledger(spec());
  ledger.keep_undoable();
  return ledger;
}

TransactionPtr transaction(const std::string& key, const std::string& contract, const std::string& function,
                           Arguments args) {
  return make_transaction(spec().name, {"demo", contract, function, std::move(args), key, {}, {}, 0});
}

TransactionPtr put(const std::string& key, const std::string& value) {
  return transaction(key, "kv", "put", {"k", value});
}

Proposal next(const Ledger& ledger, std::vector<TransactionPtr> transactions) {
  return {ledger.height() + 1, {}, ledger.time() + nanoseconds(1), ValidatorIndex{1}, std::move(transactions)};
}

Call get(const std::string& key) { return {Operation::query, "demo", spec().name, "kv", "get", {key}, "", {}}; }

TEST(LedgerUndo, AnUndoneTransactionIsForgottenAndItsKeyFreeAgain) {
  Ledger ledger = undoable_ledger();
  const Digest genesis = ledger.tip(), root = ledger.state_root();
  const TransactionPtr first = put("key", "a");
  ledger.execute(next(ledger, {first}));
  ledger.undo_to(0);
  EXPECT_EQ(ledger.tip(), genesis);
  EXPECT_EQ(ledger.state_root(), root);
  EXPECT_FALSE(ledger.find(first->id));
  EXPECT_FALSE(ledger.find_key(key_digest("demo", "key")));
  EXPECT_EQ(ledger.execute(next(ledger, {put("key", "b")}))->receipts[0].status, ReceiptStatus::ok);
  EXPECT_EQ(ledger.query(get("k")).value, "b");
}

TEST(LedgerUndo, FinalReadsSeeTheLastFinalBlockOnly) {
  Ledger ledger = undoable_ledger();
  for (const char* value : {"a", "b", "c"}) ledger.execute(next(ledger, {put(value, value)}));
  EXPECT_EQ(ledger.query_final(get("k")).value, "");
  EXPECT_EQ(ledger.query(get("k")).value, "c");
  ledger.finalise(2);
  EXPECT_EQ(ledger.final_height(), 2u);
  EXPECT_EQ(ledger.query_final(get("k")).value, "b");
  ledger.undo_to(2);
  EXPECT_EQ(ledger.query(get("k")).value, "b");
}

TEST(LedgerUndo, WithoutItEveryBlockIsFinalAtOnce) {
  Ledger ledger(spec());
  ledger.execute(next(ledger, {put("key", "a")}));
  EXPECT_EQ(ledger.final_height(), 1u);
  EXPECT_EQ(ledger.query_final(get("k")).value, "a");
}

TEST(LedgerUndoDeathTest, WhatIsFinalIsNeverUndone) {
  Ledger ledger = undoable_ledger();
  ledger.execute(next(ledger, {}));
  ledger.finalise(1);
  EXPECT_DEATH(ledger.undo_to(0), "not final");
}

TransactionPtr random_transaction() {
  const std::string key = std::to_string(*rc::gen::inRange(0, 40));
  const std::string number = std::to_string(*rc::gen::inRange(0, 5));
  switch (*rc::gen::inRange(0, 4)) {
    case 0:
      return transaction(key, "kv", "put", {"k" + number, key});
    case 1:
      return transaction(key, "kv", "remove", {"k" + number});
    default:
      return transaction(key, "asset", "transfer",
                         {"account-" + number, "account-" + std::to_string(*rc::gen::inRange(0, 6)), key});
  }
}

Ledger naive(const std::vector<Proposal>& proposals, std::size_t count) {
  Ledger ledger(spec());
  for (std::size_t i = 0; i < count; ++i) ledger.execute(proposals[i]);
  return ledger;
}

void expect_equal(const Ledger& ledger, const std::vector<Proposal>& proposals) {
  const Ledger plain = naive(proposals, proposals.size());
  RC_ASSERT(ledger.height() == plain.height());
  RC_ASSERT(ledger.tip() == plain.tip());
  RC_ASSERT(ledger.time() == plain.time());
  RC_ASSERT(ledger.state_root() == plain.state_root());
  RC_ASSERT(ledger.state().size() == plain.state().size());
  for (int key = 0; key < 40; ++key) {
    const auto used = ledger.find_key(key_digest("demo", std::to_string(key)));
    RC_ASSERT(used == plain.find_key(key_digest("demo", std::to_string(key))));
    if (used) RC_ASSERT(ledger.find(*used)->height == plain.find(*used)->height);
  }
  const Ledger final = naive(proposals, ledger.final_height());
  for (int key = 0; key < 5; ++key) {
    const Call call = get("k" + std::to_string(key));
    RC_ASSERT(ledger.query_final(call).ok == final.query(call).ok);
    RC_ASSERT(ledger.query_final(call).value == final.query(call).value);
  }
}

TEST(LedgerUndoProperties, ExecutingUndoingAndFinalisingGivesWhatThePlainPathGives) {
  EXPECT_TRUE(rc::check([] {
    Ledger ledger = undoable_ledger();
    std::vector<Proposal> proposals;
    const int steps = *rc::gen::inRange(1, 30);
    for (int i = 0; i < steps; ++i) {
      const int what = *rc::gen::inRange(0, 5);
      if (what == 0) {
        const Height keep = *rc::gen::inRange<Height>(ledger.final_height(), ledger.height() + 1);
        ledger.undo_to(keep);
        proposals.resize(keep);
      } else if (what == 1) {
        ledger.finalise(*rc::gen::inRange<Height>(ledger.final_height(), ledger.height() + 1));
      } else {
        std::vector<TransactionPtr> batch;
        const int size = *rc::gen::inRange(0, 6);
        for (int n = 0; n < size; ++n) batch.push_back(random_transaction());
        proposals.push_back(next(ledger, batch));
        ledger.execute(proposals.back());
      }
    }
    expect_equal(ledger, proposals);
  }));
}

}  // namespace
}  // namespace bsn
