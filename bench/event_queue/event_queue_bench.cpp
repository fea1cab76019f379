// How many deliveries a second does the event queue of virtual time make, beside other event cores doing the same job?
//
//   event_queue_bench [REPEATS [SECONDS_PER_RUN]]
//
// One thread. The contenders take turns, so that a machine that slows down slows all; printed are medians of million
// deliveries per second, least and most in brackets, and how many times faster ours is. Job and handler: contender.h.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "bench/event_queue/contender.h"

namespace bsn {
namespace {

double now_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// Deliveries per second over `deliveries`, in the steady state.
double rate(Contender& contender, std::uint32_t in_flight, double seconds) {
  World world(in_flight);
  contender.fill(world);
  const double begun = now_s();
  std::uint64_t pilot = 0;  // warms up, and tells how many fit into the time
  do {
    contender.run(1000);
    pilot += 1000;
  } while (now_s() - begun < seconds / 4);
  const auto deliveries = static_cast<std::uint64_t>(static_cast<double>(pilot) * 4) / 1000 * 1000;
  const double start = now_s();
  contender.run(deliveries);
  const double spent = now_s() - start;
  if (world.delivered() != pilot + deliveries) {
    fmt::print(stderr, "{} delivered {} instead of {}\n", contender.name(), world.delivered(), pilot + deliveries);
    std::exit(1);
  }
  return static_cast<double>(deliveries) / spent;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void compare(const Contenders& contenders, std::uint32_t in_flight, int repeats, double seconds) {
  std::vector<std::vector<double>> rates(contenders.size());
  for (int repeat = 0; repeat < repeats; ++repeat) {
    for (std::size_t i = 0; i < contenders.size(); ++i) {
      if (contenders[i]->can_hold(in_flight)) rates[i].push_back(rate(*contenders[i], in_flight, seconds));
    }
  }
  fmt::print("\n{} messages in flight\n", in_flight);
  const double ours = median(rates[0]);
  double best_ns3 = 0;
  for (std::size_t i = 0; i < contenders.size(); ++i) {
    if (rates[i].empty()) {
      fmt::print("  {:<28} not run: takes minutes to fill\n", contenders[i]->name());
      continue;
    }
    const double middle = median(rates[i]);
    const auto [low, high] = std::minmax_element(rates[i].begin(), rates[i].end());
    fmt::print("  {:<28} {:8.3f} M/s [{:.3f}..{:.3f}]   ours / this: {:6.2f}\n", contenders[i]->name(), middle / 1e6,
               *low / 1e6, *high / 1e6, ours / middle);
    if (contenders[i]->name().starts_with("ns-3")) best_ns3 = std::max(best_ns3, middle);
  }
  if (best_ns3 > 0) fmt::print("  ours / best ns-3: {:.2f}\n", ours / best_ns3);
}

int run(int repeats, double seconds) {
  Contenders contenders = own_contenders();
  for (auto& one : ns3_contenders()) contenders.push_back(std::move(one));
  fmt::print("million deliveries per second, medians of {} interleaved runs of {} s\n", repeats, seconds);
  if (contenders.size() == own_contenders().size()) fmt::print("built without ns-3 (Debian: libns3-dev)\n");
  for (const std::uint32_t in_flight : {World::nodes, 10'000U, 1'000'000U}) {
    compare(contenders, in_flight, repeats, seconds);
  }
  return 0;
}

}  // namespace
}  // namespace bsn

int main(int argc, char** argv) {
  const int repeats = argc > 1 ? std::atoi(argv[1]) : 5;
  const double seconds = argc > 2 ? std::atof(argv[2]) : 0.5;
  if (repeats < 1 || seconds <= 0) {
    fmt::print(stderr, "usage: event_queue_bench [REPEATS [SECONDS_PER_RUN]]\n");
    return 2;
  }
  return bsn::run(repeats, seconds);
}
