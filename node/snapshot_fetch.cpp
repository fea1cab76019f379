#include "node/snapshot_fetch.h"

#include <algorithm>
#include <utility>

namespace bsn {

void SnapshotFetch::heard(ValidatorIndex from, const SnapshotOffer& offer, Instant now) {
  if (liars_.contains(from) || offer.manifest.height <= parameters_.above) return;
  if (chosen_ && offer.manifest != *chosen_) return;  // it came too late
  offers_[from] = offer.manifest;
  if (!chosen_) choose();
  if (chosen_) due_ = now;
}

void SnapshotFetch::heard(ValidatorIndex from, const SnapshotChunk& chunk, Instant now) {
  const auto open = open_.find(from);
  if (!chosen_ || chunk.height != chosen_->height || open == open_.end()) return;
  const bool asked = std::erase_if(open->second, [&](const Open& one) { return one.chunk == chunk.index; }) > 0;
  if (!asked) return;
  due_ = now;
  if (chunk.bytes == nullptr) {
    offers_.erase(from);  // it has it no more
  } else if (sha256(*chunk.bytes) == chosen_->chunks[chunk.index]) {
    chunks_.try_emplace(chunk.index, chunk.bytes);
    questions_ = 0;
  } else {
    name(from);
  }
}

std::vector<SnapshotFetch::Request> SnapshotFetch::take_due(Instant now) {
  if (due_ > now || failed() || complete()) return {};
  std::vector<Request> requests;
  if (chosen_ && sources().empty()) {  // nobody has it any more
    chosen_.reset();
    chunks_.clear();
    open_.clear();
    asked_at_ = now;
  }
  if (chosen_) {
    due_ = now + ask_interval;
    return ask_chunks(now);
  }
  if (asked_at_ <= now) {
    ++questions_;
    asked_at_ = now + ask_interval;
    requests = ask_offers();
  }
  due_ = asked_at_;
  return requests;
}

std::optional<std::string> SnapshotFetch::image() const {
  if (!complete()) return std::nullopt;
  std::string image;
  for (const auto& [index, bytes] : chunks_) image += *bytes;
  return image;
}

void SnapshotFetch::refuse(Instant now) {
  for (const ValidatorIndex source : sources()) name(source);
  chosen_.reset();
  chunks_.clear();
  open_.clear();
  asked_at_ = due_ = now;
  choose();
}

bool SnapshotFetch::failed() const {
  const std::size_t others = parameters_.validators - (parameters_.self ? 1 : 0);
  return questions_ >= questions_max || others < liars_.size() + parameters_.needed;
}

std::vector<ValidatorIndex> SnapshotFetch::take_liars() { return std::exchange(named_, {}); }

void SnapshotFetch::name(ValidatorIndex liar) {
  if (!liars_.insert(liar).second) return;
  named_.push_back(liar);
  offers_.erase(liar);
  open_.erase(liar);
}

void SnapshotFetch::choose() {
  for (const auto& [validator, manifest] : offers_) {
    const auto alike = std::count_if(offers_.begin(), offers_.end(),
                                     [&, &mine = manifest](const auto& other) { return other.second == mine; });
    const bool better = !chosen_ || manifest.height > chosen_->height;
    if (static_cast<std::uint32_t>(alike) >= parameters_.needed && better) chosen_ = manifest;
  }
}

std::vector<ValidatorIndex> SnapshotFetch::sources() const {
  std::vector<ValidatorIndex> sources;
  for (const auto& [validator, manifest] : offers_) {
    if (manifest == *chosen_) sources.push_back(validator);
  }
  return sources;
}

std::vector<SnapshotFetch::Request> SnapshotFetch::ask_offers() {
  std::vector<Request> requests;
  for (std::uint32_t v = 0; v < parameters_.validators; ++v) {
    const ValidatorIndex validator{v};
    if (validator == parameters_.self || liars_.contains(validator)) continue;
    requests.push_back({validator, SnapshotRequest{parameters_.above}});
  }
  return requests;
}

bool SnapshotFetch::is_open(std::uint32_t chunk) const {
  return std::any_of(open_.begin(), open_.end(), [&](const auto& asked) {
    return std::any_of(asked.second.begin(), asked.second.end(), [&](const Open& one) { return one.chunk == chunk; });
  });
}

// Every source gets the next chunks that nobody was asked for; who is slow loses its.
std::vector<SnapshotFetch::Request> SnapshotFetch::ask_chunks(Instant now) {
  for (auto& [validator, asked] : open_) {
    const bool slow = std::erase_if(asked, [&](const Open& one) { return now - one.since >= chunk_wait; }) > 0;
    if (!slow) continue;
    ++questions_;
    if (sources().size() > 1) offers_.erase(validator);
  }
  std::vector<Request> requests;
  const auto chunks = static_cast<std::uint32_t>(chosen_->chunks.size());
  std::uint32_t next = 0;
  for (const ValidatorIndex source : sources()) {
    std::vector<Open>& asked = open_[source];
    for (; next < chunks && asked.size() < chunks_at_once; ++next) {
      if (chunks_.contains(next) || is_open(next)) continue;
      asked.push_back({next, now});
      requests.push_back({source, SnapshotChunkRequest{chosen_->height, next}});
    }
  }
  return requests;
}

}  // namespace bsn
