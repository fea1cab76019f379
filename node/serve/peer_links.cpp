#include "node/serve/peer_links.h"

#include <algorithm>
#include <utility>

#include "core/check.h"

namespace bsn {
namespace {

constexpr std::size_t most_on_the_way = 100'000;

}  // namespace

PeerLinks::PeerLinks(h2::Loop& loop, const NodeSpec& spec, const LinkGate& gate, std::function<void()> wake)
    : loop_(loop), gate_(gate), wake_(std::move(wake)) {
  assign(spec);
}

void PeerLinks::assign(const NodeSpec& spec) {
  const auto self = std::find_if(spec.cities.begin(), spec.cities.end(),
                                 [&](const CitySpec& city) { return city.index == spec.self; });
  BSN_CHECK(self != spec.cities.end(), "a node's commission lists its own city");
  std::erase_if(links_, [&](const auto& link) {
    return std::none_of(spec.cities.begin(), spec.cities.end(),
                        [&](const CitySpec& city) { return city.index == link.first; });
  });
  for (const CitySpec& city : spec.cities) {
    if (city.index != spec.self && !city.address.empty() && !links_.contains(city.index)) open(spec, *self, city);
  }
}

void PeerLinks::open(const NodeSpec& spec, const CitySpec& self, const CitySpec& city) {
  Link link;
  link.profile = link_profile(spec.wan, self.place, city.place);
  link.random = Random(spec.seed).fork("link/" + self.name + "/" + city.name);
  link.stream = std::make_unique<PeerStream>(loop_, spec.self, city.address, [this] {
    stream_broke_ = true;
    wake_();
  });
  links_.emplace(city.index, std::move(link));
}

void PeerLinks::send(CityIndex to, v1::PeerMessage message, Instant now) {
  const auto link = links_.find(to);
  if (link == links_.end() || !gate_.is_open(to) || delay_line_.size() >= most_on_the_way) return;
  const Duration delay = sample_delay(link->second.profile, link->second.random);
  delay_line_.hold(to, now + delay, std::move(message));
}

void PeerLinks::advance_to(Instant now) {
  due_.clear();
  delay_line_.take_due(now, due_);
  std::map<CityIndex, std::vector<v1::PeerMessage>> by_city;
  for (auto& held : due_) {
    if (gate_.is_open(held.link)) by_city[held.link].push_back(std::move(held.value));
  }
  for (auto& [city, messages] : by_city) {
    const auto link = links_.find(city);
    if (link == links_.end()) continue;  // gone meanwhile
    PeerStream& stream = *link->second.stream;
    stream.send(std::move(messages), now);
    next_retry_ = earlier(next_retry_, stream.retry_at());
  }
  if (std::exchange(stream_broke_, false) || (next_retry_ && *next_retry_ <= now)) look_after_streams(now);
}

void PeerLinks::look_after_streams(Instant now) {
  next_retry_.reset();
  for (auto& [city, link] : links_) {
    const std::optional<Instant> retry = link.stream->retry_at();
    if (retry && *retry <= now) {
      link.stream->advance_to(now);
    } else {
      next_retry_ = earlier(next_retry_, retry);
    }
  }
}

std::optional<Instant> PeerLinks::next_wakeup() const { return earlier(delay_line_.next_due(), next_retry_); }

void PeerLinks::gate_changed() {
  for (auto& [city, link] : links_) {
    if (!gate_.is_open(city)) link.stream->clear();
  }
}

}  // namespace bsn
