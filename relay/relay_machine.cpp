#include "relay/relay_machine.h"

#include <algorithm>

namespace bsn {

void RelayMachine::step(Instant now, const SawBlock& seen, std::vector<RelayCall>&) {
  client_.saw(now, seen.chain, seen.block);
  if (started_) return;
  if (!first_block_) first_block_ = now;
  history_is_read(now);
  if (!paused_.contains(seen.chain)) coming_[seen.chain] = now;
}

bool RelayMachine::history_is_read(Instant now) {
  std::erase_if(coming_, [&](const auto& chain) {
    const bool paused = chain.second + quiet <= now;
    if (paused) paused_.insert(chain.first);
    return paused;
  });
  return first_block_ && (coming_.empty() || *first_block_ + patience <= now);
}

void RelayMachine::advance_to(Instant now, std::vector<RelayCall>& out) {
  if (!started_) started_ = history_is_read(now);
  if (!started_) return;
  const auto answers = std::exchange(answers_, {});
  const std::size_t before = out.size();
  for (const auto& [id, reply] : answers) {
    if (open_.erase(id) > 0) client_.answered(now, id, reply, out);
  }
  client_.advance_to(now, out);
  for (std::size_t i = before; i < out.size(); ++i) open_.insert(out[i].id);
}

std::optional<Instant> RelayMachine::next_wakeup() const {
  if (started_ && !answers_.empty()) return Instant{};
  if (started_) return client_.next_wakeup();
  if (!first_block_) return std::nullopt;
  Instant next = *first_block_ + patience;
  for (const auto& [chain, last] : coming_) next = std::min(next, last + quiet);
  return next;
}

void RelayMachine::lost_link() {
  for (const RelayRequest id : open_) {
    answers_.emplace_back(id, refusal(Status::unavailable, Reason::link_lost, "the gateway is gone"));
  }
}

}  // namespace bsn
