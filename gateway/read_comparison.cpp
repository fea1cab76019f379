#include "gateway/read_comparison.h"

#include <algorithm>
#include <set>

#include "core/byte_fields.h"
#include "gateway/retry_state.h"

namespace bsn {
namespace {

Digest said(const Reply& reply) {
  ByteWriter bytes;
  bytes.u8(static_cast<std::uint8_t>(reply.status)).u8(static_cast<std::uint8_t>(reply.reason));
  bytes.text(reply.value).digest(reply.state_root);
  return sha256(bytes.bytes());
}

}  // namespace

bool comparable(const Reply& reply) {
  if (reply.status == Status::ok) return true;
  return certainly_no_effect(reply.status) && reply.status != Status::resource_exhausted &&
         !worth_retrying(Operation::query, reply);
}

ReadComparison::Verdict ReadComparison::add(CityIndex city, const Reply& reply) {
  const Answer answer{city, reply.height, said(reply)};
  std::set<CityIndex> agreeing{city};
  for (const Answer& other : answers_) {
    if (other.height != answer.height) continue;
    if (other.said != answer.said) {
      opponent_ = other.city;
      return Verdict::unequal;
    }
    agreeing.insert(other.city);
  }
  answers_.push_back(answer);
  return agreeing.size() >= peers_ ? Verdict::agreed : Verdict::open;
}

void ReadComparison::forget(CityIndex city) {
  std::erase_if(answers_, [&](const Answer& answer) { return answer.city == city; });
}

std::optional<Duration> ReadComparison::next_pause() {
  if (rounds_ == rounds_max) return std::nullopt;
  return first_pause * (1 << rounds_++);
}

std::vector<CityIndex> ReadComparison::behind() const {
  Height highest = 0;
  for (const Answer& answer : answers_) highest = std::max(highest, answer.height);
  std::set<CityIndex> heard;
  std::vector<CityIndex> low;
  for (auto last = answers_.rbegin(); last != answers_.rend(); ++last) {
    if (heard.insert(last->city).second && last->height < highest) low.push_back(last->city);
  }
  std::sort(low.begin(), low.end());
  return low;
}

}  // namespace bsn
