#include "core/expected_finality.h"

#include <algorithm>

namespace bsn {
namespace {

Duration blocks(Duration interval, std::uint32_t count) { return interval * static_cast<std::int64_t>(count); }

Duration of(const RaftParameters& raft, std::size_t) { return raft.batch_timeout; }

Duration of(const BftParameters& bft, std::size_t) { return bft.interval; }

Duration of(const PowParameters& pow, std::size_t) { return blocks(pow.interval, pow.confirmations + 1); }

// Two rounds of more than two thirds of the producers, each with its turn; three blocks in a row.
Duration of(const DposParameters& dpos, std::size_t validators) {
  switch (dpos.finality) {
    case DposParameters::Finality::last_irreversible: {
      const std::size_t producers = dpos.producers != 0 ? dpos.producers : std::max<std::size_t>(validators, 1);
      const auto turns = static_cast<std::uint32_t>(2 * (producers * 2 / 3 + 1));
      return blocks(blocks(dpos.slot, dpos.turn_blocks) + dpos.handover_pause, turns);
    }
    case DposParameters::Finality::chained_bft:
      return blocks(dpos.slot, 3);
    case DposParameters::Finality::confirmations:
      break;
  }
  return blocks(dpos.slot, dpos.confirmations + 1);
}

Duration of(const TezosParameters& tezos) { return blocks(tezos.block_interval, tezos.confirmations + 1); }
Duration of(const BityuanParameters& bityuan) { return blocks(bityuan.block_interval, bityuan.confirmations + 1); }
Duration of(const SolanaParameters& solana) { return blocks(solana.slot, solana.tower_depth); }
Duration of(const AlgorandParameters& algorand) { return algorand.filter_timeout; }
// GRANDPA votes on a block once it is there, in two rounds of two gossips.
Duration of(const PolkadotParameters& polkadot) { return polkadot.slot + polkadot.grandpa_gossip * 4; }

Duration of(const SlotParameters& slot, std::size_t) {
  return std::visit([](const auto& policy) { return of(policy); }, slot.policy);
}

}  // namespace

Duration expected_finality(const ChainSpec& chain) {
  return std::visit([&](const auto& engine) { return of(engine, chain.validators.size()); }, chain.engine);
}

}  // namespace bsn
