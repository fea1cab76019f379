// The terminal at standard error: whether there is one, and lines on it that are renewed in place.
#pragma once

#include <cstddef>

#include "sim/live_view.h"

namespace bsn {

// Nothing of the terminal's state is changed (no hidden cursor, no other screen, no raw mode): there is nothing to
// restore after Ctrl-C, an error or a kill. One object at a time; not for more than one thread.
class Terminal {
 public:
  Terminal();

  // Whether standard error is a terminal that can go back over lines: TERM is set and not "dumb".
  bool can_redraw() const { return can_redraw_; }

  // Draws the view over the one before, at the terminal's present size; below it when the size has changed or the first
  // Ctrl-C has left its words there. Colours unless NO_COLOR is set (no-color.org). Only when can_redraw().
  void draw(const LiveView& view);

 private:
  bool can_redraw_;
  bool colour_;
  std::size_t drawn_ = 0;  // lines above the cursor that are ours
  TerminalSize size_;
  bool told_of_stop_ = false;
};

}  // namespace bsn
