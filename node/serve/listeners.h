// Those who want to hear of something, held weakly: who is gone is forgotten. Not for several threads.
#pragma once

#include <memory>
#include <vector>

namespace bsn {

template <class T>
class Listeners {
 public:
  void add(const std::shared_ptr<T>& listener) { all_.push_back(listener); }

  // Those who still live.
  std::vector<std::shared_ptr<T>> living() {
    std::vector<std::shared_ptr<T>> alive;
    std::erase_if(all_, [&](const std::weak_ptr<T>& listener) {
      auto one = listener.lock();
      if (!one) return true;
      alive.push_back(std::move(one));
      return false;
    });
    return alive;
  }

 private:
  std::vector<std::weak_ptr<T>> all_;
};

}  // namespace bsn
