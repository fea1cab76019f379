#include "sim/scenario_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "core/random.h"
#include "loop/temporary_folder.h"
#include "tests/fixtures/text_file.h"

namespace bsn {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

const std::vector<std::string> scenarios = {"first_light",        "routing_latency", "alliance_peak",
                                            "government_affairs", "node_failure",    "small"};

std::string scenario_path(const std::string& name) { return "configs/scenarios/" + name + ".yaml"; }

// A scenario on the small topology whose include works from anywhere.
std::string small_text() {
  const std::string topology = std::filesystem::absolute("configs/topologies/small.yaml").string();
  return with(text_of(scenario_path("small")), "../topologies/small.yaml", topology);
}
std::string small_topology_text() { return text_of("configs/topologies/small.yaml"); }

class ScenarioFile : public ::testing::Test {
 protected:
  // What is said about the small scenario with one place changed; "" when it is accepted.
  std::string finding(const std::string& from, const std::string& to) {
    const std::string text = with(small_text(), from, to);
    EXPECT_NE(text, "") << "the small scenario has no " << from;
    return said(load_scenario(write_text(files_ / "x.yaml", text)));
  }
  std::string topology_finding(const std::string& from, const std::string& to) {
    const std::string text = with(small_topology_text(), from, to);
    EXPECT_NE(text, "") << "the small topology has no " << from;
    return said(load_topology(write_text(files_ / "x.yaml", text)));
  }
  template <class T>
  static std::string said(const Result<T>& result) {
    if (result) return "";
    EXPECT_EQ(result.error().code, ErrorCode::invalid_configuration);
    return result.error().message;
  }
  // The line of the small scenario (topology) file in which this stands.
  static std::string line_of(const std::string& text, const std::string& what) {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(text.find(what));
    return ":" + std::to_string(1 + std::count(text.begin(), end, '\n')) + ":";
  }

  const TemporaryFolder files_;
};

// ---- parameters that can't work ----

TEST_F(ScenarioFile, RefusesAChainWithoutValidatorsAndNamesTheMend) {
  const std::string said = topology_finding("validators: [guangzhou, hangzhou, ningbo]", "validators: []");
  EXPECT_THAT(said, HasSubstr(line_of(small_topology_text(), "- name: fabric/supply-chain")));
  EXPECT_THAT(said, HasSubstr("chain 'fabric/supply-chain' has no validators; name at least one city"));
}

TEST_F(ScenarioFile, RefusesMoreFaultyValidatorsThanTheConsensusBears) {
  const std::string four = "validators: [beijing, guangzhou, hangzhou, ningbo]";
  EXPECT_EQ(topology_finding(four, four + "\n    tolerates: 1"), "");
  const std::string said = topology_finding(four, four + "\n    tolerates: 2");
  EXPECT_THAT(said, HasSubstr(":40:16: chains[1].tolerates: 2 faulty of 4 validators are too many for bft, which bears "
                              "fewer than a third, hence 1; lower it, or name 7 validators"));
  const std::string three = "validators: [guangzhou, hangzhou, ningbo]";
  EXPECT_EQ(topology_finding(three, three + "\n    tolerates: 1"), "");
  EXPECT_THAT(topology_finding(three, three + "\n    tolerates: 2"), HasSubstr("fewer than a half, hence 1"));
}

TEST_F(ScenarioFile, WarnsOfAnIntervalBelowTheSlowestRoundTripWithBothFiguresAndThePlace) {
  const std::string text = with(small_topology_text(), "interval: 200 ms, empty", "interval: 1 ms, empty");
  const std::string path = write_text(files_ / "x.yaml", text);
  Warnings said, none;
  ASSERT_TRUE(load_topology(path, &said));
  EXPECT_THAT(said,
              ElementsAre(HasSubstr(":25:23: networks[1].consensus.bft.interval: 1ms is below the slowest link's round "
                                    "trip of 70 ms; three phases can't keep up with it, blocks will come later; raise "
                                    "it, or choose validators nearer to each other (chain 'fisco-bcos/")));
  ASSERT_TRUE(load_topology("configs/topologies/small.yaml", &none));
  EXPECT_THAT(none, IsEmpty());
}

TEST_F(ScenarioFile, WarnsOfACommitteeThatBearsNoFault) {
  const std::string text = with(small_topology_text(), "validators: [beijing, guangzhou, hangzhou, ningbo]",
                                "validators: [beijing, guangzhou, hangzhou]");
  const std::string path = write_text(files_ / "x.yaml", text);
  Warnings said;
  ASSERT_TRUE(load_topology(path, &said));
  EXPECT_THAT(said, ElementsAre(HasSubstr("with fewer than 4 no faulty one is tolerated; name 4")));
}

TEST_F(ScenarioFile, RefusesZonesThatNobodyDescribedAndLatenciesToSomeOnly) {
  const std::string zones = "zones:\n  - {name: east, latency: [1 ms, 2 ms]}\n\n";
  EXPECT_THAT(topology_finding("chains:\n", zones + "chains:\n"), HasSubstr("names 2 zones of 1"));
  EXPECT_THAT(topology_finding("province: Beijing,", "province: Beijing, zone: east,"),
              HasSubstr("unknown zone 'east'; describe it under zones"));
}

// ---- routing ----

TEST_F(ScenarioFile, RefusesRoutingThatNamesWhatIsNotThereOrPinsWithoutCities) {
  const std::string gateway = "{city: beijing, max_calls: 5000}";
  const auto routing = [&](const std::string& text) {
    return topology_finding(gateway, "{city: beijing, routing: {" + text + "}}");
  };
  EXPECT_EQ(routing("policy: hedged, hedge_after: 5 ms"), "");
  EXPECT_EQ(routing("policy: pinned, cities: [hangzhou]"), "");
  EXPECT_EQ(routing("compare: 3, networks: [{id: fabric, compare: 2}]"), "");
  EXPECT_THAT(routing("compare: 1"), HasSubstr("gateway.routing.compare: one peer has nobody to be compared with"));
  EXPECT_THAT(routing("compare: 5"), HasSubstr("compare"));
  EXPECT_THAT(routing("compares: 2"), HasSubstr("compare"));
  EXPECT_THAT(routing("policy: pinned, cities: [hangzhou], compare: 2"),
              HasSubstr("2 peers are to agree and 1 cities are named"));
  EXPECT_THAT(routing("policy: pinned"), HasSubstr("gateway.routing.cities: pinned to no city; name those that may"));
  EXPECT_THAT(routing("cities: [hangzhou]"), HasSubstr("only the policy 'pinned' goes by cities; leave them out"));
  EXPECT_THAT(routing("policy: pinned, cities: [atlantis]"), HasSubstr("cities[0]: unknown city 'atlantis'"));
  EXPECT_THAT(routing("policy: best"), HasSubstr("nearest"));
  EXPECT_THAT(routing("networks: [{id: fabrik, policy: hedged}]"),
              HasSubstr("gateway.routing.networks[0].id: there is no network 'fabrik'"));
  EXPECT_THAT(routing("projects: [{id: nobody, policy: hedged}]"), HasSubstr("there is no project 'nobody'"));
  EXPECT_THAT(routing("networks: [{id: fabric}, {id: fabric}]"), HasSubstr("fabric"));
}

// ---- good files ----

TEST_F(ScenarioFile, EveryShippedScenarioLoads) {
  for (const std::string& name : scenarios) EXPECT_EQ(said(load_scenario(scenario_path(name))), "") << name;
}

TEST_F(ScenarioFile, ReadsWhatTheFileSays) {
  const Result<Scenario> scenario = load_scenario(scenario_path("small"));
  ASSERT_TRUE(scenario);
  EXPECT_EQ(scenario->name, "small");
  EXPECT_EQ(scenario->topology.name, "small");
  EXPECT_EQ(scenario->settle, seconds(5));
  ASSERT_EQ(scenario->rounds.size(), 1u);
  const Round& round = scenario->rounds[0];
  EXPECT_EQ(std::get<FixedRate>(round.rate).tps, 50);
  EXPECT_EQ(round.mix[0].weight, 3);
  EXPECT_EQ(to_string(round.mix[0].chain), "fabric/supply-chain");
  EXPECT_EQ(round.mix[0].level, Level::final_);
  EXPECT_EQ(round.mix[0].args[2], "{amount 1 10}");
  EXPECT_EQ(std::get<RaftParameters>(scenario->topology.networks[0].engine).heartbeat, milliseconds(100));
  EXPECT_EQ(scenario->topology.cities[5].place.region, Region::overseas);
}

TEST_F(ScenarioFile, ReadsEveryRateAndFault) {
  const Result<Scenario> peak = load_scenario(scenario_path("alliance_peak"));
  ASSERT_TRUE(peak);
  EXPECT_EQ(std::get<StagedRate>(peak->rounds[0].rate).stages.at(1).tps, 400);
  EXPECT_EQ(peak->rounds[0].thresholds.at(0).metric, "failed_share");
  EXPECT_TRUE(peak->rounds[0].thresholds.at(0).at_most);
  const Result<Scenario> office = load_scenario(scenario_path("government_affairs"));
  ASSERT_TRUE(office);
  EXPECT_EQ(std::get<LinearRate>(office->rounds[0].rate).finishing_tps, 120);
  const Result<Scenario> failure = load_scenario(scenario_path("node_failure"));
  ASSERT_TRUE(failure);
  EXPECT_EQ(std::get<PoissonRate>(failure->rounds[0].rate).tps, 60);
  EXPECT_EQ(failure->faults.at(4).kind, FaultKind::partition);
  EXPECT_EQ(failure->faults.at(4).groups.at(0).at(2), "baoding");
}

TEST_F(ScenarioFile, GivesSlowChainsTimeToAnswer) {
  for (const std::string& name : scenarios) {
    const Result<Scenario> scenario = load_scenario(scenario_path(name));
    ASSERT_TRUE(scenario);
    for (const Round& round : scenario->rounds) EXPECT_GE(round.drain, round.deadline) << name << " " << round.label;
  }
}

TEST_F(ScenarioFile, TakesQuantitiesInAllTheirUnits) {
  EXPECT_EQ(finding("deadline: 5 s", "deadline: 0.1 min"), "");
  EXPECT_EQ(finding("deadline: 5 s", "deadline: \"5000ms\""), "");
  EXPECT_EQ(topology_finding("topology: small", "topology: small\nwan: {mainland_loss: 5 %, jitter_share: \"0.5%\"}"),
            "");
  EXPECT_EQ(topology_finding("kind: public\n", "kind: public\n    block: {max_bytes: 512 KiB}\n"), "");
}

TEST_F(ScenarioFile, TakesATopologyFromAScenarioFile) {
  const Result<Topology> topology = load_topology(scenario_path("small"));
  ASSERT_TRUE(topology);
  EXPECT_EQ(topology->cities.size(), 9u);
}

TEST_F(ScenarioFile, TellsScenariosFromTopologies) {
  EXPECT_TRUE(std::holds_alternative<Scenario>(*load_any(scenario_path("small"))));
  EXPECT_TRUE(std::holds_alternative<Topology>(*load_any("configs/topologies/small.yaml")));
}

TEST_F(ScenarioFile, FillsInTheFirstProjectAndTheNameOfTheFile) {
  const std::string text = with(with(small_text(), "project: demo\n", ""), "name: small\n", "");
  const Result<Scenario> scenario = load_scenario(write_text(files_ / "unnamed.yaml", text));
  ASSERT_TRUE(scenario);
  EXPECT_EQ(scenario->project, "demo");
  EXPECT_EQ(scenario->name, "unnamed");
}

// ---- dumps ----

TEST_F(ScenarioFile, DumpsLoadBackEqual) {
  for (const std::string& name : scenarios) {
    const Result<Scenario> scenario = load_scenario(scenario_path(name));
    ASSERT_TRUE(scenario);
    const std::string json = dump_json(*scenario);
    const Result<Scenario> from_json = load_scenario(write_text(files_ / "d.json", json));
    const Result<Scenario> from_brief = load_scenario(write_text(files_ / "b.yaml", dump_brief_yaml(*scenario)));
    ASSERT_TRUE(from_brief.ok()) << from_brief.error().message;
    EXPECT_EQ(dump_json(*from_brief), json);
    EXPECT_LT(dump_brief_yaml(*scenario).size(), dump_yaml(*scenario).size());
    const Result<Scenario> from_yaml = load_scenario(write_text(files_ / "d.yaml", dump_yaml(*scenario)));
    ASSERT_EQ(said(from_json), "") << name;
    ASSERT_EQ(said(from_yaml), "") << name;
    EXPECT_EQ(dump_json(*from_json), json);
    EXPECT_EQ(dump_json(*from_yaml), json);
  }
}

TEST_F(ScenarioFile, DumpsOfTopologiesLoadBackEqual) {
  for (const std::string name : {"bsn-2020", "small"}) {
    const Result<Topology> topology = load_topology("configs/topologies/" + name + ".yaml");
    ASSERT_EQ(said(topology), "");
    const std::string json = dump_json(*topology);
    EXPECT_EQ(dump_json(*load_topology(write_text(files_ / "d.json", json))), json);
    EXPECT_EQ(dump_json(*load_topology(write_text(files_ / "d.yaml", dump_yaml(*topology)))), json);
  }
}

TEST_F(ScenarioFile, DumpsKeepTextsThatLookLikeOtherThings) {
  Result<Scenario> scenario = load_scenario(scenario_path("small"));
  ASSERT_TRUE(scenario);
  for (const std::string text :
       {"",    "null",  "~",   "true", "12", " a ",        "a: b",      "# c",          "- d",
        "{e}", "\"f\"", "'g'", "*h",   "&i", "two\nlines", "tab\there", "\xe4\xb8\xad", "back\\slash",
        "%j",  "@k",    "!l",  "|m",   ">n"}) {
    scenario->description = text;
    const Result<Scenario> json = load_scenario(write_text(files_ / "d.json", dump_json(*scenario)));
    const Result<Scenario> yaml = load_scenario(write_text(files_ / "d.yaml", dump_yaml(*scenario)));
    ASSERT_EQ(said(json), "") << text;
    ASSERT_EQ(said(yaml), "") << text;
    EXPECT_EQ(json->description, text);
    EXPECT_EQ(yaml->description, text);
  }
}

TEST_F(ScenarioFile, DumpsNameEveryDefault) {
  const std::string json = dump_json(*load_scenario(scenario_path("small")));
  for (const char* key :
       {"\"durability\": \"fsync\"", "\"jitter_share\": 0.05", "\"max_inflight_batches\": 5",
        "\"forward_interval\": \"20ms\"", "\"max_bytes\": \"2 MiB\"", "\"rotation\": \"every-block\""}) {
    EXPECT_THAT(json, HasSubstr(key));
  }
}

// ---- bad files: each finding names place and mend ----

TEST_F(ScenarioFile, AnUnknownKeyNamesTheNearestKnownOne) {
  EXPECT_THAT(finding("{fixed-rate: {tps: 50}}", "{linear-rate: {startingTps: 5, finishing_tps: 9}}"),
              HasSubstr("unknown key 'startingTps' in rounds[0].rate.linear-rate; did you mean 'starting_tps'?"));
  const std::string said = finding("settle:", "setle:");
  EXPECT_EQ(said,
            (files_ / "x.yaml") + line_of(small_text(), "settle:") + "1: unknown key 'setle'; did you mean 'settle'?");
  EXPECT_THAT(finding("fixed-rate", "fixedRate"),
              HasSubstr("unknown key 'fixedRate' in rounds[0].rate; did you mean 'fixed-rate'?"));
}

TEST_F(ScenarioFile, AWrongOrMissingUnitNamesTheMend) {
  const std::string said = finding("deadline: 5 s", "deadline: 5");
  EXPECT_THAT(said, StartsWith((files_ / "x.yaml") + line_of(small_text(), "deadline:")));
  EXPECT_THAT(said, HasSubstr("rounds[0].deadline: '5' has no unit; write \"5 ms\" or \"5 s\""));
  EXPECT_THAT(finding("deadline: 5 s", "deadline: 5 parsec"),
              HasSubstr("'5 parsec' is not a time; write a number with ns, us"));
  EXPECT_THAT(finding("deadline: 5 s", "deadline: -5 s"), HasSubstr("'-5 s' is out of range; use 1ms to 86400s"));
  EXPECT_THAT(finding("tps: 50", "tps: 50 Mbit"), HasSubstr("'50 Mbit' is not a number; write it without a unit"));
  EXPECT_THAT(topology_finding("kind: public\n", "kind: public\n    block: {max_bytes: 2000000}\n"),
              HasSubstr("'2000000' has no unit; write a number with B, KiB, MiB or GiB"));
}

TEST_F(ScenarioFile, NegativeAndAbsurdRatesAreRefused) {
  for (const char* tps : {"-1", "1e300", "inf", "nan", "many", "[1]", "{}", "", "1000001"}) {
    EXPECT_THAT(finding("tps: 50", std::string("tps: ") + tps), HasSubstr("rounds[0].rate.fixed-rate.tps: ")) << tps;
  }
  EXPECT_THAT(finding("tps: 50", "tps: -1"), HasSubstr("'-1' is out of range; use from 0 to 1000000"));
}

TEST_F(ScenarioFile, ACityJoinsChainsThatThereAre) {
  EXPECT_THAT(topology_finding("state: building", "state: building, validates: [fabric/suply-chain]"),
              HasSubstr(".validates: unknown chain 'fabric/suply-chain'; did you mean 'fabric/supply-chain'?"));
  EXPECT_THAT(topology_finding("state: building", "state: building, follows: [supply-chain]"),
              HasSubstr(".follows: unknown chain 'supply-chain'; "));
  EXPECT_THAT(topology_finding("state: building", "state: building, follows: [fabric/supply-chain]"), IsEmpty());
}

TEST_F(ScenarioFile, AnUnknownProviderOrStateNamesTheKnownOnes) {
  EXPECT_THAT(topology_finding("state: building", "state: overseas"), HasSubstr("write `region: overseas`"));
  EXPECT_THAT(topology_finding("state: building", "state: buildin"),
              HasSubstr("unknown state 'buildin'; did you mean 'building'?"));
  EXPECT_THAT(topology_finding("provider: Baidu Cloud", "provider: Chinna Mobile"),
              HasSubstr("cities[0].provider: unknown provider 'Chinna Mobile'; did you mean 'China Mobile'?"));
  EXPECT_THAT(topology_finding("provider: Baidu Cloud", "provider: Amazon"),
              HasSubstr("known: China Mobile, China Telecom, China Unicom, Baidu Cloud, Microsoft Azure"));
}

TEST_F(ScenarioFile, ADuplicateCityNamesBothPlaces) {
  const std::string said = topology_finding("{id: hangzhou,", "{id: beijing,");
  EXPECT_THAT(said, HasSubstr(line_of(small_topology_text(), "{id: hangzhou,") +
                              "5: cities[2]: city 'beijing' stands already in cities[0]"));
}

TEST_F(ScenarioFile, ACallToANetworkNobodyHostsNamesItsLine) {
  const std::string said = finding("chain: irisnet/main", "chain: ethereum/main");
  EXPECT_THAT(said, HasSubstr(line_of(small_text(), "chain: irisnet/main")));
  EXPECT_THAT(said, HasSubstr("nobody hosts 'ethereum/main'"));
  EXPECT_THAT(finding("chain: irisnet/main", "chain: irisnet"), HasSubstr("write network/chain"));
}

TEST_F(ScenarioFile, AMissingKeyIsNamed) {
  EXPECT_THAT(finding("duration: 4 s", ""), HasSubstr("rounds[0]: the key 'duration' is missing; add it"));
  EXPECT_THAT(topology_finding(", provider: Baidu Cloud", ""), HasSubstr("cities[0]: the key 'provider' is missing"));
}

TEST_F(ScenarioFile, AWrongShapeIsNamed) {
  EXPECT_THAT(finding("origins: [beijing, guangzhou, hong-kong]", "origins: beijing"),
              HasSubstr("rounds[0].origins: must be a list"));
  EXPECT_THAT(finding("{fixed-rate: {tps: 50}}", "50"), HasSubstr("rounds[0].rate: must be a map of exactly one key"));
  EXPECT_THAT(finding("{fixed-rate: {tps: 50}}", "{}"), HasSubstr("known: fixed-rate, poisson, linear-rate, stages"));
  EXPECT_THAT(finding("name: small", "name: [small]"), HasSubstr("name: a list stands where a name belongs"));
  EXPECT_THAT(topology_finding("{city: beijing, max_calls: 5000}", "beijing"),
              HasSubstr("gateway: must be a map of keys"));
}

TEST_F(ScenarioFile, AWrongThresholdShowsAGoodOne) {
  const std::string after = "drain: 6 s\n    thresholds: ";
  EXPECT_EQ(finding("drain: 6 s", after + "[\"p99_ms <= 50\", \"goodput_tps>=10\"]"), "");
  EXPECT_THAT(finding("drain: 6 s", after + "[\"p98_ms <= 50\"]"),
              HasSubstr("unknown thresholds[0] 'p98_ms'; did you mean 'p99_ms'?"));
  for (const char* wrong : {"fast", "<", "<=", "p99_ms <", "p99_ms = 3", ">= 3", "p99_ms <= ", "p99_ms <= x", ""}) {
    EXPECT_THAT(finding("drain: 6 s", after + "[\"" + wrong + "\"]"), HasSubstr("rounds[0].thresholds[0]: ")) << wrong;
  }
}

TEST_F(ScenarioFile, ManyFindingsComeAtOnceButAtMostTwenty) {
  std::string text = "version: 1\nname: x\nrounds:\n";
  for (int n = 0; n < 30; ++n) text += "  - {lable: a" + std::to_string(n) + "}\n";
  const std::string all = said(load_scenario(write_text(files_ / "x.yaml", text)));
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 20);
  EXPECT_THAT(all, HasSubstr("... and "));
}

TEST_F(ScenarioFile, AMissingFileIsNamed) {
  EXPECT_EQ(said(load_scenario("configs/scenarios/gone.yaml")), "configs/scenarios/gone.yaml: there is no such file");
  EXPECT_EQ(said(load_topology("configs")), "configs: is a directory; name a file in it");
}

// ---- mutations: whatever stands in a file, the answer is a scenario or an error ----

std::string mutated(std::string text, Random& random) {
  static const std::string pieces[] = {"{",  "}",  "[",     "]",    ":", "\n", "  ",    "- ",   "&a ",
                                       "*a", "\"", "'",     "#",    "|", ">",  "!!x ",  "? ",   "%",
                                       "@",  "\t", "---\n", "<<: ", "~", "-1", "1e999", "\xff", "\xe4"};
  const std::uint64_t changes = 1 + random.below(4);
  for (std::uint64_t n = 0; n < changes && !text.empty(); ++n) {
    const std::size_t at = random.below(text.size());
    switch (random.below(4)) {
      case 0:
        text.erase(at, 1 + random.below(20));
        break;
      case 1:
        text.insert(at, pieces[random.below(std::size(pieces))]);
        break;
      case 2:
        text.insert(at, text.substr(random.below(text.size()), 1 + random.below(40)));
        break;
      default:
        text[at] = static_cast<char>(random.below(256));
    }
  }
  return text;
}

TEST_F(ScenarioFile, NeverFallsOverMutatedFiles) {
  Random random(20'201'010);
  const std::string scenario = small_text();
  const std::string topology = small_topology_text();
  int refused = 0;
  for (int n = 0; n < 1000; ++n) {
    const bool whole = n % 2 == 0;
    const std::string path = write_text(files_ / "m.yaml", mutated(whole ? scenario : topology, random));
    const std::string said_of_it = whole ? said(load_scenario(path)) : said(load_topology(path));
    if (!said_of_it.empty()) ++refused;
  }
  EXPECT_GT(refused, 300);
}

}  // namespace
}  // namespace bsn
