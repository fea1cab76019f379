// The source tree as the tidy tests see it: files with their lines, and the targets that CMake wrote down.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

namespace bsn {

struct SourceFile {
  std::string path;  // relative to the root: "core/time.h"
  std::vector<std::string> lines;
};

// A target of the build: "library bsn_core 0 core | core/a.cpp core/b.cpp | uses".
struct Target {
  std::string kind;  // "library", "executable", "generated"
  std::string name;
  int layer = 0;
  std::string folder;
  std::set<std::string> sources;
  std::set<std::string> uses;
};

// Every file of the project's own folders that ends in one of `endings`, sorted. Reads from the working directory.
std::vector<SourceFile> read_files(const std::vector<std::string>& endings);

// All targets by name, from the file that CMake wrote at configure time.
std::map<std::string, Target> read_targets();

// The headers that a file includes with quotes.
std::vector<std::string> quoted_includes(const SourceFile& file);

}  // namespace bsn
