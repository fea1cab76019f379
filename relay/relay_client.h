// A relayer as a client of a gateway: its wishes as calls, the replies as what it waits for.
//
// Whoever drives it sends the calls with the relayer's access key and brings the replies back. Not for more than one
// thread.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_set>
#include <vector>

#include "core/call.h"
#include "relay/relayer.h"

namespace bsn {

// A call to be made; its answer is wanted under this id.
struct RelayCall {
  RelayRequest id = 0;
  Call call;
};

class RelayClient {
 public:
  explicit RelayClient(RelayerSpec spec) : relayer_(std::move(spec)) {}

  // A final block of a chain; every one once, in order of height.
  void saw(Instant now, const ChainName& chain, const BlockPtr& block);
  void answered(Instant now, RelayRequest id, const Reply& reply, std::vector<RelayCall>& out);
  void advance_to(Instant now, std::vector<RelayCall>& out);
  std::optional<Instant> next_wakeup() const { return relayer_.next_wakeup(); }

  const Relayer& relayer() const { return relayer_; }

 private:
  void translate(std::vector<RelayCall>& out);

  Relayer relayer_;
  std::unordered_set<RelayRequest> facts_;  // questions that are open; looked up, never walked through
  std::vector<RelayerOutput> outputs_;
};

}  // namespace bsn
