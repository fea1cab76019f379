// What a city node shows of a chain that grows as a tree: only what is final, over real sockets and across a restart.
#include <gtest/gtest.h>

#include "proto/codec.h"
#include "tests/node_serve/node_cluster.h"

namespace bsn {
namespace {

PowParameters quick_pow() {
  PowParameters pow;
  pow.interval = milliseconds(150);
  pow.confirmations = 4;
  return pow;
}

v1::ChainDigest digest(TestNode& node) {
  v1::DigestResponse response;
  EXPECT_TRUE(node.control().Digest(within().get(), v1::DigestRequest(), &response).ok());
  return response.chains_size() == 1 ? response.chains(0) : v1::ChainDigest();
}

grpc::StatusCode get_block(TestNode& node, Height height, v1::Block& block) {
  v1::GetBlockRequest request;
  *request.mutable_chain() = encode(test_chain);
  request.set_height(height);
  return node.city_node().GetBlock(within().get(), request, &block).error_code();
}

TEST(GrowingChain, ShowsBlocksOnlyWhenTheyAreFinal) {
  TestCluster cluster(3, false, quick_pow());
  v1::WatchBlocksRequest request;
  *request.mutable_chain() = encode(test_chain);
  request.set_from_height(1);
  const auto context = within();
  const auto reader = cluster.node(1).city_node().WatchBlocks(context.get(), request);
  v1::Block block;
  for (Height expected = 1; expected <= 5; ++expected) {
    ASSERT_TRUE(reader->Read(&block));
    EXPECT_EQ(block.height(), expected);
    const v1::ChainDigest now = digest(cluster.node(1));
    EXPECT_GE(now.final_height(), expected);
    EXPECT_GT(now.height(), now.final_height());
    EXPECT_EQ(get_block(cluster.node(1), now.height(), block), grpc::StatusCode::NOT_FOUND) << "it may be undone";
  }
  context->TryCancel();
  reader->Finish();
}

TEST(GrowingChain, AFinalWriteIsFoundAndACommittedOneNotYet) {
  TestCluster cluster(3, false, quick_pow());
  const Reply committed = submit_until_ok(cluster.node(0), put_request("a", v1::LEVEL_COMMITTED));
  ASSERT_EQ(committed.status, Status::ok) << committed.message;
  v1::GetTransactionRequest find;
  *find.mutable_chain() = encode(test_chain);
  find.set_transaction(encode(committed.transaction));
  v1::Reply found;
  const grpc::Status early = cluster.node(0).city_node().GetTransaction(within().get(), find, &found);
  EXPECT_EQ(early.error_code(), grpc::StatusCode::NOT_FOUND) << "four blocks can't have come that quickly";

  const Reply final = submit_until_ok(cluster.node(0), put_request("a", v1::LEVEL_FINAL));
  ASSERT_EQ(final.status, Status::ok) << final.message;
  ASSERT_TRUE(cluster.node(0).city_node().GetTransaction(within().get(), find, &found).ok());
  EXPECT_EQ(found.height(), final.height);
  EXPECT_LE(final.height, digest(cluster.node(0)).final_height());
}

TEST(GrowingChain, WhatWasFinalIsStillThereAfterARestart) {
  TestCluster cluster(3, false, quick_pow());
  const Reply final = submit_until_ok(cluster.node(2), put_request("a"));
  ASSERT_EQ(final.status, Status::ok) << final.message;
  const v1::ChainDigest before = digest(cluster.node(2));
  v1::Block last;
  ASSERT_EQ(get_block(cluster.node(2), before.final_height(), last), grpc::StatusCode::OK);
  EXPECT_EQ(last.hash(), before.final_block());

  cluster.node(2).stop();
  cluster.node(2).start();
  const v1::ChainDigest after = digest(cluster.node(2));
  EXPECT_GE(after.final_height(), before.final_height());
  v1::Block again;
  ASSERT_EQ(get_block(cluster.node(2), before.final_height(), again), grpc::StatusCode::OK);
  EXPECT_EQ(again.hash(), last.hash());
  const Reply next = submit_until_ok(cluster.node(2), put_request("b"));
  EXPECT_EQ(next.status, Status::ok) << next.message;
}

}  // namespace
}  // namespace bsn
