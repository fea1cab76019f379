#include "sim/live_view.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/text_table.h"

namespace bsn {
namespace {

constexpr std::size_t bar_width = 24;
constexpr std::size_t least_rows = 2;  // of a table, or it is left out
constexpr std::string_view bold = "1", green = "32", red = "31", dim = "2";

class Lines {
 public:
  Lines(TerminalSize size, bool colour) : size_(size), colour_(colour) {}

  std::size_t room() const { return size_.rows - 1 - std::min(size_.rows - 1, lines_.size()); }
  std::size_t columns() const { return size_.columns; }

  // Lines beyond the last row are not drawn.
  void add(std::string_view text, std::string_view look = "") {
    if (room() == 0) return;
    std::string line = fitted(text, size_.columns);
    if (colour_ && !look.empty() && !line.empty()) line = fmt::format("\x1b[{}m{}\x1b[0m", look, line);
    lines_.push_back(std::move(line));
  }
  std::vector<std::string> take() { return std::move(lines_); }

 private:
  TerminalSize size_;
  bool colour_;
  std::vector<std::string> lines_;
};

std::string milliseconds_or_dash(Duration time) {
  const double ms = time.milliseconds();
  return time == Duration{} ? "-" : fmt::format("{:.{}f}", ms, ms < 10 ? 2 : ms < 100 ? 1 : 0);
}

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

// A blank line, the header and as many rows as fit into `room` lines; `looks` has one for each row.
void add_table(Lines& lines, const TextTable& table, const std::vector<std::string_view>& looks, std::size_t room,
               std::string_view of_what) {
  if (looks.empty() || room < 2 + std::min(least_rows, looks.size())) return;
  const std::vector<std::string> text = split_lines(table.text(lines.columns()));
  const bool all = looks.size() + 2 <= room;
  const std::size_t shown = all ? looks.size() : room - 3;
  lines.add("");
  lines.add(text[0], bold);
  for (std::size_t i = 0; i < shown; ++i) lines.add(text[i + 1], looks[i]);
  if (!all) lines.add(fmt::format("... and {} more {}", looks.size() - shown, of_what), dim);
}

void add_networks(Lines& lines, const LiveView& view, std::size_t room) {
  TextTable table({"Network", "Calls", "OK", "Failed", "p50 ms", "p99 ms"});
  std::vector<std::string_view> looks;
  for (const LiveRow& one : view.networks) {
    table.add({fitted(one.name, one.name.size()), std::to_string(one.calls), std::to_string(one.succeeded),
               std::to_string(one.failed), milliseconds_or_dash(one.p50), milliseconds_or_dash(one.p99)});
    looks.push_back(one.failed > 0 ? red : "");
  }
  add_table(lines, table, looks, room, "networks");
}

void add_cities(Lines& lines, const LiveView& view, std::size_t room) {
  TextTable table({"Slowest cities", "Calls", view.pace_of});
  for (const LiveCity& one : view.slowest) {
    table.add({fitted(one.name, one.name.size()), one.calls > 0 ? std::to_string(one.calls) : "-",
               milliseconds_or_dash(one.pace)});
  }
  add_table(lines, table, std::vector<std::string_view>(view.slowest.size()), room, "cities");
}

std::string bar(double done) {
  const auto filled = static_cast<std::size_t>(std::clamp(done, 0.0, 1.0) * static_cast<double>(bar_width));
  return fmt::format("[{}{}] {:3.0f}%", std::string(filled, '#'), std::string(bar_width - filled, '.'),
                     100 * std::clamp(done, 0.0, 1.0));
}

// How long the character at the start of `text` is in bytes; 1 for what is no UTF-8.
std::size_t length_of_character(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const std::size_t length = first < 0xc2 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 1;
  if (length > text.size()) return 1;
  for (std::size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return 1;
  }
  return length;
}

// C0 and C1 controls, DEL, and bytes that are no UTF-8.
bool can_steer(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return first < 0x20 || first >= 0x7f;
  return first == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;
}

std::size_t columns_of(std::string_view character) {
  const bool wide = character.size() > 3 || (character.size() == 3 && character.substr(0, 2) >= "\xe1\x84");
  return wide ? 2 : 1;
}

}  // namespace

std::string fitted(std::string_view text, std::size_t columns) {
  std::string out;
  std::string before_last;  // what fits with one column to spare, for the mark
  std::size_t used = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view character = text.substr(at, length_of_character(text.substr(at)));
    const bool steers = can_steer(character);
    used += steers ? 1 : columns_of(character);
    if (used > columns) return columns == 0 ? "" : before_last + "~";
    out += steers ? "?" : character;
    if (used < columns) before_last = out;
    at += character.size();
  }
  return out;
}

std::vector<std::string> live_lines(const LiveView& view, TerminalSize size, bool colour) {
  Lines lines({size.columns, std::max<std::size_t>(size.rows, 2)}, colour);
  lines.add(view.title, bold);
  if (view.done) {
    lines.add(fmt::format("{}  {}  {}", bar(*view.done), view.phase, view.time), green);
  } else {
    lines.add(view.phase, green);
  }
  if (!view.counts.empty()) {
    lines.add(fmt::format("{:.0f}/s  p50 {} ms  p99 {} ms  {}", view.tps, milliseconds_or_dash(view.p50),
                          milliseconds_or_dash(view.p99), view.counts),
              view.trouble ? red : "");
  }
  // Both tables, or the networks alone where there is not the room.
  const std::size_t cities = view.slowest.empty() ? 0 : 2 + view.slowest.size();
  const std::size_t networks = view.networks.empty() ? 0 : 2 + view.networks.size();
  const bool both = lines.room() >= cities + std::min(networks, 2 + least_rows + 1);
  add_networks(lines, view, both ? lines.room() - cities : lines.room());
  if (both) add_cities(lines, view, lines.room());
  return lines.take();
}

std::string redrawn(std::size_t drawn, const std::vector<std::string>& lines) {
  std::string text = "\r";
  if (drawn > 0) text += fmt::format("\x1b[{}A", drawn);
  for (const std::string& line : lines) text += line + "\x1b[K\n";
  return text + "\x1b[J";
}

}  // namespace bsn
