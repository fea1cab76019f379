#include "sim/swarm/swarm_family.h"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>

#include "core/check.h"

namespace bsn {
namespace {

constexpr Duration slack = seconds(15);

std::uint32_t draw(Random& random, std::uint32_t low, std::uint32_t high) {
  return low + static_cast<std::uint32_t>(random.below(high - low + 1));
}

// As many blocks as the storm can hold at most, twice, and as many again as chance may add.
std::uint32_t safe_depth(Duration storm, Duration interval) {
  return static_cast<std::uint32_t>(2 * (storm.ns / interval.ns) + 16);
}

void draw_raft(SwarmChain& chain, Duration, Random& random) {
  RaftParameters raft;
  raft.heartbeat = random.between(milliseconds(100), milliseconds(300));
  raft.election_timeout = raft.heartbeat * draw(random, 3, 8);
  raft.batch_timeout = random.between(milliseconds(100), milliseconds(500));
  raft.max_inflight_batches = draw(random, 1, 5);
  raft.kept_entries = draw(random, 1, 40);
  chain.engine = raft;
  chain.validators = draw(random, 1, 7);
  chain.fault_bound = (chain.validators - 1) / 2;
  chain.recover = raft.election_timeout * 10 + slack;
  chain.final_within = raft.batch_timeout + raft.heartbeat * 2 + slack;
}

void draw_bft(SwarmChain& chain, Duration storm, Random& random) {
  BftParameters bft;
  bft.rotation = random.chance(0.5) ? BftParameters::Rotation::every_block : BftParameters::Rotation::on_view_change;
  bft.interval = random.between(milliseconds(200), seconds(1));
  bft.empty_interval = random.chance(0.3) ? Duration{} : bft.interval * draw(random, 1, 3);
  bft.propose_timeout = random.between(milliseconds(300), seconds(1));
  bft.vote_timeout = random.between(milliseconds(200), milliseconds(500));
  bft.timeout_step = random.between(milliseconds(50), milliseconds(500));
  bft.timeout_doubles = random.chance(0.3);
  chain.engine = bft;
  chain.validators = draw(random, 1, 10);
  const Duration round = bft.interval + bft.propose_timeout + bft.vote_timeout * 2 + bft.timeout_step * 10;
  chain.recover = storm + round * 10 + slack;
  chain.final_within = round * 10 + slack;
}

void draw_dpos(SwarmChain& chain, Duration storm, Random& random) {
  DposParameters dpos;
  dpos.slot = random.between(milliseconds(250), milliseconds(600));
  dpos.turn_blocks = draw(random, 1, 6);
  if (random.chance(0.3)) dpos.handover_pause = random.between({}, seconds(1));
  if (random.chance(0.3)) dpos.term_pause = random.between({}, seconds(2));
  if (random.chance(0.3)) dpos.last_block_early = Duration{dpos.slot.ns / 2};
  dpos.finality = static_cast<DposParameters::Finality>(random.below(3));
  if (dpos.finality == DposParameters::Finality::confirmations) dpos.confirmations = safe_depth(storm, dpos.slot);
  dpos.gossip_degree = draw(random, 0, 5);
  chain.engine = dpos;
  const Duration turn = dpos.slot * dpos.turn_blocks + dpos.handover_pause;
  const Duration term = turn * chain.validators + dpos.term_pause;
  chain.recover = term * 2 + slack;
  const std::uint32_t terms = 2 * dpos.confirmations / (chain.validators * dpos.turn_blocks);
  chain.final_within = term * (4 + terms) + slack;
}

void draw_tezos(SwarmChain& chain, Duration storm, Random& random, SlotParameters& slot) {
  TezosParameters tezos;
  tezos.block_interval = random.between(milliseconds(800), seconds(2));
  tezos.delay_per_priority = random.between(milliseconds(400), seconds(1));
  tezos.endorsers = draw(random, 4, 32);
  tezos.initial_endorsers = tezos.endorsers * 3 / 4;
  tezos.delay_per_missing_endorsement = random.between(milliseconds(50), milliseconds(200));
  tezos.confirmations = safe_depth(storm, tezos.block_interval);
  slot.policy = tezos;
  const Duration block = tezos.block_interval + tezos.delay_per_priority + tezos.delay_per_missing_endorsement * 8;
  chain.recover = block * 10 + slack;
  chain.final_within = block * (tezos.confirmations + 10) + slack;
}

void draw_solana(SwarmChain& chain, Duration, Random& random, SlotParameters& slot) {
  SolanaParameters solana;
  solana.slot = random.between(milliseconds(200), milliseconds(400));
  solana.slots_per_leader = draw(random, 1, 4);
  solana.tower_depth = draw(random, 8, 32);
  solana.threshold_depth = draw(random, 3, 5);
  slot.policy = solana;
  chain.recover = solana.slot * (std::int64_t{2} << (solana.threshold_depth + 1)) + slack;
  chain.final_within = solana.slot * (solana.tower_depth + solana.slots_per_leader * 4) * 2 + slack;
}

void draw_algorand(SwarmChain& chain, Duration, Random& random, SlotParameters& slot) {
  AlgorandParameters algorand;
  algorand.filter_timeout = random.between(milliseconds(400), seconds(1));
  algorand.deadline_timeout = algorand.filter_timeout + random.between(seconds(1), seconds(3));
  slot.policy = algorand;
  chain.recover = algorand.deadline_timeout * 4 + slack;
  chain.final_within = (algorand.filter_timeout + algorand.deadline_timeout) * 4 + slack;
}

void draw_polkadot(SwarmChain& chain, Duration, Random& random, SlotParameters& slot) {
  PolkadotParameters polkadot;
  polkadot.slot = random.between(milliseconds(500), seconds(2));
  polkadot.primary_probability = 0.25 + random.unit() / 2;
  polkadot.grandpa_gossip = random.between(milliseconds(200), milliseconds(600));
  slot.policy = polkadot;
  chain.recover = polkadot.slot * 10 + polkadot.grandpa_gossip * 40 + slack;
  chain.final_within = chain.recover;
}

void draw_bityuan(SwarmChain& chain, Duration storm, Random& random, SlotParameters& slot) {
  BityuanParameters bityuan;
  bityuan.block_interval = random.between(seconds(1), seconds(2));
  bityuan.retarget_blocks = draw(random, 10, 40);
  bityuan.confirmations = safe_depth(storm, bityuan.block_interval);
  slot.policy = bityuan;
  chain.recover = bityuan.block_interval * 20 + slack;
  chain.final_within = bityuan.block_interval * (bityuan.confirmations + 10) * 3 + slack;
}

void draw_pow(SwarmChain& chain, Duration storm, Random& random) {
  PowParameters pow;
  pow.interval = random.between(seconds(1), seconds(3));
  pow.adjustment = random.chance(0.5) ? PowParameters::Adjustment::ethash : PowParameters::Adjustment::nc_max;
  pow.confirmations = safe_depth(storm, pow.interval);
  pow.max_uncles = draw(random, 0, 2);
  pow.uncle_depth = draw(random, 1, 8);
  pow.epoch_duration = seconds(60);
  pow.epoch_blocks_min = 10;
  pow.epoch_blocks_max = 60;
  pow.gossip_degree = draw(random, 0, 5);
  chain.engine = pow;
  chain.recover = pow.interval * 20 + slack;
  chain.final_within = pow.interval * (pow.confirmations + 10) * 3 + slack;
}

using DrawSlot = void (*)(SwarmChain&, Duration, Random&, SlotParameters&);
using Draw = std::function<void(SwarmChain&, Duration, Random&)>;

Draw slot_family(DrawSlot policy) {
  return [policy](SwarmChain& chain, Duration storm, Random& random) {
    SlotParameters slot;
    slot.gossip_degree = draw(random, 0, 5);
    policy(chain, storm, random, slot);
    chain.engine = slot;
  };
}

const std::map<std::string, Draw>& draws() {
  static const std::map<std::string, Draw> all = {{"raft", draw_raft},
                                                  {"bft", draw_bft},
                                                  {"dpos", draw_dpos},
                                                  {"tezos", slot_family(draw_tezos)},
                                                  {"solana", slot_family(draw_solana)},
                                                  {"algorand", slot_family(draw_algorand)},
                                                  {"polkadot", slot_family(draw_polkadot)},
                                                  {"bityuan", slot_family(draw_bityuan)},
                                                  {"pow", draw_pow}};
  return all;
}

// A part of a whole.
struct Share {
  std::uint64_t part, whole;
};

// How much of the stake may lose its disk: less than half of Raft's validators, less than a third of the others; less
// than a fifth of Algorand's, whose committees need more than three quarters of their expected votes; less than 24 % of
// Solana's (node/solana_engine.h).
Share bearable(const std::string& family) {
  if (family == "raft") return {1, 2};
  if (family == "algorand") return {1, 5};
  if (family == "solana") return {24, 100};
  return {1, 3};
}

// In a random order, as long as their number and stake stay below the bound.
void draw_losers(SwarmChain& chain, Share bound, Random& random) {
  std::vector<std::uint32_t> order(chain.validators);
  std::iota(order.begin(), order.end(), 0u);
  for (std::size_t n = order.size(); n > 1; --n) std::swap(order[n - 1], order[random.below(n)]);
  const std::uint64_t total = chain.stake.empty()
                                  ? chain.validators
                                  : std::accumulate(chain.stake.begin(), chain.stake.end(), std::uint64_t{0});
  std::uint64_t lost = 0;
  for (const std::uint32_t validator : order) {
    if (chain.may_lose.size() == chain.fault_bound) return;
    const std::uint64_t stake = chain.stake.empty() ? 1 : chain.stake[validator];
    if ((lost + stake) * bound.whole >= total * bound.part) continue;
    lost += stake;
    chain.may_lose.push_back(validator);
  }
}

}  // namespace

const std::vector<std::string>& swarm_families() {
  static const std::vector<std::string> all = {"raft",     "bft",      "dpos",    "tezos", "solana",
                                               "algorand", "polkadot", "bityuan", "pow"};
  return all;
}

SwarmChain draw_chain(const std::string& family, Duration storm, Random& random) {
  const auto found = draws().find(family);
  BSN_CHECK(found != draws().end(), "a family of swarm_families()");
  SwarmChain chain;
  chain.validators = random.chance(0.9) ? draw(random, 1, 10) : draw(random, 11, 22);
  found->second(chain, storm, random);
  if (family != "raft") chain.fault_bound = (chain.validators - 1) / 3;
  if (grows_a_tree(chain.engine) && family != "dpos" && random.chance(0.5)) {
    for (std::uint32_t v = 0; v < chain.validators; ++v) chain.stake.push_back(1 + random.below(20));
  }
  draw_losers(chain, bearable(family), random);
  return chain;
}

}  // namespace bsn
