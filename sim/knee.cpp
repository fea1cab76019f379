#include "sim/knee.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace bsn {
namespace {

// Which refusals name a resource. In the order in which a call meets them.
constexpr std::pair<const char*, const char*> resources[] = {
    {"/RATE_LIMITED", "the project's calls a second"},
    {"/QUOTA_SPENT", "the project's calls a day"},
    {"/GATEWAY_FULL", "calls under way in the gateway"},
    {"/OVERLOADED", "the gateway"},
    {"/MEMPOOL_FULL", "a mempool"},
    {"/NO_HEALTHY_PEER", "healthy peers"},
};

// The part of the split that took most, when no refusal says what gave out.
std::string slowest_part(const SplitSums& split) {
  const std::pair<Duration, const char*> parts[] = {{split.client, "the way between client and gateway"},
                                                    {split.sum.gateway_queue, "the queue in the gateway"},
                                                    {split.sum.wire + split.sum.back, "the links to city nodes"},
                                                    {split.sum.node_queue, "the queue of a city node"},
                                                    {split.sum.consensus, "consensus (block space and its pace)"}};
  return std::max_element(std::begin(parts), std::end(parts))->second;
}

std::string what_gave_out(const RoundReport& round) {
  std::uint64_t most = 0;
  std::string named;
  for (const auto& [reason, count] : round.failures) {
    for (const auto& [ending, resource] : resources) {
      if (!reason.ends_with(ending) || count <= most) continue;
      most = count;
      named = resource;
    }
  }
  return named.empty() ? slowest_part(round.split) : named;
}

// One seed's search.
class Search {
 public:
  Search(const KneeQuestion& question, std::uint64_t seed, const RunTrial& run, const OnTrial& told)
      : question_(question), seed_(seed), run_(run), told_(told) {}

  Result<Done> find(KneeAnswer& answer) {
    double next = question_.start_tps;
    for (std::uint32_t n = 0; n < question_.most_trials && !settled(); ++n) {
      const Result<Report> report = run_(next, seed_);
      if (!report) return report.error();
      KneeTrial trial = judge_trial(*report, question_, next);
      trial.seed = seed_;
      told_(trial);
      take(trial);
      answer.trials.push_back(std::move(trial));
      const std::optional<double> most = ceiling();
      next = holds_ == 0 ? next / 2 : !most ? next * 2 : (holds_ + *most) / 2;
      if (next < 0.01) break;
    }
    answer.highest.push_back(holds_);
    if (late_ && (!breaks_ || *late_ < *breaks_)) {
      answer.limit = "the load generator could not keep its schedule before the network gave out";
    }
    if (answer.limit.empty() && !settled()) answer.limit = "the trials ran out before a limit was found";
    return Done{};
  }

  const std::string& gave_out() const { return gave_out_; }

 private:
  // The lowest rate that is known not to hold, or at which the load generator gave out: between that and holds_ the
  // network's limit may still be found.
  std::optional<double> ceiling() const {
    if (!breaks_ || !late_) return breaks_ ? breaks_ : late_;
    return std::min(*breaks_, *late_);
  }

  bool settled() const { return holds_ > 0 && ceiling() && *ceiling() - holds_ <= question_.precision * holds_; }

  void take(const KneeTrial& trial) {
    if (!trial.kept_schedule) {
      late_ = std::min(late_.value_or(trial.tps), trial.tps);
    } else if (trial.holds) {
      holds_ = std::max(holds_, trial.tps);
    } else if (!breaks_ || trial.tps < *breaks_) {
      breaks_ = trial.tps;
      gave_out_ = trial.gave_out;
    }
  }

  const KneeQuestion& question_;
  std::uint64_t seed_;
  const RunTrial& run_;
  const OnTrial& told_;
  double holds_ = 0;
  std::optional<double> breaks_;
  std::string gave_out_;
  std::optional<double> late_;
};

std::string most_named(const std::map<std::string, int>& names) {
  const auto most =
      std::max_element(names.begin(), names.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == names.end() ? "" : most->first;
}

}  // namespace

Result<Scenario> knee_scenario(const Scenario& scenario, const std::string& network, double tps, Duration shortest) {
  for (const Round& round : scenario.rounds) {
    Scenario trial = scenario;
    trial.rounds = {round};
    Round& only = trial.rounds.front();
    if (!network.empty()) std::erase_if(only.mix, [&](const MixEntry& one) { return one.chain.network != network; });
    if (only.mix.empty()) continue;
    only.rate = PoissonRate{tps};
    only.duration = std::max(only.duration, shortest);
    only.thresholds.clear();
    trial.faults.clear();
    trial.services.clear();
    trial.service_events.clear();
    return trial;
  }
  return Error{ErrorCode::invalid_configuration,
               fmt::format("no round of {} calls the network '{}'", scenario.name, network)};
}

KneeTrial judge_trial(const Report& report, const KneeQuestion& question, double tps) {
  KneeTrial trial;
  trial.tps = tps;
  if (report.rounds.empty() || report.rounds[0].offered == 0) return trial;
  const RoundReport& round = report.rounds[0];
  trial.kept_schedule = round.dropped == 0 && round.lateness.p99 <= most_p99_lateness;
  trial.goodput_tps = round.goodput_tps;
  trial.loss = static_cast<double>(round.offered - round.succeeded) / static_cast<double>(round.offered);
  if (round.latency.count() > 0) {
    trial.p50_ms = round.latency.percentile(50).milliseconds();
    trial.p99_ms = round.latency.percentile(99).milliseconds();
  }
  trial.holds = trial.kept_schedule && trial.p99_ms <= question.most_p99_ms && trial.loss <= question.most_loss;
  if (!trial.holds) trial.gave_out = trial.kept_schedule ? what_gave_out(round) : "the load generator";
  return trial;
}

Result<KneeAnswer> find_knee(const KneeQuestion& question, const RunTrial& run, const OnTrial& told) {
  KneeAnswer answer;
  std::map<std::string, int> named;
  for (std::uint32_t i = 0; i < question.seeds; ++i) {
    Search search(question, question.first_seed + i, run, told);
    if (auto done = search.find(answer); !done) return done.error();
    if (!search.gave_out().empty()) ++named[search.gave_out()];
  }
  answer.gave_out = most_named(named);
  if (answer.limit.empty() && answer.highest.size() >= 2) answer.rate = estimate(answer.highest);
  return answer;
}

}  // namespace bsn
