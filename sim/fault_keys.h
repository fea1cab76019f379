// The keys of one fault in scenario files, as scenario_keys.h has those of everything else.
#pragma once

#include "sim/config_shapes.h"
#include "sim/scenario.h"

namespace bsn {

inline const ChoiceKind<FaultKind> fault_kind_kind{
    {{"kill", "restart", "lose_disk", "pause", "resume", "partition", "heal", "latency", "loss", "reset_peer",
      "duplicate", "reorder", "clock_skew", "commission", "drain", "leave"}}};

template <class V>
void describe(V& v, Fault& fault) {
  v.need("at", fault.at, DurationKind{}, "since the start of the first round");
  v.need("kind", fault.kind, fault_kind_kind, "what happens");
  v.key("targets", fault.targets, ListKind<NameKind>{},
        "the cities it strikes, or gateways and relayers (kill and restart); of partition and heal none");
  v.key("groups", fault.groups, ListKind<ListKind<NameKind>>{},
        "partition: who reaches whom; unnamed cities form a group");
  v.key("one_way", fault.one_way, FlagKind{}, "partition: messages of a group still reach the groups before it");
  v.key(
      "delay", fault.delay, DurationKind{{}, seconds(3600)},
      "latency: added to every message; reorder: at most, to those that others overtake; clock_skew: clocks go ahead");
  v.key(
      "share", fault.share, RealKind{0, 0.9},
      "of messages that are lost once more (loss: as TCP, sent again, and all behind them wait), break the connection "
      "(reset_peer: all under way is lost), come twice (duplicate), are overtaken (reorder)");
}

}  // namespace bsn
