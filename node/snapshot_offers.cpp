#include "node/snapshot_offers.h"

#include <algorithm>
#include <utility>

namespace bsn {

std::vector<SnapshotOffers::Offer> SnapshotOffers::asked(CityIndex from, const SnapshotRequest& request,
                                                         const Ledger& ledger, Instant now) {
  forget_old(now);
  if (ledger.height() <= request.above) return {};
  const bool rests = !last_sealed_ || now - *last_sealed_ >= rest;
  const bool has_this = !kept_.empty() && kept_.back().manifest.height == ledger.height();
  if (rests || has_this) {
    waiting_.erase(from);
    return {{from, {has_this ? kept_.back().manifest : make(ledger, now).manifest}}};
  }
  waiting_.insert(from);
  const bool useful = !kept_.empty() && kept_.back().manifest.height > request.above;
  if (!useful) return {};
  return {{from, {kept_.back().manifest}}};
}

std::vector<SnapshotOffers::Offer> SnapshotOffers::sealed(const Ledger& ledger, Instant now) {
  last_sealed_ = now;
  std::vector<Offer> offers;
  if (waiting_.empty() || ledger.height() % spacing != 0) return offers;
  forget_old(now);
  const SnapshotManifest& manifest = make(ledger, now).manifest;
  for (const CityIndex city : std::exchange(waiting_, {})) offers.push_back({city, {manifest}});
  return offers;
}

SnapshotChunk SnapshotOffers::chunk(const SnapshotChunkRequest& request, Instant now) {
  forget_old(now);
  const auto kept =
      std::find_if(kept_.begin(), kept_.end(), [&](const Kept& one) { return one.manifest.height == request.height; });
  SnapshotChunk chunk{request.height, request.index, nullptr};
  if (kept != kept_.end() && request.index < kept->chunks.size()) chunk.bytes = kept->chunks[request.index];
  return chunk;
}

void SnapshotOffers::forget_old(Instant now) {
  while (!kept_.empty() && now - kept_.front().made > kept_for) kept_.pop_front();
}

const SnapshotOffers::Kept& SnapshotOffers::make(const Ledger& ledger, Instant now) {
  Kept made;
  made.made = now;
  made.manifest.height = ledger.height();
  made.manifest.block = ledger.tip();
  const std::string image = ledger.image();
  for (std::size_t at = 0; at < image.size(); at += snapshot_chunk_bytes) {
    made.chunks.push_back(std::make_shared<const std::string>(image.substr(at, snapshot_chunk_bytes)));
    made.manifest.chunks.push_back(sha256(*made.chunks.back()));
  }
  if (kept_.size() >= kept_max) kept_.pop_front();
  kept_.push_back(std::move(made));
  return kept_.back();
}

}  // namespace bsn
