#include "edge/carried_call.h"

#include <utility>
#include <variant>

#include "h2/loop.h"

namespace bsn::edge {
namespace {

constexpr std::chrono::milliseconds grace_after_deadline{500};

}  // namespace

void CarriedCall::start(const h2::Methods& methods, const std::string& path, std::string message) {
  path_ = path;
  const h2::Method* method = methods.find(path);
  const auto* unary = method ? std::get_if<h2::UnaryStart>(method) : nullptr;
  if (!unary) return finish({h2::Code::unimplemented, "there is no method " + path + " for one request"});
  loop().refresh_now();
  auto handler = (*unary)(*this, message);
  if (finished_) return;
  handler_ = std::move(handler);
  wait_for_deadline();
}

void CarriedCall::wait_for_deadline() {
  if (!head_.timeout) return;
  deadline_.emplace(loop().io());
  deadline_->expires_after(std::chrono::duration_cast<std::chrono::steady_clock::duration>(*head_.timeout) +
                           grace_after_deadline);
  deadline_->async_wait([weak = weak_from_this()](const boost::system::error_code& cancelled) {
    const auto self = std::static_pointer_cast<CarriedCall>(weak.lock());
    if (cancelled || !self || self->finished_) return;
    const auto handler = std::exchange(self->handler_, nullptr);
    self->finish({h2::Code::deadline_exceeded, "the deadline has passed"});
    if (handler) handler->on_cancel(*self);
  });
}

void CarriedCall::cancel() {
  if (std::exchange(finished_, true)) return;
  deadline_.reset();
  if (const auto handler = std::exchange(handler_, nullptr)) handler->on_cancel(*this);
}

void CarriedCall::send(std::string_view message) {
  if (!finished_) carry(message);
}

void CarriedCall::finish(const h2::Outcome& outcome) {
  if (std::exchange(finished_, true)) return;
  deadline_.reset();
  handler_.reset();
  carry_end(outcome);
}

void CarriedCall::sent() {
  if (const auto handler = handler_; handler && !finished_) handler->on_sent(*this);
}

}  // namespace bsn::edge
