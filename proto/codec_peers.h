// The lists of validators and followers, which a node's chain and a gateway's route have in common. Private to the
// codec.
#pragma once

#include <algorithm>
#include <set>

#include "core/ids.h"
#include "proto/codec.h"
#include "proto/codec_checks.h"

namespace bsn {

template <class Spec, class Message>
void encode_peers(const Spec& spec, Message& message) {
  for (const CityIndex city : spec.validators) message.add_validators(city.value);
  for (const CityIndex city : spec.followers) message.add_followers(city.value);
}

// Seats, in ascending order.
template <class Message>
std::vector<ValidatorIndex> decode_voters(Checks& checks, const Message& message) {
  std::vector<ValidatorIndex> voters;
  checks.require(message.voters_size() <= WireLimits::validators, "has too many voters");
  if (!checks.ok()) return voters;
  for (const std::uint32_t seat : message.voters()) {
    checks.require(voters.empty() || voters.back().value < seat, "voters are not in ascending order");
    voters.push_back({seat});
  }
  return voters;
}

template <class Message>
void encode_voters(const std::vector<ValidatorIndex>& voters, Message& message) {
  for (const ValidatorIndex seat : voters) message.add_voters(seat.value);
}

// Which peers there must be: a chain has validators, an open route leads to any peer, a retired one to none.
enum class Peers : std::uint8_t { validators, any, none };

// No city twice, but for seats of a chain that says who votes.
template <class Message, class Spec>
void decode_peers(Checks& checks, const Message& message, Spec& spec, Peers least) {
  checks.require(least != Peers::validators || message.validators_size() > 0, "has no validators");
  checks.require(least != Peers::any || message.validators_size() + message.followers_size() > 0, "has no peers");
  checks.require(message.validators_size() <= WireLimits::validators, "has too many validators");
  checks.require(message.followers_size() <= WireLimits::followers, "has too many followers");
  if (!checks.ok()) return;
  for (const std::uint32_t city : message.validators()) spec.validators.push_back({city});
  for (const std::uint32_t city : message.followers()) spec.followers.push_back({city});
  if constexpr (requires { spec.voters; }) {
    if (!spec.voters.empty()) return;
  }
  std::set<CityIndex> distinct(spec.validators.begin(), spec.validators.end());
  distinct.insert(spec.followers.begin(), spec.followers.end());
  checks.require(distinct.size() == spec.validators.size() + spec.followers.size(), "names a city twice");
}

// Whether every peer of `spec` stands in one of `cities`.
template <class Spec>
bool peers_among(const Spec& spec, const std::set<CityIndex>& cities) {
  const auto listed = [&](CityIndex city) { return cities.contains(city); };
  return std::all_of(spec.validators.begin(), spec.validators.end(), listed) &&
         std::all_of(spec.followers.begin(), spec.followers.end(), listed);
}

}  // namespace bsn
