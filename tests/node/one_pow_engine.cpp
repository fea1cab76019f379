#include "tests/node/one_pow_engine.h"

#include <algorithm>

namespace bsn {

OnePowEngine::OnePowEngine(const PowParameters& parameters) {
  config.validators = 3;
  config.stake = {1, 1, 1};
  config.peers = {ValidatorIndex{0}, ValidatorIndex{1}};
  config.parameters = parameters;
  config.chain_seed = 7;
  engine_ = std::make_unique<PowEngine>(config, DurableState{}, now);
}

PowUncle uncle_of(const Proposal& block) {
  const PowSeal seal = decode_pow_seal(block.seal).value();
  return {header_of(block, seal), seal.proposals};
}

ProposalPtr OnePowEngine::mine(const ProposalPtr& parent, std::uint32_t miner, const std::vector<ProposalPtr>& uncles,
                               const std::vector<TransactionPtr>& transactions, const Spoil& spoil) const {
  PowParent above;
  if (parent) above = {parent->height, parent->time, decode_pow_state(parent->seal).value()};
  Proposal block{above.height + 1, parent ? proposal_digest(*parent) : Digest{}, above.time + pace,
                 ValidatorIndex{miner}, transactions};
  PowSeal seal;
  for (const ProposalPtr& uncle : uncles) seal.uncles.push_back(uncle_of(*uncle));
  seal.state = next_state(std::get<PowParameters>(config.parameters), above, block.time,
                          static_cast<std::uint32_t>(uncles.size()));
  if (spoil) spoil(seal);
  seal.work = modelled_work(config.chain_seed, header_of(block, seal));
  block.seal = encode(seal);
  return make_proposal(std::move(block));
}

bool OnePowEngine::takes(const ProposalPtr& block) {
  const std::size_t before = sent.size();
  std::vector<EngineOutput> outputs;
  engine_->step(now, MessageArrived{ValidatorIndex{0}, TreeBlock{block}}, outputs);
  take(outputs);
  return std::any_of(sent.begin() + static_cast<std::ptrdiff_t>(before), sent.end(),
                     [](const SendConsensus& one) { return std::holds_alternative<TreeBlock>(*one.message); });
}

void OnePowEngine::advance_to(Instant when) {
  now = when;
  std::vector<EngineOutput> outputs;
  engine_->advance_to(now, outputs);
  take(outputs);
}

void OnePowEngine::take(const std::vector<EngineOutput>& outputs) {
  for (const EngineOutput& output : outputs) {
    if (const auto* send = std::get_if<SendConsensus>(&output)) sent.push_back(*send);
    if (const auto* change = std::get_if<Reorganise>(&output)) {
      undone += chain.size() - change->keep;
      chain.resize(change->keep);
      chain.insert(chain.end(), change->adopt.begin(), change->adopt.end());
    }
    if (const auto* final = std::get_if<Finalise>(&output)) final_height = final->height;
  }
}

}  // namespace bsn
