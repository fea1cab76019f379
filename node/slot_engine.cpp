#include "node/slot_engine.h"

#include <algorithm>
#include <string>

#include "core/check.h"
#include "node/algorand_engine.h"
#include "node/bityuan_engine.h"
#include "node/polkadot_engine.h"
#include "node/solana_engine.h"
#include "node/tezos_engine.h"

namespace bsn {

std::unique_ptr<ConsensusEngine> make_slot_engine(const EngineConfig& config, const DurableState& durable,
                                                  Instant now) {
  const SlotPolicy& policy = std::get<SlotParameters>(config.parameters).policy;
  if (std::holds_alternative<TezosParameters>(policy)) return make_tezos_engine(config, durable);
  if (std::holds_alternative<SolanaParameters>(policy)) return make_solana_engine(config, durable, now);
  if (std::holds_alternative<BityuanParameters>(policy)) return make_bityuan_engine(config, durable, now);
  if (std::holds_alternative<PolkadotParameters>(policy)) return make_polkadot_engine(config, durable, now);
  return make_algorand_engine(config, durable, now);
}

StakeDraw::StakeDraw(const std::vector<std::uint64_t>& stake) {
  BSN_CHECK(!stake.empty(), "a draw is among at least one validator");
  std::uint64_t sum = 0;
  for (const std::uint64_t one : stake) sums_.push_back(sum += one);
}

ValidatorIndex StakeDraw::draw(Random& random) const {
  const auto at = std::upper_bound(sums_.begin(), sums_.end(), random.below(total()));
  return ValidatorIndex{static_cast<std::uint32_t>(at - sums_.begin())};
}

Random shared_stream(std::uint64_t chain_seed, std::string_view purpose, std::uint64_t number) {
  return Random(chain_seed).fork(purpose).fork(std::to_string(number));
}

}  // namespace bsn
