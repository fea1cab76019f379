#include "rpc/channel.h"

#include <grpcpp/grpcpp.h>

namespace bsn {

namespace {

std::shared_ptr<grpc::ChannelCredentials> credentials(const ChannelTls& tls) {
  if (tls.ca.empty()) return grpc::InsecureChannelCredentials();
  return grpc::SslCredentials({tls.ca, tls.key, tls.certificate});
}

}  // namespace

std::shared_ptr<grpc::Channel> open_channel(const std::string& address, const ChannelTls& tls) {
  grpc::ChannelArguments arguments;
  // A process that is started again should be found at once, not after gRPC's default back-off of a second and more.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 50);
  // This one is also how long one attempt to connect may take: not less than a busy machine needs for a handshake.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 5000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  // A peer that vanished without closing (a pulled cable) is noticed; a peer that is only paused keeps its connection.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 120'000);
  // Without this, messages that come now and then are each answered by a ping that measures the bandwidth, and wake
  // both ends once more: on links that are mostly idle that doubles the cost of a message.
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetMaxReceiveMessageSize(64 * 1024 * 1024);
  return grpc::CreateCustomChannel(address, credentials(tls), arguments);
}

}  // namespace bsn
