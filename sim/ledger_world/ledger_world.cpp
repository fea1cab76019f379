#include "sim/ledger_world/ledger_world.h"

#include <utility>

#include "core/check.h"
#include "node/contract_asset.h"
#include "node/contract_hub.h"
#include "node/xchain_value.h"

namespace bsn {
namespace {

constexpr std::string_view project = "relayer";

std::uint64_t chain_seed(std::uint64_t seed, const ChainName& chain) {
  return Random(seed).fork(to_string(chain)).next();
}

ChainSpec spec_of_end(const LedgerWorldSpec& world, const LedgerWorldSpec::End& end) {
  ChainSpec spec;
  spec.name = end.name;
  spec.genesis = world.accounts;
  for (const auto& hub : world.hubs) {
    CrossChainSpec::Link link{client_of(hub.name, hub.finality, chain_seed(world.seed, hub.name)), hub.rules, {}};
    for (const auto& other : world.ends) {
      if (other.name != end.name) link.reachable.push_back(other.name);
    }
    spec.cross_chain.links.push_back(std::move(link));
  }
  return spec;
}

ChainSpec spec_of_hub(const LedgerWorldSpec& world, const LedgerWorldSpec::Hub& hub) {
  ChainSpec spec;
  spec.name = hub.name;
  spec.cross_chain.hub = CrossChainSpec::Hub{hub.rules, {}};
  if (hub.rules.slash > 0) spec.genesis.push_back({std::string(slashed_account), 0});
  for (const auto& end : world.ends) {
    spec.cross_chain.hub->chains.push_back(client_of(end.name, end.finality, chain_seed(world.seed, end.name)));
    if (hub.rules.slash > 0) spec.genesis.push_back({provider_account(end.name), 1000 * hub.rules.slash});
  }
  return spec;
}

}  // namespace

LedgerWorld::LedgerWorld(const LedgerWorldSpec& spec) : interval_(spec.block_interval) {
  std::set<ChainName> acknowledging;
  for (const auto& end : spec.ends) {
    chains_.emplace_back(spec_of_end(spec, end), end.finality, chain_seed(spec.seed, end.name));
  }
  for (const auto& hub : spec.hubs) {
    chains_.emplace_back(spec_of_hub(spec, hub), hub.finality, chain_seed(spec.seed, hub.name));
    hubs_.push_back({hub.name, hub.rules.acknowledged});
    if (hub.rules.acknowledged) acknowledging.insert(hub.name);
  }
  for (LedgerChain& one : chains_) by_name_[one.name()] = &one;
  judge_ = std::make_unique<CrossChainJudge>(std::move(acknowledging));
}

LedgerChain& LedgerWorld::chain(const ChainName& name) {
  const auto found = by_name_.find(name);
  BSN_CHECK(found != by_name_.end(), "no such chain in this world: " + to_string(name));
  return *found->second;
}

RelayerSpec LedgerWorld::relayer_spec(const std::string& name) const {
  RelayerSpec spec;
  spec.name = name;
  spec.hubs = hubs_;
  return spec;
}

std::size_t LedgerWorld::add_relayer(const RelayerSpec& spec) {
  const std::size_t number = relayers_.size();
  relayers_.push_back(std::make_unique<Relayer>(spec));
  for (const auto& [name, block] : blocks_) tell(number, SawBlock{name, block});
  return number;
}

void LedgerWorld::tick() {
  now_ = now_ + interval_;
  for (LedgerChain& one : chains_) {
    if (!halted_[one.name()]) seal(one);
  }
  for (std::size_t number = 0; number < relayers_.size(); ++number) {
    if (!relayers_[number]) continue;
    std::vector<RelayerOutput> outputs;
    relayers_[number]->advance_to(now_, outputs);
    carry_out(number, std::move(outputs));
  }
}

bool LedgerWorld::settle(std::size_t ticks_max) {
  for (std::size_t i = 0; i < ticks_max; ++i) {
    if (judge_->counts().under_way == 0) return true;
    tick();
  }
  return judge_->counts().under_way == 0;
}

void LedgerWorld::seal(LedgerChain& chain) {
  const Height before = chain.final_height();
  chain.seal(now_);
  if (chain.final_height() > before) became_final(chain, chain.block(chain.final_height()));
}

void LedgerWorld::became_final(LedgerChain& chain, const BlockPtr& block) {
  if (keep_blocks_) blocks_.emplace_back(chain.name(), block);
  const StateTree& state = chain.final_state();
  const HeldValue held{[&](const ChainName& hub, const ChainName& other) {
                         StateOverlay overlay(state);
                         return balance_of(overlay, escrow_account(hub, other)).value_or(0);
                       },
                       [&](const ChainName& hub, const ChainName& asset) {
                         StateOverlay overlay(state);
                         return voucher_supply(hub, asset, overlay);
                       }};
  judge_->saw(now_, chain.name(), *block, held);
  answer_calls(*block);
  for (std::size_t number = 0; number < relayers_.size(); ++number) tell(number, SawBlock{chain.name(), block});
}

void LedgerWorld::answer_calls(const Block& block) {
  for (std::size_t i = 0; i < block.transactions.size(); ++i) {
    const Digest& id = block.transactions[i]->id;
    std::vector<Waiting>* found = waiting_.find(id);
    if (found == nullptr) continue;
    const Receipt& receipt = block.receipts[i];
    const auto how = receipt.status == ReceiptStatus::ok ? CallEnded::How::done : CallEnded::How::refused;
    const std::vector<Waiting> all = std::move(*found);
    waiting_.erase(id);
    for (const Waiting& one : all) tell(one.relayer, CallEnded{one.request, how, receipt.value});
  }
}

void LedgerWorld::tell(std::size_t number, const RelayerInput& input) {
  if (!relayers_[number]) return;
  std::vector<RelayerOutput> outputs;
  relayers_[number]->step(now_, input, outputs);
  carry_out(number, std::move(outputs));
}

void LedgerWorld::carry_out(std::size_t number, std::vector<RelayerOutput> outputs) {
  for (RelayerOutput& output : outputs) {
    if (const auto* want = std::get_if<WantFacts>(&output)) {
      tell(number, chain(want->chain).facts(*want));
    } else {
      auto& submit = std::get<SubmitCall>(output);
      submit.call.project = project;
      LedgerChain& target = chain(submit.call.chain);
      waiting_.try_emplace(target.submit(std::move(submit.call)), {}).first->push_back({number, submit.request});
    }
  }
}

}  // namespace bsn
