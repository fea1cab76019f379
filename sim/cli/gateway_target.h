// Where a gateway (of a cluster with several, the one nearest to the origin) is and how to be let in: from the options,
// and what they leave out from the named cluster.
#pragma once

#include <memory>
#include <string>

#include "core/result.h"
#include "rpc/channel.h"
#include "sim/cli/commands.h"

namespace bsn {

struct GatewayTarget {
  std::string address;
  std::string access_key;
  std::string name;  // its home city, which signed requests name
  ChannelTls tls{};

  std::shared_ptr<grpc::Channel> channel() const { return open_channel(address, tls); }
};

// What the files named there hold; an Error names one that can't be read.
Result<ChannelTls> read_tls(const GatewayOptions& options);

// An Error when something is left out and there is no such cluster, or a file of TLS can't be read.
Result<GatewayTarget> find_gateway(const GatewayOptions& options);

}  // namespace bsn
