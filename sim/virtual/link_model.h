// The wide-area network of the virtual cluster: when a message sent now from one city arrives in another.
//
// Delays come from core/wan_model, as in the live shells. Every directed pair of cities draws from a stream of its own,
// forked by the two names, so that neither another pair's traffic nor another city changes its luck.
//
// Messages of peers keep their order on each directed pair: a live pair shares one stream over TCP, where a lost packet
// holds up all that follow it. Calls don't: each comes from a client of its own. A LinkModel is one or the other.
// Memory: about 120 bytes per pair that was ever used. One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/chain_spec.h"
#include "core/random.h"
#include "core/time.h"
#include "core/wan_model.h"
#include "sim/topology.h"

namespace bsn {

enum class LinkOrder : std::uint8_t { kept, free };

// Latencies that are known instead of being told by distance: mean, one way, between zones; and each city's zone.
class ZoneLatencies {
 public:
  ZoneLatencies() = default;
  explicit ZoneLatencies(const Topology& topology);
  // nullopt: one of the two lies in no zone, or its zone knows none.
  std::optional<Duration> between(CityIndex from, CityIndex to) const;

 private:
  std::vector<std::vector<Duration>> latency_;    // of each zone, to each zone; or none
  std::vector<std::optional<std::size_t>> zone_;  // by CityIndex; empty: nothing is known
};

class LinkModel {
 public:
  // `kind` names the streams ("peer", "call"), so that two models of one seed don't draw the same numbers.
  LinkModel(const WanParameters& wan, std::vector<CitySpec> cities, std::uint64_t seed, std::string_view kind,
            LinkOrder order, ZoneLatencies zones = {});

  // When a message that leaves at `now` arrives; at once within one place. Of a pair of cities, where order is kept,
  // messages arrive in the order of these calls, even if a short one slipped past a long one (see lines.h). A link
  // that is disturbed adds its own delay; a message that is overtaken keeps nobody behind it.
  Instant arrival(CityIndex from, CityIndex to, Instant now, Duration added = {}, bool overtaken = false);

  // The delay without chance, for what is only told from time to time (a link going up or down).
  Duration base_delay(CityIndex from, CityIndex to);

 private:
  struct Link {
    LinkProfile profile;
    Random random;
    Instant last_arrival;
  };

  // Finds the link to a city among those that lead away from one: a hash table with open addressing, at most half full.
  class LinksFrom {
   public:
    // The number kept for `to`; 0: none yet. Valid until the next call.
    std::uint32_t& at(CityIndex to);

   private:
    struct Slot {
      std::uint32_t to = 0;
      std::uint32_t link = 0;  // 0: the slot is free
    };
    std::vector<Slot>::iterator find(std::uint32_t to);
    void grow();

    std::vector<Slot> slots_;  // a power of two of them
    std::size_t used_ = 0;
  };

  Link& link(CityIndex from, CityIndex to);
  LinkProfile profile(CityIndex from, CityIndex to) const;

  WanParameters wan_;
  std::vector<CitySpec> cities_;
  Random random_;
  LinkOrder order_;
  ZoneLatencies zones_;
  std::vector<LinksFrom> links_from_;  // by CityIndex; hold indices into links_ plus one
  std::deque<Link> links_;             // they are many, and grow in number without being moved
};

// Which cities reach each other. At first all do.
class Partition {
 public:
  explicit Partition(std::size_t cities) : group_(cities, 0) {}

  // Cities of one group reach each other only; cities that no group names form one more, the last. An empty list heals.
  // One-way: a group's messages reach the groups before it too.
  void split(const std::vector<std::vector<CityIndex>>& groups, bool one_way);

  bool reaches(CityIndex from, CityIndex to) const {
    return group_[from.value] == group_[to.value] || (one_way_ && group_[from.value] > group_[to.value]);
  }

 private:
  std::vector<std::uint32_t> group_;  // by CityIndex
  bool one_way_ = false;
};

}  // namespace bsn
