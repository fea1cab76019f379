// The parts of the Ethereum dialect by themselves, with published examples.
#include <gtest/gtest.h>

#include "edge/ethereum/rlp.h"
#include "edge/ethereum/signed_transaction.h"
#include "edge/ethereum/transaction_pool.h"

namespace bsn::edge::ethereum {
namespace {

// eips.ethereum.org/EIPS/eip-155, "Example".
const std::string example =
    "0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc2195fe"
    "53"
    "7567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83";

TEST(Rlp, EncodesAsTheYellowPaperSays) {
  EXPECT_EQ(hex(rlp_encode_list({"cat", "dog"})), "0xc88363617483646f67");
  EXPECT_EQ(hex(rlp_encode_list({})), "0xc0");
  EXPECT_EQ(hex(rlp_encode_list({"", std::string(1, '\x0f'), std::string("\x04\x00", 2)})), "0xc5800f820400");
  const std::string lorem(56, 'a');
  EXPECT_EQ(rlp_encode_list({lorem}), "\xf8\x3a\xb8\x38" + lorem);
}

TEST(Rlp, DecodesWhatItEncodes) {
  for (const auto& list : std::vector<std::vector<std::string>>{
           {},
           {""},
           {"a", "bc", std::string(55, 'x'), std::string(56, 'y'), std::string(70'000, 'z')},
           {std::string(1, '\x80')}}) {
    EXPECT_EQ(rlp_decode_list(rlp_encode_list(list)), list);
  }
}

TEST(Rlp, RefusesEveryOtherForm) {
  for (const char* text : {"0x", "0x80", "0x83636174", "0xc8836361748364", "0xc88363617483646f6700", "0xc28101",
                           "0xc1c0", "0xf800", "0xf80183", "0xc3b80161", "0xff"}) {
    EXPECT_EQ(rlp_decode_list(*parse_hex(text)), std::nullopt) << text;
  }
}

TEST(Keccak, IsTheOneBeforeSha3) {
  EXPECT_EQ(hex(keccak256("")), "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
}

TEST(SignedTransaction, TheSenderOfTheExampleIsRecovered) {
  const auto parsed = parse_transaction(*parse_hex(example));
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(hex(parsed->from), "0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f");
  EXPECT_EQ(parsed->chain_id, 1u);
  EXPECT_EQ(parsed->nonce, 9u);
  EXPECT_EQ(parsed->value, Wei("1000000000000000000"));
  EXPECT_EQ(parsed->gas_price, 20 * wei_per_gwei);
  EXPECT_EQ(intrinsic_gas(parsed->data), 21'000u);
}

TEST(SignedTransaction, AnyOtherByteGivesAnotherSenderOrNone) {
  const std::string raw = *parse_hex(example);
  const std::string sender = parse_transaction(raw)->from;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    std::string changed = raw;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const auto parsed = parse_transaction(changed);
    EXPECT_NE(parsed ? parsed->from : "", sender) << i;
  }
}

// EIP-2: of the two signatures that fit, the one with the large s is refused, or a transaction would have two hashes.
TEST(SignedTransaction, TheTwinOfASignatureIsRefused) {
  const auto parsed = parse_transaction(*parse_hex(example));
  ASSERT_TRUE(parsed);
  const Wei order("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
  auto fields = *rlp_decode_list(parsed->raw);
  fields[6] = bytes_of(parsed->v == 37 ? 38 : 37);
  fields[8] = bytes_of(order - parsed->s);
  EXPECT_FALSE(parse_transaction(rlp_encode_list(fields)));
}

TEST(Quantity, HasNoLeadingZeros) {
  EXPECT_EQ(quantity(0), "0x0");
  EXPECT_EQ(quantity(1337), "0x539");
  EXPECT_EQ(parse_quantity("0x539"), Wei(1337));
  for (const char* text : {"0x", "0x00", "0x01", "539", "0xg", ""})
    EXPECT_EQ(parse_quantity(text), std::nullopt) << text;
}

SignedTransaction transaction(std::uint64_t nonce, const std::string& hash, const std::string& from = "alice") {
  SignedTransaction made;
  made.nonce = nonce;
  made.hash = hash;
  made.from = from;
  return made;
}

using Verdict = TransactionPool::Verdict;
const std::chrono::steady_clock::time_point start{};

TEST(TransactionPool, BringsOneOfASenderAtATimeInTheOrderOfNonces) {
  TransactionPool pool;
  EXPECT_EQ(pool.add(transaction(8, "b"), {}, 7, start), Verdict::added);
  EXPECT_EQ(pool.take("alice"), nullptr);  // 7 is missing
  EXPECT_EQ(pool.next_nonce("alice", 7), 7u);
  EXPECT_EQ(pool.add(transaction(7, "a"), {}, 7, start), Verdict::added);
  EXPECT_EQ(pool.next_nonce("alice", 7), 9u);
  const PendingPtr first = pool.take("alice");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->transaction.hash, "a");
  EXPECT_EQ(pool.take("alice"), nullptr);  // one at a time
  pool.committed(first);
  const PendingPtr second = pool.take("alice");
  ASSERT_TRUE(second);
  EXPECT_EQ(second->transaction.hash, "b");
}

TEST(TransactionPool, KnowsWhatItHasAndTakesNothingTwice) {
  TransactionPool pool;
  EXPECT_EQ(pool.add(transaction(0, "a"), {}, 0, start), Verdict::added);
  EXPECT_EQ(pool.add(transaction(0, "a"), {}, 0, start), Verdict::known);
  EXPECT_EQ(pool.add(transaction(0, "other"), {}, 0, start), Verdict::nonce_taken);
  EXPECT_EQ(pool.add(transaction(4, "late"), {}, 5, start), Verdict::nonce_too_low);
  const PendingPtr taken = pool.take("alice");
  pool.committed(taken);
  EXPECT_EQ(pool.add(transaction(0, "late"), {}, 0, start), Verdict::nonce_too_low);
  EXPECT_TRUE(pool.find("a"));
  pool.mined(taken->transaction);
  EXPECT_FALSE(pool.find("a"));
  EXPECT_TRUE(pool.empty());
}

TEST(TransactionPool, WhatIsDroppedMakesItsNonceFree) {
  TransactionPool pool;
  pool.add(transaction(0, "a"), {}, 0, start);
  pool.add(transaction(1, "b"), {}, 0, start);
  pool.dropped(pool.take("alice"));
  EXPECT_EQ(pool.take("alice"), nullptr);
  EXPECT_EQ(pool.next_nonce("alice", 0), 0u);
  EXPECT_EQ(pool.add(transaction(0, "c"), {}, 0, start), Verdict::added);
  EXPECT_EQ(pool.take("alice")->transaction.hash, "c");
}

TEST(TransactionPool, IsBoundedBySenderAndInAll) {
  TransactionPool pool;
  for (std::uint64_t i = 0; i < TransactionPool::most_of_one; ++i) {
    EXPECT_EQ(pool.add(transaction(i, "a" + std::to_string(i)), {}, 0, start), Verdict::added);
  }
  EXPECT_EQ(pool.add(transaction(99, "one more"), {}, 0, start), Verdict::full);
  for (std::uint64_t i = TransactionPool::most_of_one; i < TransactionPool::most; ++i) {
    const std::string name = "b" + std::to_string(i);
    EXPECT_EQ(pool.add(transaction(0, name, name), {}, 0, start), Verdict::added);
  }
  EXPECT_EQ(pool.add(transaction(0, "too much", "carol"), {}, 0, start), Verdict::full);
  EXPECT_EQ(pool.add(transaction(0, "later", "carol"), {}, 0, start + std::chrono::hours(2)), Verdict::added);
}

}  // namespace
}  // namespace bsn::edge::ethereum
