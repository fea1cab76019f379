// What one judge has found so far: how often it looked, how often it was wrong, and the first few ways how.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "sim/report.h"

namespace bsn {

class Verdict {
 public:
  // How many violations are described; the others are only counted.
  static constexpr std::size_t most_examples = 5;

  explicit Verdict(std::string name) { report_.name = std::move(name); }

  void checked(std::uint64_t times = 1) { report_.checked += times; }

  // Counts violations that checked() has counted already. `how` is called only when its sentence is wanted.
  template <class How>
  void violated(How how, std::uint64_t times = 1) {
    report_.violated += times;
    if (report_.examples.size() < most_examples) report_.examples.push_back(how());
  }

  bool broken() const { return report_.violated > 0; }
  const InvariantReport& report() const { return report_; }

 private:
  InvariantReport report_;
};

// One for each judge, in the order of the report.
struct Verdicts {
  Verdict agr{"AGR"}, mono{"MONO"}, hash{"HASH"}, xo{"XO"}, bank{"BANK"}, dur{"DUR"}, answered{"ANSWERED"};
};

}  // namespace bsn
