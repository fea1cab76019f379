#include "relay/serve/relayer_shell.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "proto/codec.h"
#include "relay/serve/relayer_metrics.h"
#include "rpc/channel.h"

namespace bsn {
namespace {

constexpr Duration pause_after_loss = milliseconds(500);
constexpr Duration read_timeout = seconds(30);
constexpr Duration write_timeout = seconds(600);  // the gateway's longest
constexpr Duration progress_interval = seconds(10);

v1::ClientCall message_of(RelayCall& call, const std::string& origin) {
  v1::ClientCall message;
  message.set_id(call.id);
  *message.mutable_call() = encode(call.call);
  message.set_timeout_ns((call.call.operation == Operation::submit ? write_timeout : read_timeout).ns);
  message.set_origin(origin);
  return message;
}

}  // namespace

RelayerShell::RelayerShell(RelayerOptions options)
    : options_(std::move(options)),
      stub_(v1::Gateway::NewStub(open_channel(options_.gateway))),
      machine_(options_.spec) {
  for (const ChainName& chain : options_.chains) watches_.push_back({chain, nullptr, 1, {}});
  const std::lock_guard lock(mutex_);
  loop_ = std::make_unique<Loop>(machine_, *this, blocks_max);
}

void RelayerShell::stop() {
  loop_->stop();
  if (calls_) calls_->close();
  for (const Watch& watch : watches_) {
    if (watch.link) watch.link->close();
  }
  std::unique_lock lock(mutex_);
  all_ended_.wait(lock, [this] { return open_links_ == 0; });
}

std::vector<prometheus::MetricFamily> RelayerShell::metrics() {
  auto families = loop_->ask([](Instant now, RelayMachine& machine) { return relayer_metrics(machine, now); });
  return std::move(families).value_or(std::vector<prometheus::MetricFamily>());
}

// ---- on the loop ----

void RelayerShell::end_turn(Instant now, std::vector<RelayCall>& outputs) {
  if (!calls_ && now >= calls_open_at_) open_calls(now);
  for (std::size_t i = 0; i < watches_.size(); ++i) {
    if (!watches_[i].link && now >= watches_[i].open_at) open_watch(now, i);
  }
  send(outputs);
  log_progress(now);
}

std::optional<Instant> RelayerShell::next_wakeup() const {
  std::optional<Instant> next;
  if (!calls_) next = calls_open_at_;
  for (const Watch& watch : watches_) {
    if (!watch.link) next = earlier(next, watch.open_at);
  }
  return next;
}

void RelayerShell::send(std::vector<RelayCall>& outputs) {
  std::vector<v1::ClientCall> messages;
  for (RelayCall& call : outputs) {
    if (calls_) {
      messages.push_back(message_of(call, options_.origin));
    } else {
      machine_.answered(call.id, refusal(Status::unavailable, Reason::link_lost, "the gateway is gone"));
    }
  }
  if (!messages.empty()) calls_->send(std::move(messages));
}

void RelayerShell::log_progress(Instant now) {
  if (now < progress_at_) return;
  progress_at_ = now + progress_interval;
  log_stalled();
  const RelayCounters counters = machine_.relayer().counters();
  if (counters.delivered == logged_.delivered && counters.refused == logged_.refused) return;
  logged_ = counters;
  spdlog::info("{} headers, {} calls delivered, {} refused, {} failed; {} tasks wait", counters.headers,
               counters.delivered, counters.refused, counters.failed, machine_.relayer().backlog());
}

// Each way once, and again when it went on in between.
void RelayerShell::log_stalled() {
  std::set<std::pair<ChainName, ChainName>> stalled;
  for (const ProofCourier* one : machine_.relayer().stalled()) {
    stalled.emplace(one->witness(), one->target());
    if (stalled_.contains({one->witness(), one->target()})) continue;
    spdlog::warn("{} takes no headers of {}: {} in a row were refused or not to be had ({}); tried again every {} s",
                 to_string(one->target()), to_string(one->witness()), ProofCourier::tries_max, one->last_failure(),
                 ProofCourier::rest.seconds());
  }
  stalled_ = std::move(stalled);
}

// ---- links ----

// Waits for the end of the constructor, too: a link is opened by the loop and calls the loop.
void RelayerShell::began() {
  const std::lock_guard lock(mutex_);
  ++open_links_;
}

void RelayerShell::on_loop(Loop::Task task, bool ended) {
  loop_->call(std::move(task));
  if (!ended) return;
  const std::lock_guard lock(mutex_);
  if (--open_links_ == 0) all_ended_.notify_all();
}

void RelayerShell::open_calls(Instant) {
  began();
  calls_ = CallLink::open(
      *stub_, options_.access_key,
      [this](const v1::ClientReplies& replies) {
        std::vector<std::pair<RelayRequest, Reply>> answers;
        for (const v1::ClientReply& message : replies.replies()) {
          Result<Reply> reply = decode(message.reply());
          answers.emplace_back(message.id(),
                               reply ? *reply : refusal(Status::internal, Reason::none, reply.error().message));
        }
        on_loop(
            [answers = std::move(answers)](Instant, RelayMachine& machine) {
              for (const auto& [id, reply] : answers) machine.answered(id, reply);
            },
            false);
      },
      [this](const grpc::Status& status) {
        on_loop(
            [this, status](Instant now, RelayMachine& machine) {
              if (!std::exchange(lost_, true)) spdlog::warn("the gateway's stream ended: {}", status.error_message());
              calls_.reset();
              calls_open_at_ = now + pause_after_loss;
              machine.lost_link();
            },
            true);
      });
}

void RelayerShell::open_watch(Instant, std::size_t number) {
  Watch& watch = watches_[number];
  began();
  watch.link = BlockLink::open(
      *stub_, options_.access_key, watch.chain, watch.next,
      [this, chain = watch.chain](const BlockPtr& block) {
        return loop_->post(SawBlock{chain, block});
      },
      [this, number](const grpc::Status&) {
        on_loop(
            [this, number](Instant now, RelayMachine&) {
              Watch& ended = watches_[number];
              ended.next = ended.link->next();
              ended.link.reset();
              ended.open_at = now + pause_after_loss;
            },
            true);
      });
  if (std::exchange(lost_, false)) spdlog::info("looking for the gateway at {} again", options_.gateway);
}

}  // namespace bsn
