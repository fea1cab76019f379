#include "gateway/serve/received_call.h"

#include <utility>

#include "proto/codec.h"

namespace bsn {
namespace {

ReceivedCall received(Result<Call> call, const v1::ChainName& chain) {
  if (call) return {std::move(*call), ""};
  return without_shape({chain.network(), chain.chain()}, call.error().message);
}

}  // namespace

ReceivedCall without_shape(ChainName chain, std::string wrong) {
  ReceivedCall call;
  call.call.chain = std::move(chain);
  call.wrong = std::move(wrong);
  return call;
}

ReceivedCall receive(const v1::SubmitRequest& message) { return received(decode(message), message.chain()); }
ReceivedCall receive(const v1::QueryRequest& message) { return received(decode(message), message.chain()); }
ReceivedCall receive(const v1::Call& message) {
  return received(decode(message), message.has_submit() ? message.submit().chain() : message.query().chain());
}

}  // namespace bsn
