// Who gets newHeads over a WebSocket: eth_subscribe and eth_unsubscribe.
//
// Bounds: `most_of_one` of a WebSocket, `most` in all. Threads: one.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "edge/dialect.h"
#include "edge/ethereum/chain_view.h"

namespace bsn::edge::ethereum {

class HeadSubscriptions {
 public:
  static constexpr std::size_t most = 4'096;
  static constexpr std::size_t most_of_one = 16;

  // The subscription's id; nullopt: too many.
  std::optional<std::string> add(const std::weak_ptr<Subscriber>& subscriber);

  // False: this subscriber has no such subscription.
  bool remove(const std::weak_ptr<Subscriber>& subscriber, const std::string& id);

  void tell(const BlockView& block, std::int64_t clock_offset_ns);

  // Whether anybody still listens.
  bool any();

 private:
  struct Entry {
    std::string id;
    std::weak_ptr<Subscriber> subscriber;
  };
  void drop_gone();

  std::vector<Entry> entries_;
  std::uint64_t last_id_ = 0;
};

}  // namespace bsn::edge::ethereum
