// A channel to another process of the cluster: quick to find a peer again that was restarted, large messages
// allowed, no proxy from the environment.
#pragma once

#include <grpcpp/channel.h>

#include <memory>
#include <string>

namespace bsn {

// For TLS, as texts in PEM.
struct ChannelTls {
  std::string ca;           // the authorities that are believed; empty: no TLS
  std::string certificate;  // shown to a server that asks; empty: none
  std::string key;
};

// Opens no connection before the first call. Channels with the same address share no connection.
std::shared_ptr<grpc::Channel> open_channel(const std::string& address, const ChannelTls& tls = {});

}  // namespace bsn
