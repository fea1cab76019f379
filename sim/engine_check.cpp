#include "sim/engine_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace bsn {
namespace {

// In milliseconds, rounded up: nobody needs the nanoseconds of a round trip.
std::string about(Duration time) { return fmt::format("{} ms", (time.ns + 999'999) / 1'000'000); }

// Collects findings under the keys of one family.
class FamilyFindings {
 public:
  explicit FamilyFindings(std::string family) : family_(std::move(family)) {}

  template <class... Args>
  void refuse(bool wrong, const char* key, fmt::format_string<Args...> format, Args&&... args) {
    if (wrong) found_.push_back({family_ + key, fmt::format(format, std::forward<Args>(args)...), true});
  }
  template <class... Args>
  void warn(bool wrong, const char* key, fmt::format_string<Args...> format, Args&&... args) {
    if (wrong) found_.push_back({family_ + key, fmt::format(format, std::forward<Args>(args)...), false});
  }
  void not_zero(Duration value, const char* key) {
    refuse(value <= Duration{}, key, "is {}; time must pass between blocks", to_string(value));
  }
  void at_least_one(std::uint32_t value, const char* key, const char* why) { refuse(value == 0, key, "is 0; {}", why); }
  // A share of votes that must be more than half, so that two of them overlap.
  void majority(double share, const char* key) {
    refuse(share <= 0.5 || share > 1, key, "is {}; it must be above 0.5, else two forks reach it, and at most 1",
           share);
  }
  // Blocks faster than the news of the last one travels.
  void slower_than(Duration round_trip, Duration interval, const char* key) {
    refuse(
        interval < round_trip, key,
        "{} is below the slowest link's round trip of {}; its validators would build before they hear of each other, "
        "and fork all the time; raise it",
        to_string(interval), about(round_trip));
  }

  std::vector<EngineFinding> take() { return std::move(found_); }

 private:
  std::string family_;
  std::vector<EngineFinding> found_;
};

constexpr const char* never_undone = "a block is final when at least one stands upon it";

// ---- the parameters alone ----

void check(FamilyFindings& found, const RaftParameters& raft) {
  found.refuse(raft.election_timeout <= raft.heartbeat * 2, ".election_timeout",
               "{} is not above two heartbeats of {}; raise it, or followers depose healthy leaders",
               to_string(raft.election_timeout), to_string(raft.heartbeat));
}

void check(FamilyFindings& found, const BftParameters& bft) {
  found.not_zero(bft.interval, ".interval");
  found.not_zero(bft.propose_timeout, ".propose_timeout");
  found.not_zero(bft.vote_timeout, ".vote_timeout");
}

void check(FamilyFindings& found, const DposParameters& dpos) {
  found.not_zero(dpos.slot, ".slot");
  found.at_least_one(dpos.turn_blocks, ".turn_blocks", "a producer makes at least one block in its turn");
  if (dpos.finality == DposParameters::Finality::confirmations) {
    found.at_least_one(dpos.confirmations, ".confirmations", never_undone);
  }
}

void check(FamilyFindings& found, const TezosParameters& tezos) {
  found.not_zero(tezos.block_interval, ".tezos.block_interval");
  found.at_least_one(tezos.endorsers, ".tezos.endorsers", "blocks are endorsed by at least one slot");
  found.at_least_one(tezos.confirmations, ".tezos.confirmations", never_undone);
  found.refuse(tezos.initial_endorsers > tezos.endorsers, ".tezos.initial_endorsers",
               "{} endorsements can't come from {} endorsers; lower it", tezos.initial_endorsers, tezos.endorsers);
}

void check(FamilyFindings& found, const SolanaParameters& solana) {
  found.not_zero(solana.slot, ".solana.slot");
  found.at_least_one(solana.slots_per_leader, ".solana.slots_per_leader", "a leader has at least one slot");
  found.at_least_one(solana.tower_depth, ".solana.tower_depth", "a vote is rooted when it is at least one deep");
  found.majority(solana.threshold, ".solana.threshold");
  found.refuse(solana.threshold_depth >= solana.tower_depth && solana.tower_depth > 0, ".solana.threshold_depth",
               "{} lies below the tower of {} votes; lower it", solana.threshold_depth, solana.tower_depth);
}

void check(FamilyFindings& found, const AlgorandParameters& algorand) {
  found.at_least_one(algorand.proposers, ".algorand.proposers", "nobody would propose");
  found.at_least_one(algorand.soft_committee, ".algorand.soft_committee", "nobody would vote");
  found.at_least_one(algorand.certify_committee, ".algorand.certify_committee", "nobody would vote");
  found.majority(algorand.soft_threshold, ".algorand.soft_threshold");
  found.majority(algorand.certify_threshold, ".algorand.certify_threshold");
  found.not_zero(algorand.filter_timeout, ".algorand.filter_timeout");
  found.refuse(algorand.deadline_timeout <= algorand.filter_timeout, ".algorand.deadline_timeout",
               "{} ends a period before its proposals are filtered at {}; raise it",
               to_string(algorand.deadline_timeout), to_string(algorand.filter_timeout));
}

void check(FamilyFindings& found, const PolkadotParameters& polkadot) {
  found.not_zero(polkadot.slot, ".polkadot.slot");
  found.not_zero(polkadot.grandpa_gossip, ".polkadot.grandpa_gossip");
  found.refuse(polkadot.primary_probability <= 0 || polkadot.primary_probability > 1, ".polkadot.primary_probability",
               "is {}; a slot has a primary leader with a probability above 0 and at most 1",
               polkadot.primary_probability);
}

void check(FamilyFindings& found, const BityuanParameters& bityuan) {
  found.not_zero(bityuan.block_interval, ".bityuan.block_interval");
  found.at_least_one(bityuan.retarget_blocks, ".bityuan.retarget_blocks", "the difficulty follows at least one block");
  found.at_least_one(bityuan.confirmations, ".bityuan.confirmations", never_undone);
}

void check(FamilyFindings& found, const SlotParameters& slot) {
  std::visit([&](const auto& policy) { check(found, policy); }, slot.policy);
}

void check(FamilyFindings& found, const PowParameters& pow) {
  found.not_zero(pow.interval, ".interval");
  found.at_least_one(pow.confirmations, ".confirmations", never_undone);
  if (pow.adjustment != PowParameters::Adjustment::nc_max) return;
  found.refuse(pow.orphan_target <= 0 || pow.orphan_target >= 1, ".orphan_target",
               "is {}; a rate of orphans lies between 0 and 1", pow.orphan_target);
  found.at_least_one(pow.epoch_blocks_min, ".epoch_blocks_min", "an epoch has at least one block");
  found.refuse(pow.epoch_blocks_min > pow.epoch_blocks_max, ".epoch_blocks_min",
               "{} is above epoch_blocks_max of {}; lower it", pow.epoch_blocks_min, pow.epoch_blocks_max);
  found.not_zero(pow.epoch_duration, ".epoch_duration");
  found.refuse(pow.proposal_window_close > pow.proposal_window_far, ".proposal_window_close",
               "the window of proposals closes at {} and opens at {}; a transaction could never be committed",
               pow.proposal_window_far, pow.proposal_window_close);
}

// ---- with validators ----

void check(FamilyFindings& found, const RaftParameters& raft, std::size_t validators, Duration round_trip) {
  found.warn(validators < 3, "",
             "a majority of {} validators is all of them; with fewer than 3 no failure is tolerated; name 3 or more",
             validators);
  found.refuse(raft.election_timeout < round_trip, ".election_timeout",
               "{} is below the slowest link's round trip of {}; votes would come after the election is over; raise it",
               to_string(raft.election_timeout), about(round_trip));
  found.warn(raft.batch_timeout < round_trip, ".batch_timeout",
             "{} is below the slowest link's round trip of {}; blocks are cut faster than the farthest validator can "
             "confirm them; raise it, or choose validators nearer to each other",
             to_string(raft.batch_timeout), about(round_trip));
}

void check(FamilyFindings& found, const BftParameters& bft, std::size_t validators, Duration round_trip) {
  found.warn(validators < 4, "",
             "(m-1)/3 of {} validators is none; with fewer than 4 no faulty one is tolerated; name 4 or more",
             validators);
  found.warn(bft.interval < round_trip, ".interval",
             "{} is below the slowest link's round trip of {}; three phases can't keep up with it, blocks will come "
             "later; raise it, or choose validators nearer to each other",
             to_string(bft.interval), about(round_trip));
  found.warn(bft.propose_timeout < round_trip, ".propose_timeout",
             "{} is below the slowest link's round trip of {}; first rounds will fail; raise it",
             to_string(bft.propose_timeout), about(round_trip));
}

void check(FamilyFindings& found, const DposParameters& dpos, std::size_t validators, Duration round_trip) {
  found.refuse(dpos.producers > validators, ".producers",
               "{} producers can't be drawn from {} validators; lower it, or name more validators", dpos.producers,
               validators);
  found.slower_than(round_trip, dpos.slot, ".slot");
}

void check(FamilyFindings& found, const SlotParameters& slot, std::size_t, Duration round_trip) {
  // The key and the least time between two blocks.
  struct Interval {
    const char* key;
    Duration value;
  };
  const Interval interval = std::visit(
      [](const auto& policy) -> Interval {
        using Policy = std::decay_t<decltype(policy)>;
        if constexpr (std::is_same_v<Policy, TezosParameters>) return {".tezos.block_interval", policy.block_interval};
        if constexpr (std::is_same_v<Policy, SolanaParameters>) return {".solana.slot", policy.slot};
        if constexpr (std::is_same_v<Policy, AlgorandParameters>)
          return {".algorand.filter_timeout", policy.filter_timeout};
        if constexpr (std::is_same_v<Policy, PolkadotParameters>) return {".polkadot.slot", policy.slot};
        if constexpr (std::is_same_v<Policy, BityuanParameters>)
          return {".bityuan.block_interval", policy.block_interval};
      },
      slot.policy);
  found.slower_than(round_trip, interval.value, interval.key);
}

void check(FamilyFindings& found, const PowParameters& pow, std::size_t, Duration round_trip) {
  found.slower_than(round_trip, pow.interval, ".interval");
}

}  // namespace

std::vector<EngineFinding> check_engine(const EngineParameters& engine) {
  FamilyFindings found{std::string(family_name(engine))};
  std::visit([&](const auto& parameters) { check(found, parameters); }, engine);
  return found.take();
}

std::vector<EngineFinding> check_committee(const EngineParameters& engine, std::size_t validators,
                                           Duration round_trip) {
  FamilyFindings found{std::string(family_name(engine))};
  std::visit([&](const auto& parameters) { check(found, parameters, validators, round_trip); }, engine);
  return found.take();
}

Duration slowest_round_trip(const WanParameters& wan, const std::vector<Place>& places) {
  // Hundreds of validators stand in some dozens of places.
  const auto key = [](const Place& place) {
    return std::tuple{place.latitude, place.longitude, place.region, place.provider};
  };
  std::vector<Place> distinct = places;
  std::sort(distinct.begin(), distinct.end(), [&](const Place& a, const Place& b) { return key(a) < key(b); });
  const auto same = [&](const Place& a, const Place& b) { return key(a) == key(b); };
  distinct.erase(std::unique(distinct.begin(), distinct.end(), same), distinct.end());
  Duration slowest;
  for (const Place& a : distinct) {
    for (const Place& b : distinct) {
      slowest = std::max(slowest, link_profile(wan, a, b).base + link_profile(wan, b, a).base);
    }
  }
  return slowest;
}

}  // namespace bsn
