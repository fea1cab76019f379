// One Raft engine on the bench: the test plays the other validators, the disk and the mempool.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "node/raft_engine.h"

namespace bsn::one_raft {

inline ProposalPtr proposal(Height height, std::uint32_t proposer = 1) {
  auto made = std::make_shared<Proposal>();
  made->height = height;
  made->proposer = ValidatorIndex{proposer};
  return made;
}

inline RaftEntry entry(std::uint64_t index, std::uint64_t term, Height height = 0) {
  return {term, index, height > 0 ? proposal(height) : nullptr};
}

// The engine of one validator with a disk, and everything that came out of it since `outputs` was cleared.
struct Validator {
  explicit Validator(std::uint32_t validators, RaftParameters raft = {}, DurableState on_disk = {}) {
    config.validators = validators;
    config.parameters = raft;
    durable = std::move(on_disk);
    start();
  }

  void start() {
    BlockSealed tip;
    tip.height = durable.blocks.size();
    engine = std::make_unique<RaftEngine>(config, durable, tip, now);
    outputs.clear();
  }

  void take(std::vector<EngineOutput>&& fresh) {
    for (EngineOutput& output : fresh) {
      if (const auto* write = std::get_if<PersistConsensus>(&output)) apply(write->write, durable);
      outputs.push_back(std::move(output));
    }
  }

  void step(const EngineInput& input) {
    std::vector<EngineOutput> fresh;
    engine->step(now, input, fresh);
    take(std::move(fresh));
  }

  // As the seat `from` would send it, in a network where all seats vote.
  void hear(std::uint32_t from, ConsensusMessage message) {
    std::vector<ValidatorIndex> all;
    for (std::uint32_t seat = 0; seat < config.validators; ++seat) all.push_back({seat});
    if (auto* request = std::get_if<RaftVoteRequest>(&message)) {
      request->candidate = {from};
      if (request->voters.empty()) request->voters = all;
    }
    if (auto* reply = std::get_if<RaftVoteReply>(&message)) reply->voter = {from};
    if (auto* reply = std::get_if<RaftAppendReply>(&message)) reply->follower = {from};
    auto* install = std::get_if<RaftInstall>(&message);
    if (install != nullptr && install->voters.empty()) install->voters = all;
    step(MessageArrived{ValidatorIndex{from}, message});
  }

  // Sleeps until it wants to be woken.
  void wake() {
    const auto wakeup = engine->next_wakeup();
    ASSERT_TRUE(wakeup);
    now = std::max(now, *wakeup);
    std::vector<EngineOutput> fresh;
    engine->advance_to(now, fresh);
    take(std::move(fresh));
  }

  template <class Output>
  std::vector<Output> all() const {
    std::vector<Output> found;
    for (const EngineOutput& output : outputs) {
      if (const auto* one = std::get_if<Output>(&output)) found.push_back(*one);
    }
    return found;
  }

  template <class Message>
  std::vector<Message> sent() const {
    std::vector<Message> found;
    for (const SendConsensus& send : all<SendConsensus>()) {
      if (const auto* one = std::get_if<Message>(&*send.message)) found.push_back(*one);
    }
    return found;
  }

  // The only message of this kind since outputs were cleared.
  template <class Message>
  Message said() const {
    const auto found = sent<Message>();
    EXPECT_EQ(found.size(), 1u);
    return found.empty() ? Message{} : found.front();
  }

  std::vector<Height> decided() const {
    std::vector<Height> heights;
    for (const Decide& decide : all<Decide>()) heights.push_back(decide.proposal->height);
    return heights;
  }

  // Elected in the next term by the votes of 1, 2 ... as far as needed.
  std::uint64_t lead() {
    wake();
    const std::uint64_t term = sent<RaftVoteRequest>().back().term;
    for (std::uint32_t v = 1; v < majority(config.validators); ++v) hear(v, RaftVoteReply{term, true, true});
    for (std::uint32_t v = 1; v < majority(config.validators); ++v) hear(v, RaftVoteReply{term, false, true});
    EXPECT_EQ(all<LeaderIs>().back().leader, config.self);
    outputs.clear();
    return term;
  }

  void offer(std::size_t transactions) {
    BatchOffered batch;
    for (std::size_t i = 0; i < transactions; ++i) batch.transactions.push_back(std::make_shared<Transaction>());
    step(batch);
  }

  EngineConfig config{.self = ValidatorIndex{0}, .block = {}, .parameters = {}};
  DurableState durable;
  Instant now;
  std::unique_ptr<RaftEngine> engine;
  std::vector<EngineOutput> outputs;
};

inline DurableState disk(std::uint64_t term, std::vector<RaftEntry> log = {}) {
  DurableState durable;
  durable.raft_vote = RaftVoteState{term, std::nullopt};
  durable.raft_log = std::move(log);
  return durable;
}

// The default election time-out.
inline constexpr Duration election = RaftParameters{}.election_timeout;

}  // namespace bsn::one_raft
