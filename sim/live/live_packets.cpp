#include "sim/live/live_packets.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <tuple>
#include <utility>

#include "loop/monotonic_clock.h"
#include "sim/cross_chain_report.h"
#include "sim/live/ended_peers.h"

namespace bsn {
namespace {

constexpr std::chrono::seconds look_interval{1};

struct Placed {
  const PeerBlocks* of = nullptr;
  const BlockPtr* block = nullptr;
};

std::vector<Placed> by_time(const std::vector<PeerBlocks>& all) {
  std::vector<Placed> placed;
  for (const PeerBlocks& one : all) {
    for (const BlockPtr& block : one.blocks) placed.push_back({&one, &block});
  }
  std::stable_sort(placed.begin(), placed.end(),
                   [](const Placed& a, const Placed& b) { return (*a.block)->header.time < (*b.block)->header.time; });
  return placed;
}

// Whoever reads chains one after the other may see an answer without its question: so each look counts anew.
std::uint64_t count_under_way(const std::vector<PeerBlocks>& all, const std::vector<ChainSpec>& chains,
                              const std::set<ChainName>& hubs) {
  CrossChainJudge judge(hubs);
  const auto nothing = [](const ChainName&, const ChainName&) { return std::uint64_t{0}; };
  for (const Placed& one : by_time(all)) {
    judge.saw((*one.block)->header.time, chains[one.of->chain.value].name, **one.block, {nothing, nothing});
  }
  return judge.counts().under_way;
}

bool of_a_packet(const Transaction& call) { return call.contract == "xchain" || call.contract == "hub"; }

}  // namespace

Result<std::vector<PeerBlocks>> LivePackets::read() {
  std::vector<PeerBlocks> all;
  for (const ChainSpec& chain : chain_specs(cluster_.topology())) {
    const std::vector<CityIndex> peers = present_peers(cluster_.topology(), chain);
    if (peers.empty()) continue;
    auto blocks = cluster_.blocks(peers.front(), chain);
    if (!blocks) return blocks.error();
    all.push_back({chain.index, peers.front(), std::move(*blocks)});
  }
  return all;
}

Result<Done> LivePackets::wait(Duration limit, const std::atomic<bool>* stop,
                               const std::function<void(std::uint64_t under_way)>& progress) {
  const Instant deadline = monotonic_now() + limit;
  const std::vector<ChainSpec> chains = chain_specs(cluster_.topology());
  const std::set<ChainName> hubs = acknowledging_hubs(cluster_.topology());
  std::mutex mutex;
  std::condition_variable never;
  while (stop == nullptr || !*stop) {
    const auto blocks = read();
    if (!blocks) return blocks.error();
    const std::uint64_t under_way = count_under_way(*blocks, chains, hubs);
    if (under_way == 0 || monotonic_now() >= deadline) break;
    progress(under_way);
    std::unique_lock lock(mutex);
    never.wait_for(lock, look_interval);
  }
  return Done{};
}

Result<std::vector<PeerBlocks>> LivePackets::judge(InvariantChecker& checker, NetworkTally& tally) {
  auto all = read();
  if (!all) return all.error();
  for (const Placed& one : by_time(*all)) {
    checker.block_stored(one.of->chain, one.of->peer, *one.block, (*one.block)->header.time);
    tally.block(one.of->chain, *one.block);
  }
  return all;
}

void count_relayed(const std::vector<PeerBlocks>& blocks, CrossChainReport& report) {
  for (const PeerBlocks& one : blocks) {
    for (const BlockPtr& block : one.blocks) {
      for (std::size_t i = 0; i < block->transactions.size(); ++i) {
        const Transaction& call = *block->transactions[i];
        if (!of_a_packet(call) || call.function == "transfer" || call.function == "call") continue;
        const bool done = block->receipts[i].status == ReceiptStatus::ok;
        ++(!done ? report.refused : call.function == "update" ? report.headers : report.delivered);
      }
    }
  }
}

}  // namespace bsn
