#include "sim/live/cluster_operator.h"

#include <optional>
#include <utility>
#include <vector>

#include "loop/monotonic_clock.h"
#include "sim/outside.h"

namespace bsn {
namespace {

constexpr Duration look_interval = milliseconds(200);  // between two looks at cities that come or go

}  // namespace

Result<std::unique_ptr<ClusterOperator>> ClusterOperator::open(const std::string& run_dir) {
  const Result<Endpoints> endpoints = read_endpoints(run_dir);
  if (!endpoints) return endpoints.error();
  Result<StepJournal> journal = StepJournal::open(folder(run_dir));
  if (!journal) return journal.error();
  std::unique_ptr<ClusterOperator> opened(new ClusterOperator(std::move(*journal)));
  StepJournal& steps = opened->journal_;
  ClusterOptions options;
  options.run_dir = run_dir;
  options.seed = steps.start().seed;
  options.durability = steps.start().durability;
  options.die_with_parent = false;
  options.on_step = [&steps](const ClusterStep& step) { return steps.append(step); };
  auto cluster =
      LiveCluster::adopt(with_outside_peers(steps.start().topology, RunMode::live), steps.steps(), options, *endpoints);
  if (!cluster) return cluster.error();
  opened->cluster_ = std::move(*cluster);
  return opened;
}

void ClusterOperator::run() {
  std::vector<Task> tasks;
  const auto next_look = [this]() -> std::optional<Instant> {
    if (!cluster_->changing()) return std::nullopt;
    return monotonic_now() + look_interval;
  };
  while (inbox_.take_all(tasks, next_look())) {
    for (const Task& task : tasks) task(*this);
    tasks.clear();
    operate();
  }
}

void ClusterOperator::operate() {
  if (!cluster_->changing()) return;
  const auto done = cluster_->operate();
  trouble_ = done ? "" : done.error().message;
}

}  // namespace bsn
