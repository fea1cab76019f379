// When transactions go to other peers: gathered for a while, and sent again while no block has them.
//
// A transaction that entered the network here (`own`) is due again after 5 s, then 10, 20, ... s, eight times at most,
// about 21 minutes in all; whoever waits longer asks again with the same key. Whom to send to is the chain peer's
// choice. Memory: about 150 bytes per own transaction, bounded by the mempool. Not for more than one thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/block.h"
#include "node/digest_map.h"

namespace bsn {

class Forwarder {
 public:
  static constexpr Duration first_retry = seconds(5);
  static constexpr std::uint32_t retries_max = 8;

  explicit Forwarder(Duration interval) : interval_(interval) {}

  // To be sent within the interval; `own`: and again until it is forgotten.
  void add(const TransactionPtr& transaction, bool own, Instant now);

  // A block has it, or nobody wants it any more.
  void forget(const Digest& id);

  // All own transactions are due at once: there is somebody new to send them to.
  void send_all_again(Instant now);

  struct Due {
    std::vector<TransactionPtr> transactions;
    bool retried = false;  // some were sent before in vain: who has a choice picks another target
    bool own = false;      // some entered the network here
  };
  // What is due at `now`; forgotten ones may be among what was gathered.
  Due take_due(Instant now);

  // When take_due has something; nullopt: nothing to send.
  std::optional<Instant> next_due() const;

 private:
  struct Own {
    TransactionPtr transaction;
    std::uint32_t retries = 0;
    std::pair<Instant, std::uint64_t> due;  // its key in schedule_
  };

  void schedule(const Digest& id, Own& own, Instant due);

  Duration interval_;
  std::vector<TransactionPtr> gathered_;
  std::optional<Instant> gathered_due_;
  DigestMap<Own> own_;
  std::map<std::pair<Instant, std::uint64_t>, Digest> schedule_;  // (due, order of scheduling) -> id
  std::uint64_t scheduled_ = 0;
};

}  // namespace bsn
