#include "gateway/serve/transfer_watch.h"

#include <utility>

#include "core/call.h"
#include "h2/loop.h"

namespace bsn {

std::shared_ptr<TransferWatch> TransferWatch::start(const h2::Methods& methods, h2::Call& call, edge::Caller caller,
                                                    const TransferSubject& subject, Ends ends) {
  const auto watch = std::make_shared<TransferWatch>(methods, call, std::move(caller), subject, ends);
  watch->look();
  return watch;
}

TransferWatch::TransferWatch(const h2::Methods& methods, h2::Call& call, edge::Caller caller,
                             const TransferSubject& subject, Ends ends)
    : methods_(methods),
      call_(call.shared_from_this()),
      caller_(std::move(caller)),
      subject_(subject),
      ends_(ends),
      pause_(call.loop().io()) {}

void TransferWatch::on_cancel(h2::Call&) {
  gone_ = true;
  pause_.cancel();
  if (look_) look_->cancel();
}

void TransferWatch::look() {
  if (gone_ || !call_->open()) return;
  if (call_->unsent() > 0) return look_again();
  look_ = TransferLook::start(call_->loop(), methods_, caller_, subject_.packet, subject_.one_way,
                              [self = shared_from_this()](auto seen) { self->saw(std::move(seen)); });
}

void TransferWatch::look_again() {
  pause_.expires_after(interval);
  pause_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (!error) self->look();
  });
}

void TransferWatch::saw(std::variant<v1::TransferState, h2::Outcome> seen) {
  look_.reset();
  if (gone_) return;
  if (const auto* outcome = std::get_if<h2::Outcome>(&seen)) return failed(*outcome);
  failures_ = 0;
  const auto& state = std::get<v1::TransferState>(seen);
  if (std::exchange(told_, state.stage()) != state.stage()) call_->send(state.SerializeAsString());
  if (ends_ == Ends::after_one_look || state.finished()) return call_->finish({});
  look_again();
}

// What one look did not get, the next one may; what certainly won't change ends the watch.
void TransferWatch::failed(const h2::Outcome& outcome) {
  const auto status = static_cast<Status>(outcome.code);
  const bool passes = status == Status::unavailable || status == Status::deadline_exceeded;
  if (ends_ == Ends::when_finished && passes && ++failures_ < failures_max) return look_again();
  call_->finish(outcome);
}

}  // namespace bsn
