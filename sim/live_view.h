// What stands on a terminal while a run or a cluster is watched: a moment's figures as lines of text.
//
// A value goes in and lines come out; who draws them where is sim/cli/terminal.h. Lines fit the terminal: none is
// wider, there are no more than it has rows, and what is left out is said. Nothing in a name can steer the terminal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"

namespace bsn {

struct LiveRow {  // one network
  std::string name;
  std::uint64_t calls = 0, succeeded = 0, failed = 0;
  Duration p50, p99;  // 0: no answer yet
};

struct LiveCity {
  std::string name;
  std::uint64_t calls = 0;  // 0: not known
  Duration pace;            // how long calls to it take, by what LiveView::pace_of says
};

struct LiveView {
  std::string title;              // "small, in virtual time"
  std::string phase;              // "round mixed (1/2)"
  std::optional<double> done{};   // 0 ... 1: draws a bar
  std::string time{};             // beside the bar: "15/28 s, about 12 s left"
  std::string counts{};           // "sent 2190  ok 2101  failed 0  open 89"
  bool trouble = false;           // the counts tell of failures
  double tps = 0;                 // answered a second
  Duration p50, p99;              // 0: no answer yet
  std::vector<LiveRow> networks;  // in the order in which they are shown
  std::vector<LiveCity> slowest;  // the slowest first
  std::string pace_of = "Way and queues, ms";
};

struct TerminalSize {
  std::size_t columns = 80, rows = 24;
};

// At most size.rows - 1 lines, so that the cursor has one below them. Colours are SGR codes, each ended in its line;
// none without `colour`.
std::vector<std::string> live_lines(const LiveView& view, TerminalSize size, bool colour);

// Puts `lines` in the place of the `drawn` ones above the cursor, and leaves the cursor below. Nothing of the
// terminal's state is changed that would have to be restored: whatever ends the program, what is written next comes
// below.
std::string redrawn(std::size_t drawn, const std::vector<std::string>& lines);

// `text` cut to so many columns, "~" at its end if something is missing; control characters become '?'. Characters from
// U+1100 on count as two columns.
std::string fitted(std::string_view text, std::size_t columns);

}  // namespace bsn
