// Tells those who watch a chain how high its final part has grown. Any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "core/ids.h"
#include "node/serve/listeners.h"

namespace bsn {

// Hears of new blocks. Called from any thread; must not block.
class BlockWatcher {
 public:
  virtual ~BlockWatcher() = default;

  // Blocks up to `tip` are stored and final.
  virtual void grown_to(Height tip) = 0;

  // There will be no more blocks: the node stops.
  virtual void feed_ended() = 0;
};

class BlockFeed {
 public:
  // Sets where a chain stands and tells its watchers. Heights only grow.
  void grow(ChainIndex chain, Height tip);

  // Where the chain stands now; from here on the watcher hears of every growth, as long as it lives.
  Height add(ChainIndex chain, const std::shared_ptr<BlockWatcher>& watcher);

  Height tip(ChainIndex chain) const;

  void end();

 private:
  struct Chain {
    Height tip = 0;
    Listeners<BlockWatcher> watchers;
  };

  mutable std::mutex mutex_;
  std::map<ChainIndex, Chain> chains_;
  bool ended_ = false;
};

}  // namespace bsn
