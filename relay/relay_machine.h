// A relayer as the live loop drives it: blocks in, calls to the gateway out.
//
// A relayer that starts is shown every chain from its first block on, as fast as they come, and most of what it sees
// was finished long ago. So it begins nothing until every chain has paused for `quiet` once, which a chain whose blocks
// are made now does, at most `patience`: then it clears what is still pending. Later it begins what follows from a
// block at once.
//
// Bounds: open calls are the relayer's own, at most one batch for each pair of chains.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/machine.h"
#include "relay/relay_client.h"

namespace bsn {

class RelayMachine {
 public:
  static constexpr Duration quiet = milliseconds(200);
  static constexpr Duration patience = seconds(5);

  explicit RelayMachine(RelayerSpec spec) : client_(std::move(spec)) {}

  void step(Instant now, const SawBlock& seen, std::vector<RelayCall>& out);
  void advance_to(Instant now, std::vector<RelayCall>& out);
  std::optional<Instant> next_wakeup() const;

  // The answer to a call, or that there will be none. What follows comes out of the next advance_to().
  void answered(RelayRequest id, Reply reply) { answers_.emplace_back(id, std::move(reply)); }
  // The gateway is gone: whether the open calls were executed is not known.
  void lost_link();

  const Relayer& relayer() const { return client_.relayer(); }
  std::size_t open_calls() const { return open_.size(); }
  bool started() const { return started_; }

 private:
  bool history_is_read(Instant now);

  RelayClient client_;
  std::vector<std::pair<RelayRequest, Reply>> answers_;
  std::set<RelayRequest> open_;
  std::optional<Instant> first_block_;
  std::map<ChainName, Instant> coming_;  // the last block of those that have not paused yet
  std::set<ChainName> paused_;
  bool started_ = false;
};

static_assert(Machine<RelayMachine, SawBlock, RelayCall>);

}  // namespace bsn
