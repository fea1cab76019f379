// Where a verb's result goes: standard output, or a file that is there whole or not at all.
#pragma once

#include <fstream>
#include <string>

#include "core/result.h"

namespace bsn {

// The text goes beside its place first and takes it in one step, so that no half of it is ever seen there. Opened
// before the work begins: whoever can't be written to is known before minutes are spent.
class OutputFile {
 public:
  // Empty: standard output.
  explicit OutputFile(std::string path);
  ~OutputFile();  // leaves nothing of a file that was not written
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  Result<Done> writable() const;
  Result<Done> write(const std::string& text);  // once

 private:
  std::string path_;
  std::ofstream file_;
};

}  // namespace bsn
