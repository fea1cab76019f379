#include "gateway/serve/loop_sink.h"

#include <utility>

namespace bsn {

void LoopSink::flush() {
  if (gathered_.empty()) return;
  if (loop_.is_current()) {
    answered(gathered_);
    return gathered_.clear();
  }
  const auto answers = std::make_shared<std::vector<Answer>>(std::exchange(gathered_, {}));
  loop_.post([self = shared_from_this(), answers] { self->answered(*answers); });
}

}  // namespace bsn
