#include "tests/dialogues/network_command.h"

#include <charconv>
#include <functional>
#include <map>
#include <stdexcept>

namespace bsn {
namespace {

using Setter = std::function<void(const std::string&)>;

Setter into(Duration& target) {
  return [&target](const std::string& word) { target = dialogue_duration(word); };
}

template <class Number>
Setter into(Number& target) {
  return [&target](const std::string& word) { target = dialogue_number(word); };
}

std::map<std::string, Setter> raft_settings(RaftParameters& raft) {
  return {{"heartbeat", into(raft.heartbeat)},
          {"election", into(raft.election_timeout)},
          {"batch", into(raft.batch_timeout)},
          {"inflight", into(raft.max_inflight_batches)},
          {"kept", into(raft.kept_entries)}};
}

std::map<std::string, Setter> bft_settings(BftParameters& bft) {
  const auto rotation = [&bft](const std::string& word) {
    if (word != "every-block" && word != "on-view-change") throw std::invalid_argument("unknown rotation: " + word);
    bft.rotation =
        word == "every-block" ? BftParameters::Rotation::every_block : BftParameters::Rotation::on_view_change;
  };
  return {{"rotation", rotation},
          {"interval", into(bft.interval)},
          {"empty", into(bft.empty_interval)},
          {"propose", into(bft.propose_timeout)},
          {"vote", into(bft.vote_timeout)},
          {"step", into(bft.timeout_step)},
          {"doubles", [&bft](const std::string& word) { bft.timeout_doubles = word == "yes"; }}};
}

std::map<std::string, Setter> settings(EngineNetworkOptions& options) {
  auto* raft = std::get_if<RaftParameters>(&options.parameters);
  auto all = raft ? raft_settings(*raft) : bft_settings(std::get<BftParameters>(options.parameters));
  all.insert({{"seed", into(options.seed)},
              {"delay", into(options.delay)},
              {"jitter", into(options.jitter)},
              {"transactions", into(options.block.max_transactions)},
              {"bytes", into(options.block.max_bytes)}});
  return all;
}

}  // namespace

EngineNetworkOptions read_network_command(const std::vector<std::string>& words) {
  if (words.size() < 3 || words.size() % 2 == 0) {
    throw std::invalid_argument("expected: network raft|bft VALIDATORS [SETTING VALUE] ...");
  }
  EngineNetworkOptions options;
  if (words[1] == "bft") {
    options.parameters = BftParameters{};
  } else if (words[1] != "raft") {
    throw std::invalid_argument("unknown family: " + words[1]);
  }
  options.validators = dialogue_number(words[2]);
  const auto known = settings(options);
  for (std::size_t i = 3; i < words.size(); i += 2) {
    const auto setting = known.find(words[i]);
    if (setting == known.end()) throw std::invalid_argument("unknown setting: " + words[i]);
    setting->second(words[i + 1]);
  }
  return options;
}

std::uint32_t dialogue_number(const std::string& word) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc{} || end != word.data() + word.size()) throw std::invalid_argument("not a number: " + word);
  return number;
}

Duration dialogue_duration(const std::string& word) {
  const auto duration = parse_duration(word);
  if (!duration) throw std::invalid_argument("not a duration: " + word);
  return *duration;
}

}  // namespace bsn
