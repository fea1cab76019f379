// The operator of a cluster that `bsnsim up` started: the one who changes it, one thing after the other.
//
// One thread runs it and owns the cluster; whoever wants something posts a task. Between tasks it takes the later steps
// of cities that are on their way. It may be killed at any time and opened again: its journal says what it had decided.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/result.h"
#include "loop/inbox.h"
#include "sim/live/live_cluster.h"
#include "sim/live/step_journal.h"

namespace bsn {

class ClusterOperator {
 public:
  using Task = std::function<void(ClusterOperator&)>;

  // Where the operator of the cluster in `run_dir` keeps its journal.
  static std::string folder(const std::string& run_dir) { return run_dir + "/operator"; }

  // Takes over the cluster in `run_dir`. Errors: already_running while it has an operator, what is wrong with endpoint
  // file or journal.
  static Result<std::unique_ptr<ClusterOperator>> open(const std::string& run_dir);

  // From any thread. False: 256 tasks wait already, or it is closed; the task will never run.
  bool post(Task task) { return inbox_.push(std::move(task)); }

  // Works until closed; tasks accepted before still run.
  void run();
  void close() { inbox_.close(); }

  // For tasks.
  LiveCluster& cluster() { return *cluster_; }
  // Why the last attempt to take a step failed; empty: it did not. It is tried again.
  const std::string& trouble() const { return trouble_; }

 private:
  explicit ClusterOperator(StepJournal journal) : journal_(std::move(journal)) {}
  void operate();

  StepJournal journal_;
  std::unique_ptr<LiveCluster> cluster_;
  Inbox<Task> inbox_{256};
  std::string trouble_;
};

}  // namespace bsn
