// Several routing policies on identical arrivals and faults: what each gives, and how far each is from the first.
//
// Runs of one seed share all chance but what the policies themselves cause: every entity draws from a stream of its own
// (core/random.h), so arrivals, faults and links are the same ("common random numbers"; Law, "Simulation Modeling and
// Analysis", 5th edition, section 11.2). The difference of two policies is taken seed by seed and its mean given with a
// 95 % confidence interval by Student's t over the seeds (the same, section 10.2.1): seeds are independent, and pairing
// takes out what both have in common. Needs at least two seeds. Memory: a few numbers for each run.
#pragma once

#include <string>
#include <vector>

#include "sim/report.h"

namespace bsn {

// Of one run, over all its rounds. Latencies in milliseconds, from the intended send.
struct PolicyFigures {
  double mean_ms = 0, p50_ms = 0, p99_ms = 0;
  double failed_share = 0;  // of the calls sent, unfinished ones included
  double attempts_per_call = 0;
};
PolicyFigures policy_figures(const Report& report);

// A mean with the half width of its 95 % confidence interval.
struct Estimate {
  double mean = 0, half_width = 0;
  // Whether zero lies outside the interval.
  bool is_clear() const { return mean > half_width || mean < -half_width; }
};
// At least two values.
Estimate estimate(const std::vector<double>& values);

struct PolicyOutcome {
  std::string policy;
  PolicyFigures mean;                // over the seeds
  Estimate mean_ms, p50_ms, p99_ms;  // differences to the first policy; of the first one: zero
};

// `runs`: by policy, then by seed; as many seeds for each, at least two.
std::vector<PolicyOutcome> compare_policies(const std::vector<std::string>& policies,
                                            const std::vector<std::vector<PolicyFigures>>& runs);

}  // namespace bsn
