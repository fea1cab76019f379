// A table in plain text: columns as wide as their widest cell, two spaces apart, no lines.
#pragma once

#include <string>
#include <vector>

namespace bsn {

class TextTable {
 public:
  // One title a column; '\n' in a title gives the header a second line. The first column is aligned left, the others,
  // which hold numbers, right.
  explicit TextTable(std::vector<std::string> titles);

  // As many cells as there are titles.
  void add(std::vector<std::string> row);

  bool empty() const { return rows_.size() == header_lines_; }

  // With names of the first column cut where a line would be longer than `width`; at least eight characters stay.
  std::string text(std::size_t width) const;

 private:
  std::vector<std::vector<std::string>> rows_;  // the header's lines first
  std::size_t header_lines_ = 1;
};

}  // namespace bsn
