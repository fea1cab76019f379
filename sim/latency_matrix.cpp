#include "sim/latency_matrix.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace bsn {
namespace {

MixEntry read_of(const Chain& chain) {
  MixEntry entry;
  entry.chain = chain.name;
  entry.operation = Operation::query;
  entry.contract = "kv";
  entry.function = "get";
  entry.args = {"{key 100}"};
  entry.level = Level::local;
  return entry;
}

// Whether a city of BSN that takes calls has a copy of it.
bool is_served(const Topology& topology, const Chain& chain) {
  const auto serves = [&](const std::string& id) {
    const auto city = find_city(topology, id);
    return city && topology.cities[city->value].state == CityState::connected;
  };
  return std::any_of(chain.validators.begin(), chain.validators.end(), serves) ||
         std::any_of(chain.followers.begin(), chain.followers.end(), serves);
}

}  // namespace

Scenario matrix_scenario(const Topology& topology, std::uint32_t reads) {
  Scenario scenario;
  scenario.name = "latency-matrix";
  scenario.description = "Local reads of every chain from every city.";
  scenario.topology = topology;
  scenario.project = topology.projects.front().id;
  std::vector<MixEntry> mix;
  for (const Chain& chain : topology.chains) {
    if (is_served(topology, chain)) mix.push_back(read_of(chain));
  }
  constexpr double tps = 50;
  for (const City& city : topology.cities) {
    if (city.state != CityState::connected) continue;
    Round round;
    round.label = city.id;
    round.duration = nanoseconds(static_cast<std::int64_t>(1e9 / tps * static_cast<double>(reads * mix.size())));
    round.rate = FixedRate{tps};
    round.deadline = seconds(5);
    round.drain = seconds(5);
    round.origins = {city.id};
    round.mix = mix;
    round.in_turn = true;  // so that every cell has as many reads
    scenario.rounds.push_back(std::move(round));
  }
  return scenario;
}

std::vector<MatrixCell> matrix_cells(const Report& report) {
  std::vector<MatrixCell> cells;
  for (const RoundReport& round : report.rounds) {
    for (const MixReport& mix : round.mix) {
      MatrixCell cell{round.label, mix.network, mix.chain, mix.sent, mix.failed + mix.unfinished, 0, 0};
      if (mix.succeeded > 0) {
        cell.p50_ms = mix.latency.percentile(50).milliseconds();
        cell.p99_ms = mix.latency.percentile(99).milliseconds();
      }
      cells.push_back(std::move(cell));
    }
  }
  return cells;
}

std::vector<MatrixCell> worst_cells(std::vector<MatrixCell> cells, std::size_t most) {
  std::erase_if(cells, [](const MatrixCell& cell) { return cell.calls == cell.failed; });
  std::stable_sort(cells.begin(), cells.end(),
                   [](const MatrixCell& a, const MatrixCell& b) { return a.p50_ms > b.p50_ms; });
  if (cells.size() > most) cells.resize(most);
  return cells;
}

std::string matrix_csv(const std::vector<MatrixCell>& cells) {
  std::string text = "city,network,chain,calls,failed,p50_ms,p99_ms\n";
  for (const MatrixCell& cell : cells) {
    text += fmt::format("{},{},{},{},{},{:.3f},{:.3f}\n", cell.city, cell.network, cell.chain, cell.calls, cell.failed,
                        cell.p50_ms, cell.p99_ms);
  }
  return text;
}

std::string matrix_json(const Report& report, const std::vector<MatrixCell>& cells) {
  boost::json::array list;
  for (const MatrixCell& cell : cells) {
    list.push_back({{"city", cell.city},
                    {"network", cell.network},
                    {"chain", cell.chain},
                    {"calls", cell.calls},
                    {"failed", cell.failed},
                    {"p50_ms", cell.p50_ms},
                    {"p99_ms", cell.p99_ms}});
  }
  return boost::json::serialize(boost::json::object{{"format", "bsnsim-matrix"},
                                                    {"version", report_version},
                                                    {"mode", report.mode},
                                                    {"seed", report.seed},
                                                    {"cells", list}});
}

}  // namespace bsn
