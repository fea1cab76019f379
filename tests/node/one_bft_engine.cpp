#include "tests/node/one_bft_engine.h"

#include <algorithm>
#include <string>

namespace bsn {

TransactionPtr test_transaction(std::uint32_t number) {
  Transaction parts;
  parts.project = "test";
  parts.contract = "kv";
  parts.function = "put";
  parts.idempotency_key = std::to_string(number);
  return make_transaction(ChainName{"test", "main"}, std::move(parts));
}

OneBftEngine::OneBftEngine(std::uint32_t self, std::uint32_t validators, const BftParameters& parameters) {
  config.self = ValidatorIndex{self};
  config.validators = validators;
  config.parameters = parameters;
  restart();
}

void OneBftEngine::restart() { engine_ = std::make_unique<BftEngine>(config, disk, tip, now); }

void OneBftEngine::hear(std::uint32_t from, const ConsensusMessage& message) {
  step(MessageArrived{ValidatorIndex{from}, message});
}

void OneBftEngine::hear_prevote(std::uint32_t from, std::uint32_t round, const Digest& value) {
  hear(from, BftVote{tip.height + 1, round, BftVoteKind::prevote, value});
}

void OneBftEngine::hear_precommit(std::uint32_t from, std::uint32_t round, const Digest& value) {
  hear(from, BftVote{tip.height + 1, round, BftVoteKind::precommit, value});
}

void OneBftEngine::hear_proposal(std::uint32_t from, std::uint32_t round, const ProposalPtr& value,
                                 std::int64_t valid_round) {
  hear(from, BftProposal{tip.height + 1, round, valid_round, value});
}

void OneBftEngine::work(std::uint32_t transactions) {
  mempool.clear();
  for (std::uint32_t i = 0; i < transactions; ++i) mempool.push_back(test_transaction(i));
  step(WorkWaiting{transactions, 100ull * transactions});
}

void OneBftEngine::seal(Height height, ValidatorIndex proposer, std::optional<Instant> time) {
  tip = BlockSealed{height, sha256(std::to_string(height)), time.value_or(now), proposer};
  step(tip);
}

void OneBftEngine::advance(Duration span) {
  const Instant until = now + span;
  for (auto next = engine_->next_wakeup(); next && *next <= until; next = engine_->next_wakeup()) {
    now = std::max(now, *next);
    std::vector<EngineOutput> outputs;
    engine_->advance_to(now, outputs);
    take(outputs);
  }
  now = until;
}

ProposalPtr OneBftEngine::value(std::uint32_t proposer, std::uint32_t transactions) const {
  auto proposal = std::make_shared<Proposal>();
  proposal->height = tip.height + 1;
  proposal->parent = tip.hash;
  proposal->time = now;
  proposal->proposer = ValidatorIndex{proposer};
  for (std::uint32_t i = 0; i < transactions; ++i) proposal->transactions.push_back(test_transaction(i));
  return proposal;
}

void OneBftEngine::step(const EngineInput& input) {
  std::vector<EngineOutput> outputs;
  engine_->step(now, input, outputs);
  take(outputs);
}

void OneBftEngine::take(const std::vector<EngineOutput>& outputs) {
  for (const EngineOutput& output : outputs) {
    std::visit([&](const auto& one) { take_one(one); }, output);
  }
}

void OneBftEngine::take_one(const SendConsensus& output) {
  if (output.to) helped.push_back(output.to->value);
  const auto& saved = disk.bft_vote;
  if (const auto* vote = std::get_if<BftVote>(&*output.message)) {
    votes.push_back(*vote);
    sent_unsaved |= vote->height == tip.height + 1 && std::count(saved->votes.begin(), saved->votes.end(), *vote) == 0;
  }
  if (const auto* decision = std::get_if<BftDecided>(&*output.message)) told.push_back(*decision);
  if (const auto* proposal = std::get_if<BftProposal>(&*output.message)) {
    proposals.push_back(*proposal);
    sent_unsaved |= !saved || !saved->proposed || saved->proposed->proposal != proposal->proposal;
  }
}

void OneBftEngine::take_one(const Decide& output) {
  decided.push_back(output.proposal);
  tip = BlockSealed{output.proposal->height, proposal_digest(*output.proposal), output.proposal->time,
                    output.proposal->proposer};
  tip.seal = output.proposal->seal;
  tip.proposal = output.proposal;
  step(tip);
}

}  // namespace bsn
