#include "tests/dialogues/network_command.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <stdexcept>
#include <variant>

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

using Settings = std::map<std::string, Setter>;

Settings settings_of(RaftParameters& raft) {
  return {{"heartbeat", into(raft.heartbeat)},
          {"election", into(raft.election_timeout)},
          {"batch", into(raft.batch_timeout)},
          {"inflight", into(raft.max_inflight_batches)},
          {"kept", into(raft.kept_entries)}};
}

Settings settings_of(BftParameters& bft) {
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

Settings settings_of(DposParameters& dpos) {
  const auto finality = [&dpos](const std::string& word) {
    const std::map<std::string, DposParameters::Finality> all = {
        {"last-irreversible", DposParameters::Finality::last_irreversible},
        {"chained-bft", DposParameters::Finality::chained_bft},
        {"confirmations", DposParameters::Finality::confirmations}};
    if (!all.contains(word)) throw std::invalid_argument("unknown finality: " + word);
    dpos.finality = all.at(word);
  };
  return {{"slot", into(dpos.slot)},
          {"producers", into(dpos.producers)},
          {"turn", into(dpos.turn_blocks)},
          {"handover", into(dpos.handover_pause)},
          {"term", into(dpos.term_pause)},
          {"finality", finality},
          {"confirmations", into(dpos.confirmations)},
          {"early", into(dpos.last_block_early)},
          {"degree", into(dpos.gossip_degree)}};
}

Settings settings_of(TezosParameters& tezos) {
  return {{"interval", into(tezos.block_interval)},
          {"priority", into(tezos.delay_per_priority)},
          {"missing", into(tezos.delay_per_missing_endorsement)},
          {"endorsers", into(tezos.endorsers)},
          {"initial", into(tezos.initial_endorsers)},
          {"confirmations", into(tezos.confirmations)}};
}

Settings settings_of(SolanaParameters& solana) {
  return {{"slot", into(solana.slot)},
          {"turn", into(solana.slots_per_leader)},
          {"tower", into(solana.tower_depth)},
          {"depth", into(solana.threshold_depth)}};
}

Settings settings_of(AlgorandParameters& algorand) {
  return {{"proposers", into(algorand.proposers)},
          {"soft", into(algorand.soft_committee)},
          {"certify", into(algorand.certify_committee)},
          {"filter", into(algorand.filter_timeout)},
          {"deadline", into(algorand.deadline_timeout)}};
}

Settings settings_of(PolkadotParameters& polkadot) {
  return {{"slot", into(polkadot.slot)},
          {"primary",
           [&polkadot](const std::string& word) {
             if (!word.ends_with('%')) throw std::invalid_argument("expected a share like 25%");
             polkadot.primary_probability = dialogue_number(word.substr(0, word.size() - 1)) / 100.0;
           }},
          {"gossip", into(polkadot.grandpa_gossip)}};
}

Settings settings_of(BityuanParameters& bityuan) {
  return {{"interval", into(bityuan.block_interval)},
          {"retarget", into(bityuan.retarget_blocks)},
          {"confirmations", into(bityuan.confirmations)}};
}

Settings settings_of(SlotParameters& slot) {
  Settings all = std::visit([](auto& policy) { return settings_of(policy); }, slot.policy);
  all.insert({"degree", into(slot.gossip_degree)});
  return all;
}

Settings settings_of(PowParameters& pow) {
  const auto adjustment = [&pow](const std::string& word) {
    if (word != "ethash" && word != "nc-max") throw std::invalid_argument("unknown adjustment: " + word);
    pow.adjustment = word == "ethash" ? PowParameters::Adjustment::ethash : PowParameters::Adjustment::nc_max;
  };
  return {{"adjustment", adjustment},
          {"interval", into(pow.interval)},
          {"confirmations", into(pow.confirmations)},
          {"uncles", into(pow.max_uncles)},
          {"depth", into(pow.uncle_depth)},
          {"epoch", into(pow.epoch_duration)},
          {"least", into(pow.epoch_blocks_min)},
          {"most", into(pow.epoch_blocks_max)},
          {"close", into(pow.proposal_window_close)},
          {"far", into(pow.proposal_window_far)},
          {"degree", into(pow.gossip_degree)}};
}

// "30,10,10": of validators 0, 1 and 2.
Setter into(std::vector<std::uint64_t>& stake) {
  return [&stake](const std::string& word) {
    for (std::size_t from = 0; from <= word.size();) {
      const std::size_t comma = std::min(word.find(',', from), word.size());
      stake.push_back(dialogue_number(word.substr(from, comma - from)));
      from = comma + 1;
    }
  };
}

Settings settings(EngineNetworkOptions& options) {
  Settings all = std::visit([](auto& family) { return settings_of(family); }, options.parameters);
  all.insert({{"seed", into(options.seed)},
              {"founders", into(options.founders)},
              {"delay", into(options.delay)},
              {"jitter", into(options.jitter)},
              {"observers", into(options.observers)},
              {"stake", into(options.stake)},
              {"transactions", into(options.block.max_transactions)},
              {"bytes", into(options.block.max_bytes)}});
  return all;
}

// A family, or a policy of the slot family.
EngineParameters family(const std::string& name) {
  static const std::map<std::string, SlotPolicy> policies = {{"tezos", TezosParameters{}},
                                                             {"solana", SolanaParameters{}},
                                                             {"algorand", AlgorandParameters{}},
                                                             {"polkadot", PolkadotParameters{}},
                                                             {"bityuan", BityuanParameters{}}};
  if (const auto policy = policies.find(name); policy != policies.end()) return SlotParameters{policy->second};
  const std::vector<EngineParameters> all = {RaftParameters{}, BftParameters{}, DposParameters{}, PowParameters{}};
  for (const EngineParameters& one : all) {
    if (family_name(one) == name) return one;
  }
  throw std::invalid_argument("unknown family: " + name);
}

}  // namespace

EngineNetworkOptions read_network_command(const std::vector<std::string>& words) {
  if (words.size() < 3 || words.size() % 2 == 0) {
    throw std::invalid_argument(
        "expected: network raft|bft|dpos|pow|tezos|solana|algorand|polkadot|bityuan VALIDATORS [SETTING VALUE] ...");
  }
  EngineNetworkOptions options;
  options.parameters = family(words[1]);
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
