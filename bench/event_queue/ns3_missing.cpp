// Stands in for ns3_contenders.cpp where ns-3 is not installed: nothing to compare with.
#include "bench/event_queue/contender.h"

namespace bsn {

Contenders ns3_contenders() { return {}; }

}  // namespace bsn
