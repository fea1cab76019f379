// The process bsn-operator of a cluster: started by `bsnsim up`, and again by whoever finds it gone.
#pragma once

#include <atomic>
#include <string>

#include "core/result.h"
#include "core/time.h"

namespace bsn {

// Starts the operator of the cluster in `run_dir` from the binary in `bin_dir`; it outlives this process. Its address
// once it serves. Errors: what is wrong with binary or cluster, one that ended at once with its last log lines.
Result<std::string> start_operator(const std::string& bin_dir, const std::string& run_dir,
                                   const std::atomic<bool>* stop);

// The address of the operator of the cluster in `run_dir`, which is started again if it does not run: it goes on with
// what it had decided. Errors as above; no cluster there.
Result<std::string> find_operator(const std::string& bin_dir, const std::string& run_dir,
                                  const std::atomic<bool>* stop);

}  // namespace bsn
