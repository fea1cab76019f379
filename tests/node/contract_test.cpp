#include "node/contract.h"

#include <gtest/gtest.h>

#include "core/call_operation.h"
#include "node/contract_asset.h"
#include "node/contract_ether.h"
#include "node/contract_hub.h"
#include "node/contract_kv.h"
#include "node/contract_xchain.h"

namespace bsn {
namespace {

Call call(Operation operation, const std::string& contract, const std::string& function, Arguments args) {
  Call made;
  made.operation = operation;
  made.project = "demo";
  made.chain = {"fabric", "a"};
  made.contract = contract;
  made.function = function;
  made.args = std::move(args);
  return made;
}

// A state with one transaction after the other on it.
class Contracts : public testing::Test {
 protected:
  Contracts() { write_asset_genesis({{"alice", 100}, {"bob", 5}}, state_); }

  ContractOutcome write(const std::string& contract, const std::string& function, Arguments args,
                        const std::string& project = "demo") {
    Transaction parts;
    parts.project = project;
    parts.contract = contract;
    parts.function = function;
    parts.args = std::move(args);
    parts.idempotency_key = "k";
    StateOverlay overlay(state_);
    auto outcome = run_write(*make_transaction({"fabric", "a"}, parts), overlay);
    std::vector<StateUndo> undo;
    if (outcome.ok) overlay.commit(state_, undo);
    return outcome;
  }
  std::string read(const std::string& contract, const std::string& function, Arguments args,
                   const std::string& project = "demo") {
    StateOverlay overlay(state_);
    Call made = call(Operation::query, contract, function, std::move(args));
    made.project = project;
    const ContractOutcome outcome = run_read(made, overlay);
    return outcome.ok ? outcome.value : "refused: " + outcome.value;
  }

  StateTree state_;
};

Reason why(const std::optional<Reply>& reply) { return reply ? reply->reason : Reason::none; }

TEST(ContractCall, UnknownNamesAndWrongShapesAreRefusedBeforeAnyState) {
  EXPECT_EQ(why(check_contract_call(call(Operation::submit, "gold", "put", {}))), Reason::unknown_contract);
  EXPECT_EQ(why(check_contract_call(call(Operation::submit, "kv", "push", {}))), Reason::unknown_contract);
  EXPECT_EQ(why(check_contract_call(call(Operation::query, "kv", "put", {"k", "v"}))), Reason::malformed);
  EXPECT_EQ(why(check_contract_call(call(Operation::submit, "asset", "balance", {"alice"}))), Reason::malformed);
  EXPECT_EQ(why(check_contract_call(call(Operation::submit, "kv", "put", {"k"}))), Reason::malformed);
  EXPECT_EQ(why(check_contract_call(call(Operation::submit, "kv", "put", {"", "v"}))), Reason::malformed);
  EXPECT_EQ(why(check_contract_call(call(Operation::submit, "kv", "put", {"k", "v"}))), Reason::none);
}

TEST(ContractCall, AmountsAreWholePositiveNumbersInPlainDecimal) {
  for (const std::string amount : {"", "0", "-1", "+1", " 1", "01", "1.5", "1e3", "18446744073709551616"}) {
    const auto refused = check_contract_call(call(Operation::submit, "asset", "transfer", {"alice", "bob", amount}));
    EXPECT_EQ(why(refused), Reason::malformed) << amount;
  }
  EXPECT_EQ(
      why(check_contract_call(call(Operation::submit, "asset", "transfer", {"alice", "bob", "18446744073709551615"}))),
      Reason::none);
}

TEST_F(Contracts, AKeyHoldsWhatWasPutLast) {
  EXPECT_TRUE(write("kv", "put", {"k", "v"}).ok);
  EXPECT_EQ(read("kv", "get", {"k"}), "v");
  EXPECT_TRUE(write("kv", "put", {"k", ""}).ok);
  EXPECT_EQ(read("kv", "get", {"k"}), "");
  EXPECT_EQ(read("kv", "exists", {"k"}), "1");
  EXPECT_EQ(write("kv", "delete", {"k"}).value, "1");
  EXPECT_EQ(write("kv", "delete", {"k"}).value, "0");
  EXPECT_EQ(read("kv", "exists", {"k"}), "0");
}

TEST_F(Contracts, InsertAndCompareAndSetLookFirst) {
  EXPECT_FALSE(write("kv", "compare_and_set", {"k", "", "v"}).ok);
  EXPECT_TRUE(write("kv", "insert", {"k", "v"}).ok);
  EXPECT_FALSE(write("kv", "insert", {"k", "w"}).ok);
  EXPECT_FALSE(write("kv", "compare_and_set", {"k", "w", "x"}).ok);
  EXPECT_TRUE(write("kv", "compare_and_set", {"k", "v", "x"}).ok);
  EXPECT_EQ(read("kv", "get", {"k"}), "x");
}

TEST_F(Contracts, NoProjectSeesAnothersKeys) {
  write("kv", "put", {"b/c", "mine"}, "a");
  EXPECT_EQ(read("kv", "exists", {"c"}, "a/b"), "0");
  EXPECT_EQ(read("kv", "exists", {"b/c"}, ""), "0");
  EXPECT_EQ(read("kv", "get", {"b/c"}, "a"), "mine");
}

TEST_F(Contracts, ATransferMovesMoneyAndCountsForItsSender) {
  const ContractOutcome outcome = write("asset", "transfer", {"alice", "bob", "30"});
  EXPECT_TRUE(outcome.ok);
  EXPECT_EQ(outcome.value, "1");
  EXPECT_EQ(read("asset", "balance", {"alice"}), "70");
  EXPECT_EQ(read("asset", "balance", {"bob"}), "35");
  EXPECT_EQ(read("asset", "nonce", {"alice"}), "1");
  EXPECT_EQ(read("asset", "nonce", {"bob"}), "0");
  EXPECT_EQ(read("asset", "supply", {}), "105");
}

TEST_F(Contracts, ARefusedTransferLeavesNothingBehind) {
  const Digest before = state_.root();
  EXPECT_EQ(write("asset", "transfer", {"alice", "bob", "101"}).value, "the balance is 100");
  EXPECT_FALSE(write("asset", "transfer", {"alice", "carol", "1"}).ok);
  EXPECT_FALSE(write("asset", "transfer", {"carol", "alice", "1"}).ok);
  EXPECT_FALSE(write("asset", "transfer", {"alice", "alice", "1"}).ok);
  EXPECT_FALSE(write("asset", "transfer", {"alice", "bob", "1", "7"}).ok);
  EXPECT_FALSE(write("asset", "mint", {"alice", "1"}).ok);
  EXPECT_EQ(state_.root(), before);
}

TEST_F(Contracts, AGivenNonceMustBeTheSendersPresentOne) {
  EXPECT_TRUE(write("asset", "transfer", {"alice", "bob", "1", "0"}).ok);
  EXPECT_FALSE(write("asset", "transfer", {"alice", "bob", "1", "0"}).ok);
  EXPECT_TRUE(write("asset", "transfer", {"alice", "bob", "1", "1"}).ok);
}

TEST_F(Contracts, ABalanceCannotOverflow) {
  StateTree rich;
  write_asset_genesis({{"a", 2}, {"b", 18446744073709551614U}}, rich);
  std::swap(state_, rich);
  EXPECT_FALSE(write("asset", "transfer", {"a", "b", "2"}).ok);
  EXPECT_TRUE(write("asset", "transfer", {"a", "b", "1"}).ok);
  EXPECT_EQ(read("asset", "supply", {}), "18446744073709551616");
  EXPECT_EQ(to_string(*sum_of_balances(state_)), "18446744073709551616");
}

TEST_F(Contracts, WhatAFaultyProposerOrdersIsRefusedNotExecuted) {
  const Digest before = state_.root();
  EXPECT_FALSE(write("gold", "put", {"k", "v"}).ok);
  EXPECT_FALSE(write("asset", "balance", {"alice"}).ok);
  EXPECT_FALSE(write("asset", "transfer", {"alice"}).ok);
  EXPECT_FALSE(write("asset", "transfer", {"alice", "bob", "-5"}).ok);
  EXPECT_EQ(state_.root(), before);
}

// Contract "ether" moves the accounts of "asset"; the judge of balances sees it.
class Ether : public Contracts {
 protected:
  Ether() {
    StateTree state;
    write_asset_genesis({{alice, 1000}}, state);
    state_ = state;
  }
  ContractOutcome transfer(const std::string& to, const std::string& amount, const std::string& nonce,
                           const std::string& fee = "21") {
    return write("ether", "transfer", {alice, to, amount, nonce, fee, miner, "signed bytes"});
  }
  std::string account(const std::string& name) { return read("ether", "account", {name}); }

  const std::string alice = "0x" + std::string(40, 'a');
  const std::string bob = "0x" + std::string(40, 'b');
  const std::string miner = "0x" + std::string(40, '0');
};

TEST_F(Ether, PaysAnyoneAndTakesAFee) {
  EXPECT_EQ(account(bob), "0 0");
  EXPECT_EQ(transfer(bob, "100", "0").value, "1");
  EXPECT_EQ(account(alice), "879 1");
  EXPECT_EQ(account(bob), "100 0");
  EXPECT_EQ(account(miner), "21 0");
  EXPECT_TRUE(transfer(alice, "5", "1").ok);  // to itself: costs the fee
  EXPECT_EQ(account(alice), "858 2");
  EXPECT_TRUE(transfer(miner, "0", "2").ok);
  EXPECT_EQ(sum_of_balances(state_), Supply{1000});
}

TEST_F(Ether, EveryNonceCountsOnceAndInOrder) {
  EXPECT_FALSE(transfer(bob, "1", "1").ok);
  EXPECT_TRUE(transfer(bob, "1", "0").ok);
  EXPECT_EQ(transfer(bob, "1", "0").value, "the nonce is 1");
  EXPECT_EQ(account(bob), "1 0");
}

TEST_F(Ether, NobodyPaysMoreThanThereIs) {
  EXPECT_FALSE(transfer(bob, "980", "0").ok);  // 979 and the fee
  EXPECT_TRUE(transfer(bob, "979", "0").ok);
  EXPECT_FALSE(transfer(bob, "18446744073709551615", "1").ok);
  EXPECT_FALSE(transfer(bob, "0", "1", "18446744073709551615").ok);
  EXPECT_EQ(sum_of_balances(state_), Supply{1000});
}

TEST(ContractCall, EtherTakesAddressesAndWholeNumbersOnly) {
  const std::string address = "0x" + std::string(40, 'a');
  const auto reason = [&](Arguments args) {
    return why(check_contract_call(call(Operation::submit, "ether", "transfer", std::move(args))));
  };
  EXPECT_EQ(reason({address, address, "1", "0", "1", address, ""}), Reason::none);
  EXPECT_EQ(reason({"alice", address, "1", "0", "1", address, ""}), Reason::malformed);
  EXPECT_EQ(reason({address, "0x" + std::string(40, 'A'), "1", "0", "1", address, ""}), Reason::malformed);
  EXPECT_EQ(reason({address, address, "-1", "0", "1", address, ""}), Reason::malformed);
  EXPECT_EQ(reason({address, address, "1", "0", "1", address, std::string(50'000, 'x')}), Reason::malformed);
}

// core/call_operation.h is for those that can't look into these tables.
TEST(ContractCall, WhatIsAReadIsToldTheSameEverywhere) {
  std::size_t reads = 0;
  const std::pair<std::string, Contract> contracts[] = {{"kv", kv_contract()},
                                                        {"asset", asset_contract()},
                                                        {"ether", ether_contract()},
                                                        {"hub", hub_contract()},
                                                        {"xchain", xchain_contract()}};
  for (const auto& [name, functions] : contracts) {
    for (const ContractFunction& function : functions) {
      EXPECT_EQ(operation_of(name, function.name), function.operation) << name << "." << function.name;
      reads += function.operation == Operation::query ? 1 : 0;
    }
  }
  EXPECT_EQ(reads, read_functions.size());
  EXPECT_EQ(operation_of("kv", "ge"), Operation::submit);
}

}  // namespace
}  // namespace bsn
