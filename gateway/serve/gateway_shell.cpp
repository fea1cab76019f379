#include "gateway/serve/gateway_shell.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace bsn {

// What is posted without a bound here is bounded by what caused it: a node answers an attempt once, a client goes once.
GatewayShell::GatewayShell(h2::Loop& loop, const GatewaySpec& spec, Memory memory, std::function<void()> on_ready)
    : loop_(loop),
      disk_(memory.disk),
      zero_unix_ns_(memory.zero_unix_ns),
      spec_(std::make_shared<const GatewaySpec>(spec)),
      on_ready_(std::move(on_ready)),
      front_(spec, memory.zero_unix_ns),
      links_(loop, spec,
             [this](std::shared_ptr<LinkNews> news) { static_cast<void>(machine_.post_always(std::move(news))); }),
      machine_(front_, *this, loop, inbox_bound),
      quota_(memory.quota_source([this](const QuotaGrant& grant) { static_cast<void>(machine_.post_always(grant)); })) {
  assign(std::move(memory.accounts));
  if (memory.resumed) static_cast<void>(machine_.post_always(*memory.resumed));
  run([this](Instant now) { links_.open_all(now); });
}

void GatewayShell::stop() {
  {
    std::unique_lock lock(mutex_);
    no_token_left_.wait(lock, [this] { return tokens_ == 0; });
  }
  machine_.stop();
  quota_->stop();
  if (std::exchange(stopped_, true)) return;
  std::promise<void> closed;
  loop_.post([this, &closed] {
    links_.close_all();
    closed.set_value();
  });
  closed.get_future().wait();
}

// ---- from any thread ----

bool GatewayShell::post(const std::shared_ptr<CallBatch>& batch) { return machine_.post(batch); }

void GatewayShell::gone(std::shared_ptr<ReplySink> sink) {
  static_cast<void>(machine_.post_always(SinkGone{std::move(sink)}));
}

void GatewayShell::gone(std::shared_ptr<ReplySink> sink, std::uint64_t client_id) {
  static_cast<void>(machine_.post_always(CallGone{std::move(sink), client_id}));
}

bool GatewayShell::run(Task task) {
  return machine_.call([task = std::move(task)](Instant now, GatewayFront&) { task(now); });
}

std::shared_ptr<const GatewaySpec> GatewayShell::spec() const {
  const std::lock_guard lock(spec_mutex_);
  return spec_;
}

void GatewayShell::assign(const GatewaySpec& next) {
  const auto spec = std::make_shared<const GatewaySpec>(next);
  {
    const std::lock_guard lock(spec_mutex_);
    spec_ = spec;
  }
  static_cast<void>(machine_.post_always(GatewayAssigned{spec}));
}

void GatewayShell::assign(std::shared_ptr<const Accounts> accounts) {
  const auto home = spec_->cities[spec_->home.value].name;  // never changes
  const auto callers = std::make_shared<const Callers>(accounts, home, zero_unix_ns_);
  {
    const std::lock_guard lock(spec_mutex_);
    callers_ = callers;
  }
  static_cast<void>(machine_.post_always(AccountsAssigned{std::move(accounts)}));
}

std::shared_ptr<const Callers> GatewayShell::callers() const {
  const std::lock_guard lock(spec_mutex_);
  return callers_;
}

std::shared_ptr<void> GatewayShell::token() {
  const std::lock_guard lock(mutex_);
  ++tokens_;
  return {this, [](GatewayShell* shell) {
            const std::lock_guard relock(shell->mutex_);
            if (--shell->tokens_ == 0) shell->no_token_left_.notify_all();
          }};
}

void GatewayShell::drain(Duration patience) {
  std::promise<void> promise;
  std::future<void> drained = promise.get_future();
  const auto shared = std::make_shared<std::promise<void>>(std::move(promise));
  const bool posted = machine_.call([this, shared](Instant, GatewayFront& front) {
    front.refuse_new_calls();
    drained_ = std::move(*shared);
  });
  if (posted) drained.wait_for(std::chrono::nanoseconds(patience.ns));
  quota_->settle();
  machine_.ask([](Instant, GatewayFront&) { return true; });  // a turn in which it takes the grants that have come
  const auto unused = machine_.ask([](Instant, GatewayFront& front) { return front.gateway().take_back_shares(); });
  for (const QuotaReturn& returned : unused.value_or(std::vector<QuotaReturn>())) quota_->give_back(returned);
}

// ---- on the loop's thread ----

void GatewayShell::run_at(Instant due, Task task) { timed_.emplace(due, std::move(task)); }

void GatewayShell::run_due(Instant now) {
  while (!timed_.empty() && timed_.begin()->first <= now) {
    const Task task = std::move(timed_.begin()->second);
    timed_.erase(timed_.begin());
    task(now);
  }
}

void GatewayShell::do_output(Instant now, FrontOutput& output) {
  if (auto* delivery = std::get_if<Delivery>(&output)) {
    delivery->sink->deliver(delivery->client_id, std::move(delivery->reply));
    if (touched_.empty() || touched_.back() != delivery->sink.get()) touched_.push_back(delivery->sink.get());
  } else if (auto* forward = std::get_if<Forward>(&output)) {
    links_.send(now, std::move(*forward), front_.wan());
  } else if (const auto* cancel = std::get_if<CancelAttempt>(&output)) {
    links_.cancel(now, *cancel, front_.wan());
  } else if (const auto* used = std::get_if<NonceUsed>(&output)) {
    nonces_.push_back(used->nonce);
  } else if (const auto* ask = std::get_if<QuotaAsk>(&output)) {
    quota_->ask(*ask);
  } else if (const auto* probe = std::get_if<Probe>(&output)) {
    links_.probe(probe->city);
  } else {
    links_.note(now, std::get<StreamNews>(output));
  }
}

// All of a turn at once, before anything of the turn leaves. A gateway that can't keep them must not go on: it would
// admit a replay.
void GatewayShell::keep_nonces(Instant now) {
  if (nonces_.empty()) return;
  const Result<Done> kept = disk_.write(nonces_, now.ns + zero_unix_ns_);
  BSN_CHECK(kept.ok(), "nonces can't be kept: " + (kept.ok() ? "" : kept.error().message));
  nonces_.clear();
}

void GatewayShell::end_turn(Instant now, std::vector<FrontOutput>& outputs) {
  for (FrontOutput& output : outputs) do_output(now, output);
  keep_nonces(now);
  links_.end_turn(now, front_);
  for (ReplySink* sink : touched_) sink->flush();  // `outputs` keeps them alive; a second flush finds nothing to do
  touched_.clear();
  run_due(now);
  tell_waiters();
}

void GatewayShell::tell_waiters() {
  if (on_ready_ && links_.all_tried()) std::exchange(on_ready_, nullptr)();
  if (drained_ && front_.open_calls() == 0) {
    drained_->set_value();
    drained_.reset();
  }
}

std::optional<Instant> GatewayShell::next_wakeup() const {
  const std::optional<Instant> timed = timed_.empty() ? std::nullopt : std::optional(timed_.begin()->first);
  return earlier(timed, links_.next_wakeup());
}

std::vector<NodeConnection> GatewayShell::node_connections(Instant now) {
  std::vector<NodeConnection> all;
  for (auto& [city, node] : links_.view(now)) {
    node.condition = gateway().condition(city, now);
    node.open_calls = gateway().open_calls(city);
    all.push_back(std::move(node));
  }
  return all;
}

}  // namespace bsn
