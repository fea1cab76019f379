#include "gateway/serve/transaction_lookup.h"

#include <chrono>
#include <utility>

#include "proto/codec.h"
#include "rpc/call_context.h"
#include "rpc/refusal.h"
#include "rpc/reply_outcome.h"

namespace bsn {

std::shared_ptr<h2::CallHandler> TransactionLookup::start(GatewayShell& shell, h2::Call& call,
                                                          const v1::GetTransactionRequest& request, Credentials who) {
  const auto self = std::make_shared<TransactionLookup>(shell, call, request, std::move(who));
  if (!shell.run([self](Instant now) { self->route(now); })) {
    self->finish(refusal(Status::unavailable, Reason::stopping, "the gateway is shutting down"));
  }
  return self;
}

TransactionLookup::TransactionLookup(GatewayShell& shell, h2::Call& call, const v1::GetTransactionRequest& request,
                                     Credentials who)
    : shell_(shell),
      call_(call.shared_from_this()),
      request_(request),
      metadata_(read_metadata(call.metadata())),
      who_(std::move(who)),
      deadline_(deadline_of(call, monotonic_now())) {}

void TransactionLookup::route(Instant now) {
  if (finished_) return;
  const ChainName asked{request_.chain().network(), request_.chain().chain()};
  if (const auto over = admit_request(shell_, now, who_, metadata_, asked)) return finish(*over);
  const Result<ChainName> chain = decode(request_.chain());
  if (!chain || request_.transaction().size() != sizeof(Digest::bytes)) {
    return finish(refusal(Status::invalid_argument, Reason::malformed,
                          chain ? "transaction is not 32 bytes long" : chain.error().message));
  }
  Reply refused;
  const auto node = choose_node(shell_, now, *chain, metadata_, std::nullopt, refused);
  if (!node) return finish(refused);
  node_ = *node;
  shell_.run_at(now + shell_.wan().delay(node_.origin, node_.city),
                [self = shared_from_this()](Instant) { self->ask(); });
}

void TransactionLookup::ask() {
  if (finished_) return;
  const Duration left = deadline_ - monotonic_now();
  to_node_.set_deadline(std::chrono::system_clock::now() + std::chrono::nanoseconds(left.ns));
  node_.stub->async()->GetTransaction(
      &to_node_, &request_, &from_node_, [self = shared_from_this()](const grpc::Status& status) {
        self->shell_.run([self, status](Instant now) {
          const Instant due = now + self->shell_.wan().delay(self->node_.city, self->node_.origin);
          self->shell_.run_at(due, [self, status](Instant then) { self->answered(then, status); });
        });
      });
}

void TransactionLookup::answered(Instant, const grpc::Status& status) {
  Reply reply = received_reply(status, from_node_);
  reply.city = shell_.gateway().spec().cities[node_.city.value].name;
  finish(reply);
}

void TransactionLookup::finish(const Reply& reply) {
  if (std::exchange(finished_, true)) return;
  if (reply.status == Status::ok) return answer_later(call_, encode(reply));
  finish_later(call_, outcome_of(reply));
}

void TransactionLookup::on_cancel(h2::Call&) {
  shell_.run([self = shared_from_this()](Instant) {
    self->to_node_.TryCancel();
    self->finish(refusal(Status::cancelled, Reason::none, "the client is gone"));
  });
}

}  // namespace bsn
