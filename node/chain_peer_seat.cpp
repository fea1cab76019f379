// Members of a chain that come and go while it runs, and what that makes of this peer: with Raft and BFT, seats too.
#include <algorithm>

#include "core/check.h"
#include "node/chain_members.h"
#include "node/chain_peer.h"

namespace bsn {

void ChainPeer::change_members(Instant now, const ChainSpec& next, Outputs& out) {
  rest_changed();
  set_neighbours({});  // they have other numbers now
  former_.insert(spec_.followers.begin(), spec_.followers.end());
  const bool same_voters = spec_.validators == next.validators && spec_.voters == next.voters;
  spec_.validators = next.validators;
  spec_.founders = next.founders;
  spec_.voters = next.voters;
  spec_.followers = next.followers;
  members_ = members_of(spec_);
  BSN_CHECK(is_member(self_), "a chain peer stands in a city of its chain");
  if (tree_) {
    const std::vector<ValidatorIndex> peers = gossip_peers();
    set_neighbours(peers);
    engine_->set_peers(peers);
  }
  const auto seat = seat_of(spec_, self_);
  if (seat && is_voter(spec_, *seat) && seat != self_validator_) take_seat(*seat);
  if (!same_voters) {
    if (engine_) engine_->set_voters(static_cast<std::uint32_t>(spec_.validators.size()), spec_.voters);
    restart_sync(now);
  }
  if (self_validator_ && engine_) pushed_to_ = followers_of(spec_, *self_validator_);
  open_seat(now, out);
  close_seat(now);
}

// What an earlier seat of this city signed binds that seat alone.
void ChainPeer::take_seat(ValidatorIndex seat) {
  engine_.reset();
  removed_at_.reset();
  self_validator_ = seat;
  silent_ = false;
  seat_waits_ = true;
}

// The log begins behind the ledger's tip, so every block below must be stored first. That the seat is open is stored
// before it can vote: a disk without it is one that was lost.
void ChainPeer::open_seat(Instant now, Outputs& out) {
  if (!seat_waits_ || joining_ || history_ || fetch_) return;
  seat_waits_ = false;
  const bool raft = std::holds_alternative<RaftParameters>(spec_.engine);
  out.push_back(Persist{raft ? DurableWrite(RaftVoteState{}) : DurableWrite(BftVoteState{})});
  told_ = {};  // by an engine before this one
  start_engine(now, {});
}

// Its removal is committed: it leads nobody and hears no leader any more, so it goes on as a follower. With BFT that is
// a block later: until then others may need its votes for the block that took it away.
void ChainPeer::close_seat(Instant now) {
  if (spec_.voters.empty() || !engine_ || votes_by_wish()) return;
  const std::vector<ValidatorIndex> voters = engine_->committed_voters();
  if (std::find(voters.begin(), voters.end(), *self_validator_) != voters.end()) return removed_at_.reset();
  if (!removed_at_) removed_at_ = ledger_.height();
  const bool votes_may_be_needed =
      std::holds_alternative<BftParameters>(spec_.engine) && removed_at_ == ledger_.height();
  if (!votes_may_be_needed) give_seat_up(now);
}

void ChainPeer::give_seat_up(Instant now) {
  rest_changed();
  engine_.reset();
  self_validator_.reset();
  seat_waits_ = false;
  removed_at_.reset();
  leader_.reset();
  pushed_to_.clear();
  mempool_.take_back();
  forwarder_.send_all_again(now);
  restart_sync(now);
}

// Whom to ask for blocks is another set now, and whether the engine asks.
void ChainPeer::restart_sync(Instant now) {
  if (fetch_) return;  // it asks by itself; who is asked in vain is passed over
  sync_ = BlockSync(sync_parameters(spec_, self_validator_, self_, joining_, silent_ || seat_waits_),
                    ledger_.final_height(), now);
}

// A seat without a vote may belong to a city that has left: a voter is asked in its place.
CityIndex ChainPeer::city_to_ask(ValidatorIndex validator) const {
  if (is_voter(spec_, validator)) return city_of(validator);
  std::vector<CityIndex> cities = voter_cities(spec_);
  if (cities.size() > 1) std::erase(cities, self_);
  return cities[validator.value % cities.size()];
}

}  // namespace bsn
