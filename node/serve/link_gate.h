// Which cities' peer messages are dropped, in both directions: a partition made by NodeControl.GateLinks. Any thread.
#pragma once

#include <mutex>
#include <set>
#include <utility>

#include "core/ids.h"

namespace bsn {

class LinkGate {
 public:
  // Replaces the list of closed cities; empty opens all.
  void close(std::set<CityIndex> cities) {
    const std::lock_guard lock(mutex_);
    closed_ = std::move(cities);
  }

  bool is_open(CityIndex city) const {
    const std::lock_guard lock(mutex_);
    return !closed_.contains(city);
  }

 private:
  mutable std::mutex mutex_;
  std::set<CityIndex> closed_;
};

}  // namespace bsn
