#include "tests/tidy/source_tree.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace bsn {
namespace {

constexpr const char* rooms[] = {"core", "proto", "disk",  "rpc",     "loop",    "h2",    "node", "gateway",
                                 "sim",  "bench", "tests", "configs", "scripts", "cmake", "docs"};

std::set<std::string> words(const std::string& text) {
  std::istringstream stream(text);
  std::set<std::string> found;
  for (std::string word; stream >> word;) found.insert(word);
  return found;
}

bool ends_in_one_of(const std::string& path, const std::vector<std::string>& endings) {
  return std::any_of(endings.begin(), endings.end(), [&](const std::string& ending) { return path.ends_with(ending); });
}

SourceFile read_file(const std::string& path) {
  SourceFile file{path, {}};
  std::ifstream stream(path);
  for (std::string line; std::getline(stream, line);) file.lines.push_back(line);
  return file;
}

}  // namespace

std::vector<SourceFile> read_files(const std::vector<std::string>& endings) {
  std::vector<std::string> paths;
  for (const char* room : rooms) {
    if (!std::filesystem::exists(room)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(room)) {
      const std::string path = entry.path().string();
      if (entry.is_regular_file() && ends_in_one_of(path, endings)) paths.push_back(path);
    }
  }
  std::sort(paths.begin(), paths.end());
  std::vector<SourceFile> files;
  for (const std::string& path : paths) files.push_back(read_file(path));
  return files;
}

std::map<std::string, Target> read_targets() {
  std::map<std::string, Target> targets;
  std::ifstream stream(BSN_HOUSE_FILE);
  for (std::string line; std::getline(stream, line);) {
    const std::size_t first = line.find('|');
    const std::size_t second = line.find('|', first + 1);
    if (second == std::string::npos) continue;
    Target target;
    std::istringstream head(line.substr(0, first));
    head >> target.kind >> target.name >> target.layer >> target.folder;
    target.sources = words(line.substr(first + 1, second - first - 1));
    target.uses = words(line.substr(second + 1));
    targets[target.name] = target;
  }
  return targets;
}

std::vector<std::string> quoted_includes(const SourceFile& file) {
  constexpr std::string_view start = "#include \"";
  std::vector<std::string> found;
  for (const std::string& line : file.lines) {
    if (line.starts_with(start))
      found.push_back(line.substr(start.size(), line.find('"', start.size()) - start.size()));
  }
  return found;
}

}  // namespace bsn
