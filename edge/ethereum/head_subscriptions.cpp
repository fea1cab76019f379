#include "edge/ethereum/head_subscriptions.h"

#include <algorithm>
#include <boost/json.hpp>

#include "edge/ethereum/ethereum_json.h"

namespace bsn::edge::ethereum {
namespace {

bool same(const std::weak_ptr<Subscriber>& a, const std::weak_ptr<Subscriber>& b) {
  return !a.owner_before(b) && !b.owner_before(a);
}

}  // namespace

std::optional<std::string> HeadSubscriptions::add(const std::weak_ptr<Subscriber>& subscriber) {
  drop_gone();
  const auto own = static_cast<std::size_t>(std::count_if(
      entries_.begin(), entries_.end(), [&](const Entry& each) { return same(each.subscriber, subscriber); }));
  if (entries_.size() >= most || own >= most_of_one) return std::nullopt;
  entries_.push_back({quantity(++last_id_), subscriber});
  return entries_.back().id;
}

bool HeadSubscriptions::remove(const std::weak_ptr<Subscriber>& subscriber, const std::string& id) {
  return std::erase_if(entries_,
                       [&](const Entry& each) { return each.id == id && same(each.subscriber, subscriber); }) > 0;
}

void HeadSubscriptions::tell(const BlockView& block, std::int64_t clock_offset_ns) {
  if (entries_.empty()) return;
  drop_gone();
  const boost::json::object head = head_json(block, clock_offset_ns);
  for (const Entry& each : entries_) {
    const auto subscriber = each.subscriber.lock();
    if (!subscriber) continue;
    subscriber->push(boost::json::serialize(
        boost::json::object{{"jsonrpc", "2.0"},
                            {"method", "eth_subscription"},
                            {"params", boost::json::object{{"subscription", each.id}, {"result", head}}}}));
  }
}

bool HeadSubscriptions::any() {
  drop_gone();
  return !entries_.empty();
}

void HeadSubscriptions::drop_gone() {
  std::erase_if(entries_, [](const Entry& each) { return each.subscriber.expired(); });
}

}  // namespace bsn::edge::ethereum
