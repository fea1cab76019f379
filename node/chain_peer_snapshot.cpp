// Snapshots at a chain peer: offering them to others, catching up by one, and filling in the history below it.
#include <algorithm>
#include <utility>

#include "node/chain_peer.h"

namespace bsn {

void ChainPeer::on_message(Instant now, CityIndex from, const SnapshotRequest& message, Outputs& out) {
  if (tree_ || history_) return;
  offer(offers_.asked(from, message, ledger_, now), out);
}

void ChainPeer::offer(std::vector<SnapshotOffers::Offer> offers, Outputs& out) {
  for (SnapshotOffers::Offer& one : offers) out.push_back(SendToPeer{one.to, std::move(one.offer)});
}

void ChainPeer::on_message(Instant now, CityIndex from, const SnapshotChunkRequest& message, Outputs& out) {
  out.push_back(SendToPeer{from, offers_.chunk(message, now)});
}

void ChainPeer::on_message(Instant now, CityIndex from, const SnapshotOffer& message, Outputs& out) {
  const auto validator = validator_of(from);
  if (!fetch_ || !validator) return;
  fetch_->heard(*validator, message, now);
  fetch_snapshot(now, out);
}

void ChainPeer::on_message(Instant now, CityIndex from, const SnapshotChunk& message, Outputs& out) {
  const auto validator = validator_of(from);
  if (!fetch_ || !validator) return;
  fetch_->heard(*validator, message, now);
  fetch_snapshot(now, out);
}

// Once it is known how far behind this peer is. An engine that runs has begun at this ledger and catches up by itself.
void ChainPeer::consider_snapshot(Instant now, std::uint32_t vouchers, Outputs& out) {
  if (tree_ || engine_ || fetch_ || history_ || no_snapshot_) return;
  const auto told = sync_.second_highest(vouchers);
  if (!told || *told < ledger_.height() + snapshot_gap) return;
  const auto validators = static_cast<std::uint32_t>(spec_.validators.size());
  fetch_.emplace(SnapshotFetch::Parameters{validators, self_validator_, vouchers, ledger_.height()}, now);
  fetch_snapshot(now, out);
}

void ChainPeer::fetch_snapshot(Instant now, Outputs& out) {
  for (auto image = fetch_->image(); image; image = fetch_->image()) {
    if (ledger_.restore(*image, fetch_->manifest().block)) return take_over(now, out);
    fetch_->refuse(now);
  }
  for (const ValidatorIndex liar : fetch_->take_liars()) name_liar(liar, out);
  for (const SnapshotFetch::Request& request : fetch_->take_due(now)) {
    const CityIndex to = city_to_ask(request.to);
    std::visit([&](const auto& what) { out.push_back(SendToPeer{to, what}); }, request.what);
  }
  // Transactions that wait here could be in a block that is never seen; whoever fetches blocks sees it.
  if (!fetch_->failed() && mempool_.size() == 0) return;
  fetch_.reset();
  no_snapshot_ = true;
}

// The ledger is that of the snapshot now.
void ChainPeer::take_over(Instant now, Outputs& out) {
  const auto validators = static_cast<std::uint32_t>(spec_.validators.size());
  const Height stored = sync_.have();
  for (const ValidatorIndex liar : fetch_->take_liars()) name_liar(liar, out);
  fetch_.reset();
  history_.emplace(HistoryFill::Parameters{validators, self_validator_, stored, ledger_.height()}, now);
  sync_.restart(ledger_.height(), now);
  out.push_back(Observed{Observed::What::snapshot_taken, ledger_.height(), term_, std::nullopt});
  fill_history(now, out);
}

void ChainPeer::name_liar(ValidatorIndex liar, Outputs& out) const {
  Observed seen{Observed::What::lied, ledger_.height(), term_, std::nullopt};
  seen.liar = spec_.validators[liar.value];
  out.push_back(seen);
}

void ChainPeer::take_history(Instant now, ValidatorIndex from, const Blocks& message, Outputs& out) {
  const auto hash_at = [this](Height height) -> const Digest& { return ledger_.block_hash(height); };
  for (const BlockPtr& block : history_->heard(from, message, hash_at, now)) out.push_back(Persist{BlockWrite{block}});
  if (const auto liar = history_->take_liar()) name_liar(*liar, out);
  fill_history(now, out);
}

void ChainPeer::fill_history(Instant now, Outputs& out) {
  if (history_->complete()) {
    for (const BlockPtr& block : history_->held()) out.push_back(Persist{BlockWrite{block}});
    history_.reset();
    end_silence(now);
  } else if (const auto request = history_->take_due(now)) {
    out.push_back(SendToPeer{city_to_ask(request->to), BlocksRequest{request->from}});
  }
}

// Where history is missing, the disk gets no block above the gap.
void ChainPeer::store(const BlockPtr& block, Outputs& out) {
  if (history_) {
    history_->hold(block);
  } else {
    out.push_back(Persist{BlockWrite{block}});
  }
}

}  // namespace bsn
