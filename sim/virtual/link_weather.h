// What faults do to links of the virtual cluster: latency, loss, broken connections, duplicates, overtaking.
//
// A peer link is a stream over TCP, live and here: no message is lost alone and none overtakes another by itself.
//   latency     every message is on its way so much longer
//   loss        a lost message is sent again by TCP: it comes later, and so does all behind it
//   reset_peer  the connection breaks: this message and all under way on it are lost; the next one opens a new one
// Two go beyond TCP, as when a link's software sends again after a break or uses several connections; engines bear it:
//   duplicate   a message comes twice, the second copy later
//   reorder     a message is late, and those behind it overtake it
// Calls through the gateway are subject to latency and loss.
//
// What was set for a city holds for every link from it and to it; where both ends are disturbed, both count. Every
// directed pair has its own chance, forked by the two names. One thread. Memory: 80 bytes per disturbed pair.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/ids.h"
#include "core/random.h"
#include "core/time.h"
#include "sim/scenario.h"

namespace bsn {

class LinkWeather {
 public:
  // `names` of the cities, by index.
  LinkWeather(std::vector<std::string> names, std::uint64_t seed);

  // A fault of links at this city; 0 ends it.
  void set(FaultKind kind, CityIndex city, Duration delay, double share);

  // Whether no link was ever disturbed: then nothing below need be asked.
  bool calm() const { return !ever_; }

  // What happens to a message of a peer that is sent now.
  struct Passage {
    bool broken = false;            // it is lost, and all that is under way
    Duration added{};               // to its delay
    bool overtaken = false;         // it keeps nobody behind it
    std::optional<Duration> again;  // a second copy comes, so much later
  };
  Passage passage(CityIndex from, CityIndex to);

  // Added to a call's or its answer's delay.
  Duration call_delay(CityIndex from, CityIndex to);

  // Counts how often the connection broke: what was sent over an earlier one is lost.
  std::uint32_t connection(CityIndex from, CityIndex to) const;

 private:
  struct Weather {
    Duration latency{}, reorder_by{};
    double loss = 0, reset = 0, duplicate = 0, reorder = 0;
  };
  struct Pair {
    Random random;
    std::uint32_t connection = 0;
  };

  Pair& pair(CityIndex from, CityIndex to);
  bool hit(Pair& pair, CityIndex from, CityIndex to, double Weather::*share);
  Duration delay(Pair& pair, CityIndex from, CityIndex to);

  std::vector<std::string> names_;
  Random random_;
  bool ever_ = false;
  std::vector<Weather> weather_;  // by CityIndex
  std::map<std::pair<CityIndex, CityIndex>, Pair> pairs_;
};

}  // namespace bsn
