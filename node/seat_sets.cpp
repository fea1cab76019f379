#include "node/seat_sets.h"

#include <algorithm>
#include <iterator>

namespace bsn {

bool contains(const std::vector<ValidatorIndex>& seats, ValidatorIndex seat) {
  return std::binary_search(seats.begin(), seats.end(), seat);
}

std::vector<ValidatorIndex> all_seats(std::uint32_t count) {
  std::vector<ValidatorIndex> all;
  for (std::uint32_t seat = 0; seat < count; ++seat) all.push_back({seat});
  return all;
}

std::vector<ValidatorIndex> without(const std::vector<ValidatorIndex>& some,
                                    const std::vector<ValidatorIndex>& others) {
  std::vector<ValidatorIndex> rest;
  std::set_difference(some.begin(), some.end(), others.begin(), others.end(), std::back_inserter(rest));
  return rest;
}

std::vector<ValidatorIndex> with(std::vector<ValidatorIndex> seats, ValidatorIndex seat) {
  seats.insert(std::upper_bound(seats.begin(), seats.end(), seat), seat);
  return seats;
}

std::vector<ValidatorIndex> founders_of(const EngineConfig& config) {
  return config.founders.empty() ? all_seats(config.validators) : config.founders;
}

std::vector<ValidatorIndex> wanted_of(std::uint32_t seats, const std::vector<ValidatorIndex>& voters) {
  return voters.empty() ? all_seats(seats) : voters;
}

}  // namespace bsn
