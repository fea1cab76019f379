#include "h2/stream_call.h"

#include <utility>

#include "h2/connection.h"
#include "h2/header_list.h"
#include "h2/wire_text.h"

namespace bsn::h2 {
namespace {

// A handler answers at the deadline itself; one that has not by then is answered for.
constexpr std::chrono::milliseconds grace_after_deadline{500};

void add_trailers(HeaderList& list, const Outcome& outcome) {
  if (outcome.code == 0) {
    list.add_static("grpc-status", "0");
  } else {
    list.add("grpc-status", std::to_string(outcome.code));
  }
  if (!outcome.message.empty()) list.add("grpc-message", percent_encode(outcome.message));
  if (!outcome.details.empty()) list.add("grpc-status-details-bin", base64_encode(outcome.details));
  for (const auto& [name, value] : outcome.trailers) list.add(name, value);
}

}  // namespace

StreamCall::StreamCall(Connection& connection, std::int32_t stream)
    : PlainCall(connection.loop()),
      connection_(&connection),
      stream_(stream),
      peer_(connection.peer()),
      began_(loop().now()),
      head_(connection.options().budgets.header_list_bytes),
      reader_(connection.options().budgets.message_bytes),
      half_sent_since_(began_) {}

// ---- from the client ----

void StreamCall::headers_done() {
  if (head_.plain() && connection_->options().plain) {
    plain_ = std::make_unique<PlainHead>();
    plain_->status = head_.wrong_plain();
    if (plain_->status != 0) finish({});
    return;
  }
  if (auto wrong = head_.wrong()) return refuse(std::move(*wrong));
  method_ = connection_->options().methods.find(head_.path());
  if (!method_) return refuse({Code::unimplemented, "there is no method " + head_.path()});
  if (head_.gzip()) reader_.accept_gzip();
  if (const auto* start = std::get_if<StreamStart>(method_)) handler_ = (*start)(*this);
}

void StreamCall::data(std::string_view bytes) {
  if (plain_) return plain_data(bytes);
  const std::size_t read = paused_ || !waiting_.empty() ? 0 : read_messages(bytes);
  if (read > 0 && connection_) connection_->consume(stream_, read);
  if (read < bytes.size()) waiting_.append(bytes.substr(read));
  account();
}

void StreamCall::plain_data(std::string_view bytes) {
  connection_->consume(stream_, bytes.size());
  if (!open()) return;
  if (request_.size() + bytes.size() > connection_->options().budgets.plain_body_bytes) {
    plain_->status = 413;
    return finish({});
  }
  request_.append(bytes);
  account();
}

void StreamCall::serve_plain() {
  plain_->status = 500;
  handler_ = connection_->options().plain(*this, request_);
  request_ = {};
  account();
}

// Returns how much of `bytes` was read: all, unless the handler paused.
std::size_t StreamCall::read_messages(std::string_view bytes) {
  const std::size_t size = bytes.size();
  while (!bytes.empty() && !paused_ && open()) {
    if (!takes_one() && !reader_.in_message()) half_sent_since_ = loop().now();
    if (reader_.take(bytes)) {
      message_came();
    } else if (reader_.wrong()) {
      refuse(*reader_.wrong());
    }
  }
  return open() ? size - bytes.size() : size;
}

void StreamCall::message_came() {
  if (!takes_one()) return handler_->on_message(*this, reader_.message());
  if (have_request_) return refuse({Code::invalid_argument, "two messages on a call that takes one"});
  have_request_ = true;
  request_ = std::move(reader_.message());
}

void StreamCall::half_closed() {
  half_closed_ = true;
  if (!paused_ && waiting_.empty()) end_of_requests();
}

void StreamCall::end_of_requests() {
  if (open() && plain_) return serve_plain();
  if (!open() || !method_) return;
  if (reader_.in_message()) return refuse({Code::invalid_argument, "the request ends within a message"});
  const auto* start = std::get_if<UnaryStart>(method_);
  if (!start) return handler_->on_half_close(*this);
  if (!have_request_) return refuse({Code::invalid_argument, "the request has no message"});
  handler_ = (*start)(*this, request_);
  request_ = {};
  account();
}

void StreamCall::resume() {
  if (!std::exchange(paused_, false) || !open()) return;
  const std::string bytes = std::exchange(waiting_, {});
  const std::size_t read = read_messages(bytes);
  if (connection_) connection_->consume(stream_, read);
  if (read < bytes.size()) waiting_ = bytes.substr(read);
  if (half_closed_ && !paused_ && waiting_.empty()) end_of_requests();
  account();
}

void StreamCall::closed() {
  const std::shared_ptr<CallHandler> handler = std::exchange(handler_, nullptr);
  const bool cancelled = open() && handler;
  out_.clear();
  request_ = waiting_ = {};
  if (accounted_ > 0) connection_->account(-static_cast<std::ptrdiff_t>(std::exchange(accounted_, 0)));
  connection_ = nullptr;
  if (cancelled) handler->on_cancel(*this);
}

void StreamCall::tick(Clock::time_point now) {
  const Budgets& budgets = connection_->options().budgets;
  if (finished_) {
    if (now - finished_at_ > budgets.unread) connection_->reset(stream_, NGHTTP2_CANCEL);
    return;
  }
  const bool half_sent = !half_closed_ && !paused_ && (takes_one() || reader_.in_message());
  if (half_sent && now - half_sent_since_ > budgets.half_sent) {
    return refuse({Code::deadline_exceeded, "the request was not sent in time"});
  }
  if (!timeout() || now - began_ <= *timeout() + grace_after_deadline) return;
  refuse({Code::deadline_exceeded, "the deadline has passed"});
}

// ---- to the client ----

void StreamCall::begin(int status, Headers headers) {
  if (open() && plain_ && !headers_sent_) *plain_ = {status, std::move(headers)};
}

void StreamCall::send(std::string_view message) {
  if (!open()) return;
  if (plain_) {
    out_.append(message);
  } else {
    out_.append_message(message);
  }
  if (!headers_sent_) {
    submit_headers(false);
  } else {
    nghttp2_session_resume_data(connection_->session(), stream_);
  }
  account();
  if (connection_) connection_->touch();
}

void StreamCall::finish(const Outcome& outcome) {
  if (!open()) return;
  finished_ = true;
  finished_at_ = loop().now();
  outcome_ = outcome;
  if (!waiting_.empty()) connection_->consume(stream_, waiting_.size());
  request_ = waiting_ = {};
  if (!headers_sent_) {
    submit_headers(true);
  } else {
    nghttp2_session_resume_data(connection_->session(), stream_);
  }
  account();
  if (connection_) connection_->touch();
}

void StreamCall::refuse(Outcome outcome) {
  if (plain_ && !headers_sent_) {
    const bool late = outcome.code == static_cast<int>(Code::deadline_exceeded);
    plain_->status = late ? (half_closed_ ? 504 : 408) : 503;
  }
  const auto& dress = connection_->options().dress_refusal;
  if (dress) dress(outcome);
  const std::shared_ptr<CallHandler> handler = std::exchange(handler_, nullptr);
  finish(outcome);
  if (handler) handler->on_cancel(*this);
}

std::optional<std::size_t> StreamCall::fill(std::span<std::uint8_t> to) {
  const std::size_t count = out_.take(to);
  if (count == 0 && !finished_) return std::nullopt;
  account();
  if (count > 0 && !finished_ && handler_) handler_->on_sent(*this);
  return count;
}

void StreamCall::submit_plain_headers(bool last) {
  HeaderList list;
  list.add(":status", std::to_string(plain_->status));
  for (const auto& [name, value] : plain_->headers) list.add(name, value);
  connection_->submit_headers(stream_, list, last);
  plain_->headers.clear();
}

void StreamCall::submit_headers(bool last) {
  headers_sent_ = true;
  if (plain_) return submit_plain_headers(last);
  HeaderList list;
  const int status = last ? head_.http_status() : 200;
  list.add_static(":status", status == 200 ? "200" : (status == 405 ? "405" : "415"));
  list.add_static("content-type", "application/grpc");
  if (last) add_trailers(list, outcome_);
  connection_->submit_headers(stream_, list, last);
}

void StreamCall::submit_trailers() {
  HeaderList list;
  add_trailers(list, outcome_);
  const auto entries = list.entries();
  nghttp2_submit_trailer(connection_->session(), stream_, entries.data(), entries.size());
}

std::size_t StreamCall::held() const { return reader_.held() + request_.size() + waiting_.size() + unsent(); }

void StreamCall::account() {
  if (!connection_) return;
  const std::size_t now_held = held();
  const auto change = static_cast<std::ptrdiff_t>(now_held) - static_cast<std::ptrdiff_t>(accounted_);
  accounted_ = now_held;
  if (change == 0 || connection_->account(change) || change < 0 || !connection_) return;
  if (finished_ || unsent() * 2 > now_held) return connection_->end_for("the client does not read its answers");
  refuse({Code::resource_exhausted, "too many bytes are held for this connection"});
}

}  // namespace bsn::h2
