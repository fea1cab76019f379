// What the operator of a running cluster must not forget: with which topology the cluster was started, and every step
// that was taken since.
//
// A folder with topology.json, as `bsnsim dump` prints it, and a small checked file that is replaced as a whole: a step
// is there or it is not, whatever crashes when. The topology of now is not stored: the steps are pure functions of
// sim/life_cycle.h and sim/service_life.h and are taken again. While one process has a journal open, no other gets it.
// Used from one thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.h"
#include "rpc/data_dir.h"
#include "sim/cluster_step.h"
#include "sim/topology.h"

namespace bsn {

// How a cluster was started.
struct ClusterStart {
  Topology topology;  // as the file has it, without outside peers
  std::uint64_t seed = 1;
  Durability durability = Durability::fsync;
};

class StepJournal {
 public:
  static constexpr std::size_t most_steps = 100'000;

  // Begins a journal without steps, in place of what the folder held.
  static Result<Done> begin(const std::string& folder, const ClusterStart& start);

  // Errors: already_running while another process has it, corrupt, io.
  static Result<StepJournal> open(const std::string& folder);

  const ClusterStart& start() const { return start_; }
  const std::vector<ClusterStep>& steps() const { return steps_; }

  // On the disk when it returns; after an Error the step is not there. Full (most_steps): unavailable.
  Result<Done> append(const ClusterStep& step);

 private:
  explicit StepJournal(DataDir folder) : folder_(std::move(folder)) {}

  DataDir folder_;
  ClusterStart start_;
  std::vector<ClusterStep> steps_;
};

}  // namespace bsn
