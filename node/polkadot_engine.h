// Polkadot's relay chain: BABE makes blocks, GRANDPA makes them final.
//
// BABE (w3f research, "Block production: BABE"; Substrate's sc-consensus-babe): time is cut into slots. In each slot
// every validator draws whether it is a primary leader, with probability 1 - (1 - c)^(its share of the stake); so there
// may be several, or none. Besides, each slot has one secondary author, drawn by hash from all. Whoever may makes a
// block at the slot's beginning; two authors of one slot fork. The best chain is that with the most primary blocks,
// among equals the longest, always on top of what is final (node/grandpa.h). Fault bound: (m-1)/3 for finality.
//
// Modelled: the VRF is a keyed draw from the chain's seed that everybody can recompute; its randomness does not change
// with epochs. Left out: elections, epochs, parachains, secondary VRF. Blocks up to clock_tolerance (or a quarter of a
// slot) early are accepted; a block may not be older than its slot, so it may come late. Which slot was used last is on
// the disk before the block is made.
//
// Seal: slot (8 bytes, big-endian), then 1 for primary or 0 for secondary.
// Cost: two draws per validator and slot, one per block heard. Not for more than one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "node/grandpa.h"
#include "node/tree_engine.h"

namespace bsn {

std::unique_ptr<ConsensusEngine> make_polkadot_engine(const EngineConfig& config, const DurableState& durable,
                                                      Instant now);

// What a Polkadot block is sealed with.
struct BabeSeal {
  std::uint64_t slot = 0;
  bool primary = false;
};
std::string babe_seal(const BabeSeal& seal);
std::optional<BabeSeal> read_babe_seal(std::string_view bytes);

// Who may make a block in a slot; the same for all peers of a chain.
class BabeLottery {
 public:
  BabeLottery(std::uint64_t chain_seed, const std::vector<std::uint64_t>& stake, double primary_probability);
  bool is_primary(std::uint64_t slot, ValidatorIndex validator) const;
  ValidatorIndex secondary(std::uint64_t slot) const;

 private:
  std::uint64_t chain_seed_;
  std::vector<double> threshold_;  // per validator
};

class PolkadotEngine final : public TreeEngine {
 public:
  static constexpr Duration clock_tolerance = milliseconds(500);

  PolkadotEngine(const EngineConfig& config, const DurableState& durable, Instant now);
  std::uint32_t fault_bound() const override { return (config().validators - 1) / 3; }

 private:
  Verdict check(Instant now, const Proposal& proposal, const Node& parent) override;
  bool better(const Node& a, const Node& b) const override;
  Height final_height() override;
  std::string seal(Instant time, const std::vector<TransactionPtr>& offered) override;
  void on_best_chain(Instant now, Outputs& out) override;
  bool is_genuine(const TreeVote&) const override { return true; }  // GRANDPA looks at them
  void on_vote(Instant now, ValidatorIndex from, const TreeVote& vote, Outputs& out) override;
  void on_timer(Instant now, Outputs& out) override;
  std::optional<Instant> timer() const override;

  void take_slot(Instant now, Outputs& out);
  void carry_out(Grandpa::Wishes& wishes, Outputs& out);
  void persist(Outputs& out) const;
  void ask_for_block(Instant now, ValidatorIndex from, const TreeVote& vote, Outputs& out);
  Instant start_of(std::uint64_t slot) const { return Instant{} + parameters_.slot * static_cast<std::int64_t>(slot); }
  std::uint64_t slot_at(Instant time) const { return static_cast<std::uint64_t>(time.ns / parameters_.slot.ns); }
  Duration tolerance() const;

  PolkadotParameters parameters_;
  BabeLottery lottery_;
  std::uint64_t used_slot_ = 0;  // the last in which it made a block
  std::uint64_t next_slot_ = 0;
  BabeSeal claim_;
  std::optional<Grandpa> grandpa_;  // made when the tree stands
  std::pair<Instant, Digest> asked_{};
};

}  // namespace bsn
