#include "sim/seat_life.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace bsn {
namespace {

Error no(std::string why) { return {ErrorCode::invalid_configuration, std::move(why)}; }

struct Step {
  Topology topology;
  Chain* chain = nullptr;
};

Result<Step> step(const Topology& topology, const ChainName& name) {
  const auto index = find_chain(topology, name);
  if (!index) return no("there is no chain " + to_string(name));
  if (auto may = may_reseat(topology, topology.chains[index->value]); !may) return may.error();
  Step step{topology, nullptr};
  ++step.topology.revision;
  step.chain = &step.topology.chains[index->value];
  return step;
}

void begin(Chain& chain) {
  if (chain.seats.empty()) {
    chain.seats = chain.validators;
    chain.founders = static_cast<std::uint32_t>(chain.validators.size());
  }
  chain.reseating = true;
}

const Network* network_of(const Topology& topology, const Chain& chain) {
  const auto network = std::find_if(topology.networks.begin(), topology.networks.end(),
                                    [&](const Network& one) { return one.id == chain.name.network; });
  return network == topology.networks.end() ? nullptr : &*network;
}

}  // namespace

Result<Done> may_reseat(const Topology& topology, const Chain& chain) {
  const Network* network = network_of(topology, chain);
  if (network == nullptr) return no("there is no network " + chain.name.network);
  if (!grows_a_tree(network->engine)) return Done{};
  return no(
      fmt::format("the validators of {} can't change while it runs: its consensus ({}) keeps those of its start; "
                  "only Raft and BFT chains can",
                  to_string(chain.name), family_name(network->engine)));
}

bool needs_new_seat(const Topology& topology, const Chain& chain) {
  const Network* network = network_of(topology, chain);
  return network != nullptr && std::holds_alternative<RaftParameters>(network->engine);
}

std::vector<ValidatorIndex> wanted_voters(const Chain& chain) {
  std::vector<ValidatorIndex> voters;
  for (std::uint32_t seat = 0; seat < chain.seats.size(); ++seat) {
    const auto later = std::find(chain.seats.begin() + seat + 1, chain.seats.end(), chain.seats[seat]);
    if (later == chain.seats.end() && names(chain.validators, chain.seats[seat])) voters.push_back({seat});
  }
  return voters;
}

void give_seat(Chain& chain, const std::string& city) {
  begin(chain);
  chain.seats.push_back(city);
  chain.validators.push_back(city);
  std::erase(chain.followers, city);
  std::erase(chain.promoting, city);
}

void take_seat(Chain& chain, const std::string& city) {
  begin(chain);
  std::erase(chain.validators, city);
  chain.followers.push_back(city);
}

Result<Topology> promote(const Topology& topology, const ChainName& name, const std::string& city) {
  Result<Step> next = step(topology, name);
  if (!next) return next.error();
  Chain& chain = *next->chain;
  if (!names(chain.followers, city)) return no(fmt::format("{} does not follow {}", city, to_string(name)));
  if (chain.reseating) return no(fmt::format("the validators of {} are changing already", to_string(name)));
  if (std::max(chain.seats.size(), chain.validators.size()) >= most_validators) {
    return no(fmt::format("{} has had {} validators; there is no seat left", to_string(name), most_validators));
  }
  give_seat(chain, city);
  return std::move(next->topology);
}

Result<Topology> settle(const Topology& topology, const ChainName& name) {
  Result<Step> next = step(topology, name);
  if (!next) return next.error();
  if (!next->chain->reseating) return no(fmt::format("the validators of {} do not change", to_string(name)));
  next->chain->reseating = false;
  return std::move(next->topology);
}

Result<Topology> reseat(const Topology& topology, const ChainName& name, const std::string& city) {
  Result<Step> next = step(topology, name);
  if (!next) return next.error();
  Chain& chain = *next->chain;
  if (!names(chain.validators, city)) return no(fmt::format("{} is no validator of {}", city, to_string(name)));
  if (chain.validators.size() == 1) return no(fmt::format("{} is all that {} had", city, to_string(name)));
  take_seat(chain, city);
  chain.promoting.push_back(city);
  if (!names(chain.joined, city)) chain.joined.push_back(city);
  return std::move(next->topology);
}

bool seats_change(const Topology& topology) {
  return std::any_of(topology.chains.begin(), topology.chains.end(), [](const Chain& chain) {
    return chain.state == RouteState::open && (chain.reseating || !chain.promoting.empty());
  });
}

}  // namespace bsn
