#include "sim/published.h"

namespace bsn {

std::string_view to_string(Figure figure) {
  switch (figure) {
    case Figure::block_interval_s:
      return "block_interval_s";
    case Figure::finality_s:
      return "finality_s";
    case Figure::commit_p95_s:
      return "commit_p95_s";
    case Figure::finality_blocks:
      return "finality_blocks";
    case Figure::capacity_tps:
      return "capacity_tps";
    case Figure::stale_share:
      return "stale_share";
    case Figure::skipped_share:
      return "skipped_share";
    case Figure::propagation_p50_s:
      return "propagation_p50_s";
    case Figure::propagation_p90_s:
      break;
  }
  return "propagation_p90_s";
}

double deviation(const PublishedFigure& published, double simulated) {
  const double off = simulated - published.value;
  return published.value == 0 ? off : off / published.value;
}

}  // namespace bsn
