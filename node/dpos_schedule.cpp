#include "node/dpos_schedule.h"

#include <algorithm>

#include "core/check.h"

namespace bsn {

DposSchedule::DposSchedule(const DposParameters& parameters, std::uint32_t validators)
    : producers_(parameters.producers == 0 ? validators : std::min(parameters.producers, validators)),
      turn_blocks_(parameters.turn_blocks),
      slot_(parameters.slot.ns),
      turn_(slot_ * turn_blocks_ + parameters.handover_pause.ns),
      round_(turn_ * (producers_ - 1) + slot_ * turn_blocks_ + parameters.term_pause.ns) {
  BSN_CHECK(producers_ > 0 && turn_blocks_ > 0 && slot_ > 0, "a schedule has producers and slots");
}

DposSchedule::Slot DposSchedule::slot(std::uint64_t number) const {
  const std::uint64_t in_turn = number % turn_blocks_;
  const std::uint64_t place = turn(number) % producers_, round = turn(number) / producers_;
  const auto time = static_cast<std::int64_t>(round) * round_ + static_cast<std::int64_t>(place) * turn_ +
                    static_cast<std::int64_t>(in_turn) * slot_;
  return {number, Instant{time}, {static_cast<std::uint32_t>(place)}, in_turn + 1 == turn_blocks_};
}

std::uint64_t DposSchedule::last_begun(Instant time) const {
  const std::int64_t round = time.ns / round_, in_round = time.ns % round_;
  const std::int64_t place = std::min<std::int64_t>(in_round / turn_, producers_ - 1);
  const std::int64_t in_turn = std::min<std::int64_t>((in_round - place * turn_) / slot_, turn_blocks_ - 1);
  return static_cast<std::uint64_t>((round * producers_ + place) * turn_blocks_ + in_turn);
}

std::optional<DposSchedule::Slot> DposSchedule::at(Instant time) const {
  if (time.ns < 0) return std::nullopt;
  const Slot begun = slot(last_begun(time));
  return begun.time == time ? std::optional(begun) : std::nullopt;
}

DposSchedule::Slot DposSchedule::next(Instant time) const { return slot(last_begun(std::max(time, Instant{})) + 1); }

DposSchedule::Slot DposSchedule::next_of(ValidatorIndex producer, Instant time) const {
  const Slot first = next(time);
  const std::uint64_t turns = (producer.value + producers_ - first.producer.value) % producers_;
  return turns == 0 ? first : slot((turn(first.number) + turns) * turn_blocks_);
}

}  // namespace bsn
