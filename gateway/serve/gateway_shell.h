// A commissioned gateway at work: the machine, the links to the city nodes, and tasks that wait for a time, on the
// first loop of the HTTP/2 server.
//
// Threads: the public functions may be called from any thread unless they say otherwise; all state is the loop's.
// Bounds: `inbox_bound` batches wait for the machine; beyond it post() refuses and the caller answers GATEWAY_FULL.
#pragma once

#include <condition_variable>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "gateway/serve/callers.h"
#include "gateway/serve/gateway_disk.h"
#include "gateway/serve/gateway_front.h"
#include "gateway/serve/node_links.h"
#include "gateway/serve/quota_source.h"
#include "h2/hosted_machine.h"

namespace bsn {

class GatewayShell final : public TurnHandler<FrontOutput> {
 public:
  using Task = std::function<void(Instant now)>;

  // What an earlier life left, and where this one keeps what the next must know.
  struct Memory {
    GatewayDisk& disk;  // outlives the shell
    std::shared_ptr<const Accounts> accounts;
    MakeQuotaSource quota_source;
    std::optional<Resumed> resumed{};
    std::int64_t zero_unix_ns = unix_ns_at_zero();
  };

  // Opens the links, from the first turn() on. `on_ready` is called once on the loop's thread when every city node has
  // been reached, or one attempt to reach it has failed. Precondition: check(spec) finds nothing wrong.
  GatewayShell(h2::Loop& loop, const GatewaySpec& spec, Memory memory, std::function<void()> on_ready);

  ~GatewayShell() override { stop(); }

  // Waits for all tokens and ends the links. Precondition: no client's request is open any more, and the loop still
  // calls turn(); it must not once the shell is gone. Idempotent.
  void stop();

  // The machine's turn: at the end of each turn of the loop, on its thread.
  void turn() { machine_.end_turn(); }
  // Makes the loop turn.
  void wake() { machine_.wake(); }

  // For whoever calls back from outside later (requests to nodes): the shell does not end before the token does.
  std::shared_ptr<void> token();

  // False: too much waits, or the loop has stopped; the caller answers the calls.
  bool post(const std::shared_ptr<CallBatch>& batch);

  // The client of this sink is gone; its sink hears abandoned().
  void gone(std::shared_ptr<ReplySink> sink);

  // Nobody waits for this one of the sink's calls any more; it is not answered, unless its answer is on the way.
  void gone(std::shared_ptr<ReplySink> sink, std::uint64_t client_id);

  // Runs a task on the loop's thread. False: the machine has stopped and the task will not run.
  bool run(Task task);

  // Waits for what a function sees of the machine between two turns; an empty answer when it has stopped.
  template <class Function>
  auto look(Function function) -> std::invoke_result_t<Function, Instant, const Gateway&> {
    const auto seen = machine_.ask([function](Instant now, GatewayFront& front) {
      return function(now, static_cast<const Gateway&>(front.gateway()));
    });
    return seen.value_or(std::invoke_result_t<Function, Instant, const Gateway&>());
  }

  // On the loop's thread: runs a task at `due`; of equal ones, in the order of asking.
  void run_at(Instant due, Task task);

  // On the loop's thread.
  Gateway& gateway() { return front_.gateway(); }
  std::vector<NodeConnection> node_connections(Instant now);
  WanLinks& wan() { return front_.wan(); }
  v1::CityNode::Stub* stub(CityIndex city) { return links_.stub(city); }

  // As Gateway::admit.
  std::optional<Reply> admit(Instant now, const Credentials& who, const ChainName& chain) {
    return front_.admit(now, who, chain);
  }

  // Refuses new calls from now on and waits until all open ones are answered, or `patience` has passed. What is left of
  // the day's shares goes back.
  void drain(Duration patience);

  // Goes over to another assignment before anything that is posted from now on. Precondition: check_next finds nothing
  // wrong.
  void assign(const GatewaySpec& next);

  // The present assignment.
  std::shared_ptr<const GatewaySpec> spec() const;

  // Who may call, as far as anything is concerned that is posted from now on.
  void assign(std::shared_ptr<const Accounts> accounts);

  // Who may call. What is given never changes.
  std::shared_ptr<const Callers> callers() const;

 private:
  void end_turn(Instant now, std::vector<FrontOutput>& outputs) override;
  std::optional<Instant> next_wakeup() const override;
  void do_output(Instant now, FrontOutput& output);
  void run_due(Instant now);
  void tell_waiters();

  static constexpr std::size_t inbox_bound = 65'536;

  void keep_nonces(Instant now);

  h2::Loop& loop_;
  GatewayDisk& disk_;
  const std::int64_t zero_unix_ns_;
  mutable std::mutex spec_mutex_;  // guards the next two
  std::shared_ptr<const GatewaySpec> spec_;
  std::shared_ptr<const Callers> callers_;
  std::function<void()> on_ready_;
  GatewayFront front_;
  std::multimap<Instant, Task> timed_;
  std::vector<ReplySink*> touched_;
  std::vector<UsedNonce> nonces_;  // of this turn
  std::optional<std::promise<void>> drained_;
  NodeLinks links_;

  std::mutex mutex_;  // guards tokens_
  std::condition_variable no_token_left_;
  std::size_t tokens_ = 0;
  bool stopped_ = false;

  HostedMachine<GatewayFront, FrontInput, FrontOutput> machine_;
  std::unique_ptr<QuotaSource> quota_;
};

}  // namespace bsn
