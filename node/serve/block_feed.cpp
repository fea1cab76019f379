#include "node/serve/block_feed.h"

#include <algorithm>

namespace bsn {
void BlockFeed::grow(ChainIndex chain, Height tip) {
  std::vector<std::shared_ptr<BlockWatcher>> watchers;
  {
    const std::lock_guard lock(mutex_);
    Chain& grown = chains_[chain];
    grown.tip = std::max(grown.tip, tip);
    tip = grown.tip;
    watchers = grown.watchers.living();
  }
  for (const auto& watcher : watchers) watcher->grown_to(tip);
}

Height BlockFeed::add(ChainIndex chain, const std::shared_ptr<BlockWatcher>& watcher) {
  const std::lock_guard lock(mutex_);
  Chain& watched = chains_[chain];
  if (!ended_) watched.watchers.add(watcher);
  return watched.tip;
}

Height BlockFeed::tip(ChainIndex chain) const {
  const std::lock_guard lock(mutex_);
  const auto found = chains_.find(chain);
  return found == chains_.end() ? 0 : found->second.tip;
}

void BlockFeed::end() {
  std::vector<std::shared_ptr<BlockWatcher>> watchers;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    for (auto& [index, chain] : chains_) {
      for (auto& watcher : chain.watchers.living()) watchers.push_back(std::move(watcher));
    }
  }
  for (const auto& watcher : watchers) watcher->feed_ended();
}

}  // namespace bsn
