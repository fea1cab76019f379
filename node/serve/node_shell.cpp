#include "node/serve/node_shell.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <future>
#include <utility>

#include "proto/codec.h"
#include "rpc/process.h"

namespace bsn {
namespace {

constexpr std::size_t inbox_bound = 65'536;

// What goes into one Blocks message at most, behind the first block: well below gRPC's message limit.
constexpr std::size_t most_block_bytes = 8 << 20;

std::unique_ptr<const TracedCall> traced(const ArrivingCall& arriving) {
  if (!arriving.trace.there() || !arriving.trace.sampled) return nullptr;
  const Call& call = arriving.call;
  return std::make_unique<const TracedCall>(
      TracedCall{arriving.trace, fmt::format("{} {} {}", to_string(call.chain), call.contract, call.function)});
}

}  // namespace

Result<std::unique_ptr<NodeShell>> NodeShell::open(const NodeSpec& spec, const std::string& folder, h2::Loop& loop) {
  auto store = Store::open(folder, spec.durability);
  if (!store) return store.error();
  if (auto done = (*store)->keep_only(spec.chains); !done) return done.error();
  std::map<ChainIndex, DurableState> durable;
  for (const ChainSpec& chain : spec.chains) {
    auto state = (*store)->load(chain.index, chain.name);
    if (!state) return state.error();
    durable.emplace(chain.index, std::move(*state));
  }
  std::map<ChainIndex, Height> heights;
  for (const ChainSpec& chain : spec.chains) {
    const DurableState& state = durable.at(chain.index);
    heights[chain.index] = grows_a_tree(chain.engine) ? state.final_height : state.blocks.size();
  }
  std::unique_ptr<NodeShell> shell(new NodeShell(spec, std::move(*store), std::move(durable), loop));
  for (const auto& [chain, height] : heights) shell->feed_.grow(chain, height);
  return shell;
}

NodeShell::NodeShell(NodeSpec spec, std::unique_ptr<Store> store, std::map<ChainIndex, DurableState> durable,
                     h2::Loop& loop)
    : spec_(std::make_shared<const NodeSpec>(std::move(spec))),
      store_(std::move(store)),
      machine_(*spec_, std::move(durable), monotonic_now()),
      loop_(loop),
      links_(loop, *spec_, gate_, [this] { machine_loop_.call([](Instant, CityNode&) {}); }),
      machine_loop_(machine_, *this, loop, inbox_bound) {
  machine_loop_.call([](Instant, CityNode&) {});  // the first turn, in which the machine begins
}

std::shared_ptr<const NodeSpec> NodeShell::spec() const {
  const std::lock_guard lock(mutex_);
  return spec_;
}

bool NodeShell::serves() const {
  const auto now = spec();
  const auto self = std::find_if(now->cities.begin(), now->cities.end(),
                                 [&](const CitySpec& city) { return city.index == now->self; });
  return hosts_peers(self->state);
}

// The links come first: the machine may have something to say to cities that are new.
void NodeShell::assign(const NodeSpec& next) {
  const auto spec = std::make_shared<const NodeSpec>(next);
  {
    const std::lock_guard lock(mutex_);
    spec_ = spec;
  }
  machine_loop_.call([this, spec](Instant, CityNode&) { links_.assign(*spec); });
  static_cast<void>(
      machine_loop_.post_always(NodeAssigned{spec}));  // false: stopping; it comes back with the stored one
  machine_loop_.settle();
}

std::vector<std::optional<CallId>> NodeShell::submit(std::vector<ArrivingCall> calls) {
  std::vector<std::optional<CallId>> ids;
  std::vector<CityNodeInput> inputs;
  std::vector<std::size_t> places;  // of the inputs among the calls
  for (ArrivingCall& arriving : calls) {
    std::optional<CallId> id;
    if (const auto wrong = validate(arriving.call)) {
      refuse(arriving, refusal(Status::invalid_argument, Reason::malformed, *wrong));
    } else if (id = awaited_calls_.add({arriving.sink, arriving.tag, arriving.received, traced(arriving)}); id) {
      inputs.push_back(CallArrived{*id, std::move(arriving.call), arriving.received, arriving.deadline});
      places.push_back(ids.size());
    } else {
      refuse(arriving, awaited_calls_.turned_away());
    }
    ids.push_back(id);
  }
  const std::size_t accepted = machine_loop_.post_all(std::move(inputs));
  for (std::size_t i = accepted; i < places.size(); ++i) {
    auto& id = ids[places[i]];
    if (!awaited_calls_.take(*id)) continue;  // stop() was quicker and refused it
    refuse(calls[places[i]], overloaded("the city node's inbox is full"));
    id.reset();
  }
  return ids;
}

void NodeShell::refuse(const ArrivingCall& call, const Reply& reply) const {
  call.sink->answer(call.tag, reply, call.received);
}

void NodeShell::cancel(CallId id) {
  if (awaited_calls_.take(id)) machine_loop_.post(CallCancelled{id});
}

void NodeShell::deliver(std::vector<PeerEnvelope> envelopes) {
  std::vector<CityNodeInput> inputs;
  for (PeerEnvelope& envelope : envelopes) {
    if (gate_.is_open(envelope.from)) inputs.push_back(std::move(envelope));
  }
  machine_loop_.post_all(std::move(inputs));
}

bool NodeShell::look(std::function<void(const CityNode&)> look) const {
  return machine_loop_.call([look = std::move(look)](Instant, CityNode& machine) { look(machine); });
}

namespace {

template <class Wanted>
std::shared_ptr<const ChainSpec> find_in(const std::shared_ptr<const NodeSpec>& spec, const Wanted& wanted) {
  const auto found = std::find_if(spec->chains.begin(), spec->chains.end(), wanted);
  if (found == spec->chains.end()) return nullptr;
  return {spec, &*found};
}

}  // namespace

std::shared_ptr<const ChainSpec> NodeShell::find_chain(const ChainName& name) const {
  return find_in(spec(), [&](const ChainSpec& chain) { return chain.name == name; });
}

std::shared_ptr<const ChainSpec> NodeShell::find_chain(ChainIndex index) const {
  return find_in(spec(), [&](const ChainSpec& chain) { return chain.index == index; });
}

bool NodeShell::knows(CityIndex city) const {
  const auto now = spec();
  return std::any_of(now->cities.begin(), now->cities.end(), [&](const CitySpec& one) { return one.index == city; });
}

void NodeShell::freeze(Duration limit) {
  loop_.post([this, until = monotonic_now() + limit] { machine_loop_.freeze(until); });
}

void NodeShell::resume() { freeze(Duration{}); }

void NodeShell::gate(std::set<CityIndex> closed) {
  gate_.close(std::move(closed));
  machine_loop_.call([this](Instant, CityNode&) { links_.gate_changed(); });
}

void NodeShell::stop(Duration patience) {
  if (stopped_.exchange(true)) return;
  awaited_calls_.close();
  resume();
  awaited_calls_.wait_until_none(patience);
  machine_loop_.stop();
  std::promise<void> ended;
  loop_.post([this, &ended] {
    for (const AwaitedCall& call : awaited_calls_.take_all()) {
      call.sink->answer(call.tag, refusal(Status::unavailable, Reason::stopping, "the city node is stopping"),
                        call.received);
      call.sink->flush();
    }
    links_.close();
    ended.set_value();
  });
  ended.get_future().wait();
  feed_.end();
}

std::optional<Instant> NodeShell::next_wakeup() const { return links_.next_wakeup(); }

void NodeShell::end_turn(Instant now, std::vector<CityNodeOutput>& outputs) {
  persist(outputs);
  // Writing took time that belongs to the answers it held up.
  const Duration stored_for = outputs.empty() ? Duration{} : monotonic_now() - now;
  for (CityNodeOutput& output : outputs) perform(now, stored_for, output);
  links_.advance_to(now + stored_for);
  for (const auto& sink : to_flush_) sink->flush();
  to_flush_.clear();
}

void NodeShell::persist(std::vector<CityNodeOutput>& outputs) {
  std::vector<Store::Write> writes;
  std::map<ChainIndex, Height> grown;
  for (CityNodeOutput& output : outputs) {
    auto* persist = std::get_if<Persist>(&output.what);
    if (persist == nullptr) continue;
    if (const auto grown_to = final_after(output.chain, persist->write)) grown[output.chain] = *grown_to;
    writes.push_back({output.chain, std::move(persist->write)});
  }
  if (writes.empty()) return;
  if (const Result<Done> done = store_->write(writes); !done) {
    die("the store can't be written, so nothing can be promised any more: " + done.error().message);
  }
  for (const auto& [chain, tip] : grown) feed_.grow(chain, tip);
}

// How high the final part of the chain is once this is written; nullopt: as before.
std::optional<Height> NodeShell::final_after(ChainIndex chain, const DurableWrite& write) const {
  if (const auto* mark = std::get_if<FinalMark>(&write)) return mark->height;
  const auto* block = std::get_if<BlockWrite>(&write);
  if (block == nullptr || grows_a_tree(find_chain(chain)->engine)) return std::nullopt;
  return block->block->header.height;
}

void NodeShell::perform(Instant now, Duration stored_for, CityNodeOutput& output) {
  if (auto* send = std::get_if<SendToPeer>(&output.what)) {
    links_.send(send->to, encode(output.chain, *send->message), now);
  } else if (const auto* stored = std::get_if<SendStoredBlocks>(&output.what)) {
    send_stored(now, output.chain, *stored);
  } else if (const auto* answer = std::get_if<Answer>(&output.what)) {
    give(now, *answer, stored_for);
  } else if (const auto* seen = std::get_if<Observed>(&output.what)) {
    log(output.chain, *seen);
  }
}

// What whoever runs this node should know.
void NodeShell::log(ChainIndex chain, const Observed& seen) const {
  if (seen.what == Observed::What::snapshot_taken) {
    spdlog::info("{}: goes on from a snapshot at block {}", to_string(find_chain(chain)->name), seen.height);
  }
  if (seen.what != Observed::What::lied) return;
  const auto now = spec();
  const auto liar = std::find_if(now->cities.begin(), now->cities.end(),
                                 [&](const CitySpec& city) { return city.index == seen.liar; });
  spdlog::warn("{}: {} sent what does not verify; thrown away, and it is not asked again",
               to_string(find_chain(chain)->name), liar == now->cities.end() ? "a stranger" : liar->name);
}

void NodeShell::send_stored(Instant now, ChainIndex chain, const SendStoredBlocks& order) {
  auto blocks = store_->blocks(chain, order.from, order.max_blocks, most_block_bytes);
  if (!blocks) die("the store can't be read: " + blocks.error().message);
  v1::PeerMessage message;
  message.set_chain(chain.value);
  message.mutable_blocks()->set_tip(order.tip);
  for (v1::Block& block : *blocks) *message.mutable_blocks()->add_blocks() = std::move(block);
  links_.send(order.to, std::move(message), now);
}

void NodeShell::give(Instant now, const Answer& answer, Duration stored_for) {
  const auto call = awaited_calls_.take(answer.id);
  if (!call) return;  // cancelled
  Reply reply = answer.reply;
  reply.split.consensus += stored_for;
  if (call->traced) trace_log_.answered(now, *call->traced, reply);
  call->sink->answer(call->tag, reply, call->received);
  // A sink may come twice when answers of several sinks alternate: flushing again is harmless.
  if (to_flush_.empty() || to_flush_.back() != call->sink) to_flush_.push_back(call->sink);
}

}  // namespace bsn
