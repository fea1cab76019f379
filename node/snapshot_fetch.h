// How a peer that is far behind gets a snapshot: the state of the chain after one block, instead of all blocks before.
//
// It asks validators for offers. An offer is believed once `needed` different validators make the same: the manifest
// names the block and the digest of every chunk. The chunks then come from all who made it, two at a time from each;
// one that does not match its digest is thrown away, who sent it is named (liars()) and not asked again. When all are
// there, the caller checks that they make a ledger whose state root is the block's, and says so, or refuses it: then
// everyone who vouched for it is named, and others are asked.
//
// Times: offers are asked for every second; who has not answered for 2 s is passed over, unless it is the last one.
// After 20 questions in vain, or when too few are left to ask, it has failed for good: the caller fetches blocks
// instead. Memory: one snapshot of at most 4,096 chunks of 256 KiB, and one manifest per validator. Not for more than
// one thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "core/ids.h"
#include "core/peer_message.h"
#include "core/time.h"

namespace bsn {

class SnapshotFetch {
 public:
  static constexpr Duration ask_interval = seconds(1);
  static constexpr Duration chunk_wait = seconds(2);
  static constexpr std::uint32_t questions_max = 20;
  static constexpr std::size_t chunks_at_once = 2;  // asked of one validator

  struct Parameters {
    std::uint32_t validators = 1;
    std::optional<ValidatorIndex> self;
    std::uint32_t needed = 1;  // that offer the same
    Height above = 0;          // of no use below this height
  };

  struct Request {
    ValidatorIndex to;
    std::variant<SnapshotRequest, SnapshotChunkRequest> what;
  };

  SnapshotFetch(const Parameters& parameters, Instant now) : parameters_(parameters), due_(now), asked_at_(now) {}

  void heard(ValidatorIndex from, const SnapshotOffer& offer, Instant now);
  void heard(ValidatorIndex from, const SnapshotChunk& chunk, Instant now);

  // What to ask now.
  std::vector<Request> take_due(Instant now);
  Instant next_due() const { return due_; }

  // The whole image, once every chunk is here; nullopt: not yet.
  std::optional<std::string> image() const;
  const SnapshotManifest& manifest() const { return *chosen_; }

  // The image does not verify.
  void refuse(Instant now);

  bool failed() const;

  // Who lied, since this was asked last.
  std::vector<ValidatorIndex> take_liars();

 private:
  struct Open {
    std::uint32_t chunk = 0;
    Instant since;
  };

  void name(ValidatorIndex liar);
  void choose();
  std::vector<Request> ask_offers();
  std::vector<Request> ask_chunks(Instant now);
  bool complete() const { return chosen_ && chunks_.size() == chosen_->chunks.size(); }
  bool is_open(std::uint32_t chunk) const;
  std::vector<ValidatorIndex> sources() const;  // who made the chosen offer, and is believed still

  Parameters parameters_;
  std::map<ValidatorIndex, SnapshotManifest> offers_;  // the last one of each
  std::optional<SnapshotManifest> chosen_;
  std::map<std::uint32_t, std::shared_ptr<const std::string>> chunks_;
  std::map<ValidatorIndex, std::vector<Open>> open_;
  std::set<ValidatorIndex> liars_;
  std::vector<ValidatorIndex> named_;
  std::uint32_t questions_ = 0;
  Instant due_;
  Instant asked_at_;
};

}  // namespace bsn
