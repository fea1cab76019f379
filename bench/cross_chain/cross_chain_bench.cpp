// How many transfers a second do sixteen chains and two hubs carry in virtual time, on one core, and does what they
// keep stay bounded?
//
//   cross_chain_bench [TRANSFERS [PER_TICK]]
//
// A ledger world of all sixteen networks and both hubs, every block executed, every proof and every signature checked,
// every final block judged; no consensus and no network. All 480 lanes in turn send one unit there, and, once the first
// have arrived, every other one home. Exits with 1, and says why, when an invariant is broken or not all is
// finished.
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "sim/ledger_world/sixteen_networks.h"

namespace bsn {
namespace {

double now_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double peak_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

double cpu_s() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

class Load {
 public:
  explicit Load(const LedgerWorldSpec& spec) : spec_(spec) {
    for (const auto& hub : spec_.hubs) {
      for (const auto& from : spec_.ends) {
        for (const auto& to : spec_.ends) {
          if (from.name != to.name) lanes_.push_back({&hub, &from.name, &to.name});
        }
      }
    }
  }

  std::size_t lanes() const { return lanes_.size(); }

  // The next transfer: every lane in its turn.
  void send(LedgerWorld& world) {
    const Lane& lane = lanes_[sent_ % lanes_.size()];
    const std::uint64_t round = sent_ / lanes_.size();
    const bool home = world.now() >= vouchers_by && round % 2 == 1;
    Call call = transfer_call(*lane.hub, *lane.from, *lane.to, home, 1, world.now());
    call.idempotency_key = std::to_string(sent_++);
    world.chain(*lane.from).submit(call);
  }

 private:
  static constexpr Instant vouchers_by{seconds(60).ns};  // longer than a packet takes to the slowest chain

  struct Lane {
    const LedgerWorldSpec::Hub* hub;
    const ChainName *from, *to;
  };
  const LedgerWorldSpec& spec_;
  std::vector<Lane> lanes_;
  std::uint64_t sent_ = 0;
};

// Why transfers were refused where they began, in the newest block of every chain.
void count_refusals(LedgerWorld& world, const LedgerWorldSpec& spec, std::map<std::string, std::uint64_t>& reasons) {
  for (const auto& end : spec.ends) {
    LedgerChain& chain = world.chain(end.name);
    const Block& block = *chain.block(chain.ledger().height());
    for (std::size_t i = 0; i < block.receipts.size(); ++i) {
      const bool refused = block.receipts[i].status != ReceiptStatus::ok;
      if (refused && block.transactions[i]->function == "transfer") ++reasons[block.receipts[i].value];
    }
  }
}

std::size_t keys_of_all(LedgerWorld& world, const LedgerWorldSpec& spec) {
  std::size_t sum = 0;
  for (const auto& end : spec.ends) sum += world.chain(end.name).ledger().state().size();
  for (const auto& hub : spec.hubs) sum += world.chain(hub.name).ledger().state().size();
  return sum;
}

int run(std::uint64_t transfers, std::uint64_t per_tick) {
  const LedgerWorldSpec spec = sixteen_networks();
  LedgerWorld world(spec);
  world.keep_blocks(false);
  world.add_relayer(world.relayer_spec("one"));
  Load load(spec);
  fmt::print("{} transfers over {} lanes, {} in each tick\n", transfers, load.lanes(), per_tick);
  const double begun = now_s(), cpu = cpu_s();
  std::map<std::string, std::uint64_t> refusals;
  std::uint64_t next_line = transfers / 10;
  for (std::uint64_t sent = 0; sent < transfers;) {
    for (std::uint64_t i = 0; i < per_tick && sent < transfers; ++i, ++sent) load.send(world);
    world.tick();
    count_refusals(world, spec, refusals);
    if (sent < next_line) continue;
    fmt::print("  {:>8} sent, {:>6} under way, {:>7} keys in all states, {:.0f} MiB, {:.1f} s\n", sent,
               world.judge().counts().under_way, keys_of_all(world, spec), peak_mib(), now_s() - begun);
    next_line += transfers / 10;
  }
  for (int i = 0; i < 100; ++i) world.tick();
  const bool settled = world.settle(1000);
  const double spent = now_s() - begun;
  const PacketCounts& counts = world.judge().counts();
  fmt::print(
      "{} finished in {:.1f} s (CPU {:.1f} s): {:.0f} transfers/s; {} failed, peak {:.0f} MiB, {} keys at the end\n",
      counts.finished, spent, cpu_s() - cpu, static_cast<double>(counts.finished) / spent, counts.failed, peak_mib(),
      keys_of_all(world, spec));
  for (const InvariantReport& report : world.judge().reports()) {
    fmt::print("  {:<6} checked {:>9}, violated {}\n", report.name, report.checked, report.violated);
  }
  const bool all = settled && counts.finished == transfers && counts.failed == 0 && !world.judge().broken();
  for (const auto& [why, count] : refusals) fmt::print("{} were refused where they began: {}\n", count, why);
  if (!all) fmt::print("not all was well: sent {}, refunded {}\n", counts.sent, counts.refunded);
  return all ? 0 : 1;
}

}  // namespace
}  // namespace bsn

int main(int argc, char** argv) {
  const long long transfers = argc > 1 ? std::atoll(argv[1]) : 1'000'000;
  const long long per_tick = argc > 2 ? std::atoll(argv[2]) : 2400;
  if (transfers < 10 || per_tick < 1) {
    fmt::print(stderr, "usage: cross_chain_bench [TRANSFERS [PER_TICK]]\n");
    return 2;
  }
  return bsn::run(static_cast<std::uint64_t>(transfers), static_cast<std::uint64_t>(per_tick));
}
