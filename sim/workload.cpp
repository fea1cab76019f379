#include "sim/workload.h"

#include <algorithm>

#include "core/check.h"

namespace bsn {
namespace {

std::uint32_t accounts_of(const Topology& topology, const std::string& network) {
  for (const Network& one : topology.networks) {
    if (one.id == network) return one.genesis_accounts;
  }
  return 0;
}

const std::string& project_of(const Scenario& scenario) {
  if (!scenario.project.empty() || scenario.topology.projects.empty()) return scenario.project;
  return scenario.topology.projects.front().id;
}

// Where chance comes from in this round: the same whatever the other rounds do.
Random round_random(const Scenario& scenario, std::uint32_t number) {
  return Random(scenario.seed).fork("workload").fork("round-" + std::to_string(number));
}

CityIndex city_index(const Topology& topology, const std::string& id) {
  const auto city = find_city(topology, id);
  BSN_CHECK(city.has_value(), "the scenario was checked: city " + id + " exists");
  return *city;
}

}  // namespace

Workload::Workload(const Scenario& scenario, std::uint32_t number, Instant start)
    : start_(start),
      end_(start + scenario.rounds.at(number).duration),
      mix_random_(round_random(scenario, number).fork("mix")),
      origin_random_(round_random(scenario, number).fork("origins")),
      argument_random_(round_random(scenario, number).fork("arguments")),
      arrivals_(scenario.rounds[number].rate, scenario.rounds[number].duration,
                round_random(scenario, number).fork("arrivals")),
      in_turn_(scenario.rounds[number].in_turn),
      key_prefix_(std::to_string(scenario.seed) + "-" + std::to_string(number) + "-") {
  const Round& round = scenario.rounds[number];
  const Topology& topology = scenario.topology;
  BSN_CHECK(!round.mix.empty(), "the scenario was checked: a round has a mix");
  for (const MixEntry& entry : round.mix) {
    templates_.emplace_back(entry, accounts_of(topology, entry.chain.network), project_of(scenario));
    weight_until_.push_back((weight_until_.empty() ? 0 : weight_until_.back()) + entry.weight);
  }
  for (const std::string& id : round.origins) origins_.push_back(city_index(topology, id));
  if (origins_.empty()) origins_.push_back(city_index(topology, topology.gateway_city));
}

void Workload::advance_to(Instant now, std::vector<DueCall>& due) {
  for (auto next = next_wakeup(); next && *next <= now; next = next_wakeup()) {
    due.push_back(make_call(*next));
    arrivals_.take();
  }
}

std::optional<Instant> Workload::next_wakeup() const {
  if (!arrivals_.next()) return std::nullopt;
  return start_ + *arrivals_.next();
}

std::uint64_t Workload::offered() const { return arrivals_.offered(); }

DueCall Workload::make_call(Instant intended) {
  DueCall due;
  due.sequence = sequence_++;
  due.mix_entry = in_turn_ ? static_cast<std::uint32_t>(due.sequence % templates_.size()) : draw_mix_entry();
  due.intended = intended;
  due.origin = origins_[origin_random_.below(origins_.size())];
  due.call = templates_[due.mix_entry].make(due.sequence, argument_random_);
  if (due.call.operation == Operation::submit) due.call.idempotency_key = key_prefix_ + std::to_string(due.sequence);
  return due;
}

std::uint32_t Workload::draw_mix_entry() {
  const double drawn = mix_random_.unit() * weight_until_.back();
  const auto found = std::upper_bound(weight_until_.begin(), weight_until_.end() - 1, drawn);
  return static_cast<std::uint32_t>(found - weight_until_.begin());
}

}  // namespace bsn
