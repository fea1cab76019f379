#include "sim/invariant.h"

#include "core/check.h"

namespace bsn {

InvariantChecker::InvariantChecker(std::vector<ChainSpec> chains, const MakeAuditor& make_auditor)
    : make_auditor_(make_auditor) {
  learn(std::move(chains));
}

void InvariantChecker::learn(std::vector<ChainSpec> chains) {
  for (auto i = static_cast<std::uint32_t>(chains_.size()); i < chains.size(); ++i) {
    BSN_CHECK(chains[i].index.value == i, "chains come in the order of their index");
    index_of_[chains[i].name] = i;
    chains_.emplace_back(std::move(chains[i]), make_auditor_);
  }
}

void InvariantChecker::block_stored(ChainIndex chain, CityIndex peer, const BlockPtr& block, Instant now) {
  ChainJudge& judge = chains_.at(chain.value);
  const Height before = judge.known_height();
  judge.block_stored(peer, *block, verdicts_);
  const LedgerAuditor* auditor = judge.auditor();
  if (!packets_ || judge.known_height() == before || auditor == nullptr) return;
  const HeldValue held{[&](const ChainName& hub, const ChainName& other) { return auditor->escrow(hub, other); },
                       [&](const ChainName& hub, const ChainName& asset) { return auditor->vouchers(hub, asset); }};
  packets_->saw(now, judge.name(), *block, held);
}

void InvariantChecker::undone(ChainIndex chain, CityIndex peer, Height keep) {
  chains_.at(chain.value).undone(peer, keep, verdicts_.mono);
}

void InvariantChecker::final_seen(ChainIndex chain, CityIndex peer, Height height, const Digest& hash) {
  if (height > 0) seen_.push_back({chain, peer, height, hash});
}

void InvariantChecker::answered(const Call& call, const Reply& reply) {
  if (call.operation != Operation::submit || reply.status != Status::ok) return;
  const auto chain = index_of_.find(call.chain);
  if (chain != index_of_.end())
    return acknowledged_.add(chain->second, call, reply, chains_[chain->second].grows_a_tree(), verdicts_);
  verdicts_.dur.checked();
  verdicts_.dur.violated([&] { return "a write was acknowledged on unknown chain " + to_string(call.chain); });
}

void InvariantChecker::calls(std::uint64_t answered_once, std::uint64_t answered_wrongly) {
  verdicts_.answered.checked(answered_once + answered_wrongly);
  if (answered_wrongly == 0) return;
  verdicts_.answered.violated(
      [&] { return std::to_string(answered_wrongly) + " calls of a round were not answered exactly once"; },
      answered_wrongly);
}

bool InvariantChecker::broken() const {
  const Verdicts& v = verdicts_;
  return v.agr.broken() || v.mono.broken() || v.hash.broken() || v.xo.broken() || v.bank.broken() || v.dur.broken() ||
         v.answered.broken();
}

std::vector<InvariantReport> InvariantChecker::finish() {
  acknowledged_.judge(chains_, verdicts_.dur);
  for (const FinalSeen& seen : seen_) {
    chains_.at(seen.chain.value).was_final(seen.peer, seen.height, seen.hash, verdicts_.mono);
  }
  const Verdicts& v = verdicts_;
  std::vector<InvariantReport> all = {v.agr.report(),  v.mono.report(), v.hash.report(),    v.xo.report(),
                                      v.bank.report(), v.dur.report(),  v.answered.report()};
  if (packets_ && packets_->counts().sent > 0) {
    const std::vector<InvariantReport> more = packets_->reports();
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

}  // namespace bsn
