// A child of a cluster: a process that announces its addresses with one line, "listening HOST:PORT ...", and keeps a
// log.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

#include "core/result.h"
#include "sim/live/process.h"

namespace bsn {

struct Child {
  std::string name;  // city id, "gateway", or "outside"
  std::string log;   // path
  Process process;
  std::string address;  // once announced; of several the first
  std::vector<std::string> addresses{};
  bool down_on_purpose = false;  // killed by a fault: its end is no surprise
};

// How a child ended that should not have, with the last lines of its log.
Error child_ended(const Child& child);

// Waits until every child has announced its address, on all their pipes at once. Errors: a child that ended (seen at
// once), the deadline, `stop` became true (may be null).
Result<Done> wait_for_addresses(const std::vector<Child*>& children, std::chrono::steady_clock::time_point deadline,
                                const std::atomic<bool>* stop);

}  // namespace bsn
