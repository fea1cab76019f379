#include "sim/text_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/check.h"

namespace bsn {
namespace {

constexpr std::size_t least_name = 8;

std::string shortened(const std::string& name, std::size_t room) {
  return name.size() <= room ? name : name.substr(0, room - 2) + "..";
}

}  // namespace

TextTable::TextTable(std::vector<std::string> titles) {
  std::vector<std::string> second(titles.size());
  for (std::size_t i = 0; i < titles.size(); ++i) {
    const std::size_t cut = titles[i].find('\n');
    if (cut == std::string::npos) continue;
    second[i] = titles[i].substr(cut + 1);
    titles[i].resize(cut);
    header_lines_ = 2;
  }
  rows_.push_back(std::move(titles));
  if (header_lines_ == 2) rows_.push_back(std::move(second));
}

void TextTable::add(std::vector<std::string> row) {
  BSN_CHECK(row.size() == rows_.front().size(), "a row has as many cells as the table has titles");
  rows_.push_back(std::move(row));
}

std::string TextTable::text(std::size_t width) const {
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::size_t numbers = 0;
  for (std::size_t i = 1; i < widths.size(); ++i) numbers += widths[i] + 2;
  const std::size_t room = std::max<std::size_t>(least_name, width - std::min(width, numbers));
  widths[0] = std::min(widths[0], room);
  std::string text;
  for (const auto& row : rows_) {
    std::string line = fmt::format("{:<{}}", shortened(row[0], room), widths[0]);
    for (std::size_t i = 1; i < row.size(); ++i) line += fmt::format("  {:>{}}", row[i], widths[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace bsn
