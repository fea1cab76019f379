#include "core/finality.h"

#include <utility>

#include "core/final_header.h"

namespace bsn {
namespace {

// 0: final by signatures.
std::uint32_t confirmations_of(const EngineParameters& engine) {
  if (const auto* pow = std::get_if<PowParameters>(&engine)) return pow->confirmations;
  if (const auto* dpos = std::get_if<DposParameters>(&engine)) {
    return dpos->finality == DposParameters::Finality::confirmations ? dpos->confirmations : 0;
  }
  if (const auto* slot = std::get_if<SlotParameters>(&engine)) {
    if (const auto* tezos = std::get_if<TezosParameters>(&slot->policy)) return tezos->confirmations;
    if (const auto* bityuan = std::get_if<BityuanParameters>(&slot->policy)) return bityuan->confirmations;
  }
  return 0;
}

std::vector<std::uint64_t> weights_of(const ChainSpec& chain) {
  if (!chain.stake.empty()) return chain.stake;
  std::vector<std::uint64_t> weights;
  for (std::uint32_t seat = 0; seat < chain.validators.size(); ++seat) {
    const bool founder = chain.founders == 0 || seat < chain.founders;
    weights.push_back(founder ? 1 : 0);
  }
  return weights;
}

}  // namespace

ClientSpec client_spec(const ChainSpec& chain) {
  ClientSpec client;
  client.chain = chain.name;
  const std::uint32_t confirmations = confirmations_of(chain.engine);
  if (confirmations > 0) {
    client.rule = DepthRule{confirmations, network_key_seed};
  } else {
    ValidatorsRule rule{network_key_seed, weights_of(chain)};
    if (std::holds_alternative<RaftParameters>(chain.engine)) rule.numerator = 1, rule.denominator = 2;  // crashes only
    rule.seal_names_voters = !grows_a_tree(chain.engine);
    client.rule = std::move(rule);
  }
  return client;
}

}  // namespace bsn
