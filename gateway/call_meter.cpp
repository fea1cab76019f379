#include "gateway/call_meter.h"

namespace bsn {

void CallMeter::count(std::optional<ChainIndex> chain, Operation operation, const Reply& reply, bool forwarded) {
  Cell& cell = cells_[place(chain, operation)];
  ++cell.ended[static_cast<std::size_t>(reply.status)];
  if (!forwarded) return;
  const Duration took = reply.split.total();
  std::size_t number = 0;
  while (number < bounds && took > bound(number)) ++number;
  ++cell.took[number];
  cell.took_ns += took.ns;
}

}  // namespace bsn
