#include "tests/node/city_network.h"

#include <algorithm>

#include "core/check.h"

namespace bsn {
namespace {

// Events at one instant; more is nodes that keep each other busy without time passing.
constexpr int events_at_once_max = 100'000;

constexpr Duration delay = milliseconds(10);  // of every message, at least

bool hosts(const ChainSpec& chain, CityIndex city) {
  const auto in = [&](const auto& list) { return std::count(list.begin(), list.end(), city) > 0; };
  return in(chain.validators) || in(chain.followers);
}

}  // namespace

CityNetwork::CityNetwork(std::vector<CitySpec> cities, std::vector<ChainSpec> chains, MakeEngine make)
    : cities_(std::move(cities)), chains_(std::move(chains)), make_(std::move(make)), nodes_(cities_.size()) {
  for (std::uint32_t city = 0; city < nodes_.size(); ++city) restart(city);
}

void CityNetwork::weather(Duration jitter, double loss, std::uint64_t seed) {
  jitter_ = jitter;
  loss_ = loss;
  random_ = Random(seed).fork("weather");
}

CallId CityNetwork::call(std::uint32_t city, const Call& call, Duration within) {
  const CallId id{++next_call_};
  if (call.operation == Operation::submit && call.level == Level::final_) final_.insert(id);
  step(city, CallArrived{id, call, now_, now_ + within});
  return id;
}

void CityNetwork::cancel(std::uint32_t city, CallId id) {
  cancelled_.insert(id);
  step(city, CallCancelled{id});
}

void CityNetwork::advance(Duration span) {
  const Instant until = now_ + span;
  for (int at_once = 0; at_once < events_at_once_max;) {
    const auto timer = next_timer();
    const bool flight_first = !flights_.empty() && (!timer || flights_.begin()->first.first <= timer->first);
    if (!flight_first && !timer) break;
    const Instant next = flight_first ? flights_.begin()->first.first : timer->first;
    if (next > until) break;
    at_once = next > now_ ? 0 : at_once + 1;
    if (at_once == events_at_once_max) violations_.push_back("time does not advance any more");
    now_ = std::max(now_, next);
    if (flight_first) {
      const Flight flight = flights_.extract(flights_.begin()).mapped();
      step(flight.to, flight.envelope);
    } else {
      std::vector<CityNodeOutput> outputs;
      nodes_[timer->second].machine->advance_to(now_, outputs);
      happen(timer->second, outputs);
    }
  }
  now_ = until;
}

bool CityNetwork::await(CallId id, Duration within) {
  for (const Instant end = now_ + within; now_ < end && answer(id) == nullptr;) advance(milliseconds(10));
  return answer(id) != nullptr;
}

void CityNetwork::crash(std::uint32_t city) {
  nodes_[city].machine.reset();
  nodes_[city].outputs_left.reset();
}

void CityNetwork::restart(std::uint32_t city) {
  nodes_[city].outputs_left.reset();
  if (!up(city)) nodes_[city].machine = std::make_unique<CityNode>(spec_of(city), nodes_[city].disk, now_, make_);
}

void CityNetwork::reassign(std::vector<ChainSpec> chains, std::set<std::uint32_t> joiners, ChainIndex joined) {
  chains_ = std::move(chains);
  ++revision_;
  for (const std::uint32_t city : joiners) joins_[city].insert(joined);
  for (std::uint32_t city = 0; city < nodes_.size(); ++city) {
    if (up(city)) step(city, NodeAssigned{std::make_shared<const NodeSpec>(spec_of(city))});
  }
}

NodeSpec CityNetwork::spec_of(std::uint32_t city) const {
  NodeSpec spec;
  spec.revision = revision_;
  spec.self = CityIndex{city};
  spec.cities = cities_;
  for (const ChainSpec& chain : chains_) {
    if (hosts(chain, spec.self)) spec.chains.push_back(chain);
  }
  if (const auto joins = joins_.find(city); joins != joins_.end()) {
    spec.joins.assign(joins->second.begin(), joins->second.end());
  }
  return spec;
}

void CityNetwork::inject(std::uint32_t from, std::uint32_t to, ChainIndex chain, const PeerMessage& message) {
  step(to, PeerEnvelope{chain, CityIndex{from}, share(message)});
}

const Reply* CityNetwork::answer(CallId id) const {
  const auto found = answers_.find(id);
  return found == answers_.end() ? nullptr : &found->second;
}

void CityNetwork::step(std::uint32_t city, const CityNodeInput& input) {
  if (!up(city)) return;
  std::vector<CityNodeOutput> outputs;
  nodes_[city].machine->step(now_, input, outputs);
  happen(city, outputs);
}

void CityNetwork::happen(std::uint32_t city, const std::vector<CityNodeOutput>& outputs) {
  for (const CityNodeOutput& output : outputs) {
    if (auto& left = nodes_[city].outputs_left; left && (*left)-- == 0) return crash(city);
    std::visit([&](const auto& one) { happen(city, output.chain, one); }, output.what);
  }
}

void CityNetwork::happen(std::uint32_t city, ChainIndex chain, const SendToPeer& output) {
  fly(city, output.to.value, chain, *output.message);
}

void CityNetwork::happen(std::uint32_t city, ChainIndex chain, const Persist& output) {
  DurableState& disk = nodes_[city].disk[chain];
  if (const auto* undo = std::get_if<BlocksUndone>(&output.write)) {
    auto& undone = nodes_[city].undone;
    undone.insert(undone.end(), disk.blocks.begin() + static_cast<std::ptrdiff_t>(undo->keep), disk.blocks.end());
  }
  const Height was_final = disk.final_height;
  apply(output.write, disk);
  for (Height height = was_final + 1; height <= disk.final_height; ++height) {
    judge_stored(chain, *disk.blocks[height - 1]);
  }
  const auto* write = std::get_if<BlockWrite>(&output.write);
  if (write != nullptr && !grows_a_tree(chains_[chain.value].engine)) judge_stored(chain, *write->block);
}

void CityNetwork::judge_stored(ChainIndex chain, const Block& block) {
  const auto [at, fresh] = stored_.try_emplace({chain, block.header.height}, block.hash);
  if (!fresh && at->second != block.hash) {
    violations_.push_back("two blocks at height " + std::to_string(block.header.height));
  }
}

void CityNetwork::happen(std::uint32_t city, ChainIndex chain, const SendStoredBlocks& output) {
  const auto& stored = disk(city, chain).blocks;
  Blocks message;
  message.tip = output.tip;
  for (Height height = output.from; height <= stored.size() && height < output.from + output.max_blocks; ++height) {
    message.blocks.push_back(stored[height - 1]);
  }
  fly(city, output.to.value, chain, message);
}

void CityNetwork::happen(std::uint32_t city, ChainIndex chain, const Answer& output) {
  const std::string who = "call " + std::to_string(output.id.value) + " at " + std::to_string(city);
  const bool ok = output.reply.status == Status::ok && grows_a_tree(chains_[chain.value].engine);
  if (ok && final_.contains(output.id) && output.reply.height > disk(city, chain).final_height) {
    violations_.push_back(who + " was answered before its block was final");
  }
  if (!answers_.emplace(output.id, output.reply).second) violations_.push_back(who + " was answered twice");
  if (cancelled_.contains(output.id)) violations_.push_back(who + " was answered after its caller had gone");
}

void CityNetwork::happen(std::uint32_t, ChainIndex, const Observed&) {}

void CityNetwork::fly(std::uint32_t from, std::uint32_t to, ChainIndex chain, const PeerMessage& message) {
  std::optional<PeerMessage> sent = message;
  if (tamper_) sent = tamper_(CityIndex{from}, CityIndex{to}, message);
  if (!sent || random_.chance(loss_)) return;
  ++nodes_[from].sent;
  const Instant due = now_ + delay + random_.between({}, jitter_);
  flights_.emplace(std::pair{due, sequence_++}, Flight{to, {chain, CityIndex{from}, share(std::move(*sent))}});
}

std::optional<std::pair<Instant, std::uint32_t>> CityNetwork::next_timer() const {
  std::optional<std::pair<Instant, std::uint32_t>> first;
  for (std::uint32_t city = 0; city < nodes_.size(); ++city) {
    if (!up(city)) continue;
    const auto wakeup = node(city).next_wakeup();
    if (wakeup && (!first || *wakeup < first->first)) first = {*wakeup, city};
  }
  return first;
}

ChainSpec test_chain(std::uint32_t validators, std::uint32_t followers, const EngineParameters& engine,
                     const std::string& name) {
  ChainSpec spec;
  spec.name = {"test", name};
  spec.engine = engine;
  for (std::uint32_t i = 0; i < 20; ++i) spec.genesis.push_back({"account-" + std::to_string(i), 1000});
  for (std::uint32_t i = 0; i < validators; ++i) spec.validators.push_back({i});
  for (std::uint32_t i = 0; i < followers; ++i) spec.followers.push_back({validators + i});
  return spec;
}

std::vector<CitySpec> test_cities(std::uint32_t count) {
  std::vector<CitySpec> cities(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    cities[i].index = {i};
    cities[i].name = "city-" + std::to_string(i);
  }
  return cities;
}

Call test_submit(const std::string& key, const std::string& contract, const std::string& function, Arguments args,
                 Level level) {
  return {Operation::submit, "demo", {"test", "a"}, contract, function, std::move(args), key, level};
}

Call test_query(const std::string& contract, const std::string& function, Arguments args, Level level) {
  return {Operation::query, "demo", {"test", "a"}, contract, function, std::move(args), "", level};
}

}  // namespace bsn
