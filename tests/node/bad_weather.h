// What goes wrong in a small network of engines, drawn by chance: the swarms' weather.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "core/random.h"
#include "tests/dialogues/engine_network.h"

namespace bsn {

// To whom it happens is drawn too. A crash_after comes after some more outputs, in the middle of a step; offer is work:
// some transactions for a validator.
enum class Weather : std::uint8_t { lose, duplicate, isolate, split, heal, crash, crash_after, restart, offer };

inline constexpr std::array usual_weather = {Weather::lose,  Weather::duplicate, Weather::isolate,     Weather::split,
                                             Weather::heal,  Weather::crash,     Weather::crash_after, Weather::restart,
                                             Weather::offer, Weather::offer};

// One of these happens, each as likely as the others.
void happen(EngineNetwork& network, Random& random, std::span<const Weather> mix = usual_weather);

// So many do, each followed by a pause of up to `pause_max`; the first violation ends it.
void happen_often(EngineNetwork& network, Random& random, int events, Duration pause_max,
                  std::span<const Weather> mix = usual_weather);

}  // namespace bsn
