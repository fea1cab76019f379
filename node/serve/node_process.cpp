#include "node/serve/node_process.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "node/node_spec_check.h"
#include "rpc/process.h"
#include "rpc/stored_commission.h"

namespace bsn {

Result<std::unique_ptr<NodeProcess>> NodeProcess::open(const std::string& data_dir, h2::Loop& loop) {
  auto folder = DataDir::open(data_dir);
  if (!folder) return folder.error();
  auto spec = read_commission<NodeSpec>(*folder);
  if (!spec) return spec.error();
  std::unique_ptr<NodeProcess> process(new NodeProcess(std::move(*folder), loop));
  if (*spec) {
    if (auto done = process->become(**spec); !done) return done.error();
  }
  return process;
}

NodeProcess::~NodeProcess() { stop(Duration{}); }

Result<Done> NodeProcess::commission(const NodeSpec& spec) {
  const std::lock_guard one_at_a_time(commissioning_);
  if (const auto now = shell()) return go_over(*now, spec);
  if (auto done = write_commission(folder_, spec); !done) return done;
  return become(spec);
}

// Stored first: a node that dies on the way comes back as what it was to become.
Result<Done> NodeProcess::go_over(NodeShell& shell, const NodeSpec& spec) {
  const auto now = shell.spec();
  if (spec.revision == 0) return Error{ErrorCode::already_running, "this process is a city node already"};
  if (spec.revision <= now->revision) return Done{};
  if (const auto wrong = check_next(*now, spec)) return Error{ErrorCode::invalid_configuration, *wrong};
  if (auto done = write_commission(folder_, spec); !done) return done;
  shell.assign(spec);
  spdlog::info("assignment {}: hosts {} chains, {}", spec.revision, spec.chains.size(),
               serving() ? "serving" : "not serving");
  tell_listeners();
  return Done{};
}

Result<Done> NodeProcess::become(const NodeSpec& spec) {
  auto shell = NodeShell::open(spec, folder_.path(), loop_);
  if (!shell) return shell.error();
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return Error{ErrorCode::stopped, "the process is stopping"};
    shell_ = std::move(*shell);
    working_.store(shell_.get(), std::memory_order_release);
  }
  spdlog::info("is city node {} with {} chains, {}", spec.self.value, spec.chains.size(),
               serving() ? "serving" : "under construction");
  tell_listeners();
  release_free_memory();
  return Done{};
}

std::shared_ptr<NodeShell> NodeProcess::shell() const {
  const std::lock_guard lock(mutex_);
  return stopping_ ? nullptr : shell_;
}

Reply NodeProcess::refuse_without_shell() const {
  const std::lock_guard lock(mutex_);
  if (stopping_) return refusal(Status::unavailable, Reason::stopping, "the city node is stopping");
  return refusal(Status::unavailable, Reason::under_construction, "this process has not been commissioned yet");
}

bool NodeProcess::serving() const {
  const std::shared_ptr<NodeShell> node = shell();
  return node && node->serves();
}

void NodeProcess::listen(const std::shared_ptr<ServingListener>& listener) {
  const std::lock_guard telling(telling_);
  {
    const std::lock_guard lock(mutex_);
    listeners_.add(listener);
  }
  listener->serving_changed(serving());
}

void NodeProcess::tell_listeners() {
  const std::lock_guard telling(telling_);
  std::vector<std::shared_ptr<ServingListener>> listeners;
  {
    const std::lock_guard lock(mutex_);
    listeners = listeners_.living();
  }
  const bool now = serving();
  for (const auto& listener : listeners) listener->serving_changed(now);
}

void NodeProcess::stop(Duration patience) {
  std::shared_ptr<NodeShell> shell;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    shell = shell_;
  }
  tell_listeners();
  if (shell) shell->stop(patience);
}

}  // namespace bsn
