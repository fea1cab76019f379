// The verbs of bsnsim that answer questions about runs: report, compare, find-knee, matrix. Their options, and what
// other verbs share with them.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "sim/cli/commands.h"

namespace bsn {

struct QuestionOptions {
  ReportOptions report;
  CompareOptions compare;
  FindKneeOptions find_knee;
  MatrixOptions matrix;
};

// Adds the verbs; `ran` is told the exit code of the one that was called. `options` outlives the parsing.
void add_question_verbs(CLI::App& app, QuestionOptions& options, const std::function<void(int)>& ran);

// --live and --virtual, which is the default.
void add_mode(CLI::App& verb, bool& live);

// --bin-dir
void add_binaries(CLI::App& verb, PlaceOptions& options);

// -O and -o: in which form, and where to.
void add_form(CLI::App& verb, const std::vector<std::string>& forms, std::string& format, std::string& output);

}  // namespace bsn
