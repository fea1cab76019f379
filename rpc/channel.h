// A channel to another process of the cluster: plaintext, quick to find a peer again that was restarted, large messages
// allowed, no proxy from the environment.
#pragma once

#include <grpcpp/channel.h>

#include <memory>
#include <string>

namespace bsn {

// Opens no connection before the first call. Channels with the same address share no connection.
std::shared_ptr<grpc::Channel> open_channel(const std::string& address);

}  // namespace bsn
