// The half of a chain peer that faces its consensus engine, as consensus_engine.h says.
#include <algorithm>
#include <utility>

#include "core/check.h"
#include "node/chain_peer.h"

namespace bsn {
namespace {

// Outputs that one input may cause, directly or through answers to outputs; more is an engine that never rests.
constexpr std::size_t outputs_max = 1'000'000;

bool concerns_engine_alone(const EngineOutput& output) {
  return std::holds_alternative<SendConsensus>(output) || std::holds_alternative<PersistConsensus>(output);
}

}  // namespace

void ChainPeer::engine_step(Instant now, const EngineInput& input, Outputs& out) {
  engine_->step(now, input, engine_outputs_);
  drain_engine(now, out);
}

// Outputs happen one after the other; what an answer to one of them causes comes behind those already waiting. Whatever
// led here may also have changed the mempool, which the engine is told last.
void ChainPeer::drain_engine(Instant now, Outputs& out) {
  std::size_t handled = 0;
  while (!engine_outputs_.empty() || tell_waiting(now)) {
    std::vector<EngineOutput> outputs = std::exchange(engine_outputs_, {});
    handled += outputs.size();
    BSN_CHECK(handled < outputs_max, "an engine comes to rest after each input");
    for (EngineOutput& output : outputs) {
      if (!concerns_engine_alone(output)) rest_changed();
      std::visit([&](auto& one) { handle(now, one, out); }, output);
    }
  }
}

// False: the engine knows already.
bool ChainPeer::tell_waiting(Instant now) {
  if (engine_alone_) return false;
  if (mempool_.waiting() == told_.transactions && mempool_.waiting_bytes() == told_.bytes) return false;
  told_ = {mempool_.waiting(), mempool_.waiting_bytes()};
  engine_->step(now, told_, engine_outputs_);
  return true;
}

void ChainPeer::handle(Instant, const SendConsensus& output, Outputs& out) {
  if (output.to) {
    const bool known = tree_ || output.to->value < spec_.validators.size();  // an own assignment may be behind the log
    if (known) out.push_back(SendToPeer{city_of(*output.to), output.message.message()});
    return;
  }
  std::vector<CityIndex> cities = spec_.validators;
  if (!spec_.voters.empty()) {  // then a city may have several seats
    std::sort(cities.begin(), cities.end());
    cities.erase(std::unique(cities.begin(), cities.end()), cities.end());
  }
  for (const CityIndex city : cities) {
    if (city != self_) out.push_back(SendToPeer{city, output.message.message()});
  }
}

void ChainPeer::handle(Instant, PersistConsensus& output, Outputs& out) {
  out.push_back(Persist{std::move(output.write)});
}

void ChainPeer::handle(Instant now, const WantBatch& output, Outputs&) {
  // Of a rotating family at most one own proposal is open: whoever wants another has given up the last.
  if (tree_ || !to_leader_only()) mempool_.take_back();
  engine_->step(now, BatchOffered{mempool_.take_batch(output.blocks)}, engine_outputs_);
}

void ChainPeer::handle(Instant now, const Decide& output, Outputs& out) {
  if (output.proposal->height <= ledger_.height()) return;  // a fetched block was faster
  const BlockPtr block = ledger_.execute(*output.proposal);
  settle(now, block, out);
  push(block, out);
  engine_->step(now, tip(), engine_outputs_);
}

void ChainPeer::handle(Instant now, const Reorganise& output, Outputs& out) {
  BSN_CHECK(tree_ && !output.adopt.empty() && output.keep >= ledger_.final_height() && output.keep <= ledger_.height(),
            "a reorganisation keeps what is final and adopts a block");
  if (output.keep < ledger_.height()) {
    ledger_.undo_to(output.keep);
    fall_out(now, output.keep, out);
  }
  for (const ProposalPtr& proposal : output.adopt) {
    const ProposalPtr parent = tip().proposal;
    BSN_CHECK(proposal->parent == (parent ? proposal_digest(*parent) : Digest{}), "a branch has no gap");
    settle_open(now, ledger_.execute(*proposal), proposal, out);
  }
  engine_->step(now, tip(), engine_outputs_);
}

void ChainPeer::handle(Instant now, const Finalise& output, Outputs& out) {
  BSN_CHECK(tree_ && output.height <= ledger_.height(), "what is final was adopted before");
  if (output.height > ledger_.final_height()) finalise_to(now, output.height, out);
}

void ChainPeer::handle(Instant now, const FetchBlocks& output, Outputs& out) {
  const ValidatorIndex from{output.from.value % static_cast<std::uint32_t>(spec_.validators.size())};
  sync_.want(from, output.height, now);
  for (const BlockSync::Request& request : sync_.take_due(now)) {
    out.push_back(SendToPeer{city_to_ask(request.to), BlocksRequest{request.from}});
  }
}

void ChainPeer::handle(Instant now, const LeaderIs& output, Outputs& out) {
  if (leader_.has_value() && !output.leader) leaderless_since_ = now;
  const bool moved = output.leader != leader_ || output.term != term_;
  leader_ = output.leader;
  term_ = output.term;
  if (to_leader_only() && moved) {
    mempool_.take_back();  // what the old term's proposals held may be lost; what was not is executed only once
    if (leader_ && !leads()) forwarder_.send_all_again(now);
  }
  Observed seen{Observed::What::leader, ledger_.height(), term_, std::nullopt};
  if (leader_) seen.leader = spec_.validators[leader_->value];
  out.push_back(seen);
}

}  // namespace bsn
