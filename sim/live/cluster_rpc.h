// The gRPC calls with which a launcher commissions, inspects and disturbs the processes of a cluster.
//
// Every function has a deadline and blocks its caller; those over many processes ask all of them at once.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/block.h"
#include "core/chain_spec.h"
#include "core/gateway_pace.h"
#include "core/gateway_spec.h"
#include "core/result.h"
#include "core/time.h"

namespace bsn {

// What one hosted chain looks like from outside.
struct ChainDigest {
  ChainName chain;
  Height height = 0;
  bool validator = false;
  std::string leader;
  std::uint32_t mempool_transactions = 0;
  Height final_height = 0;
  Digest final_block;  // its hash; of genesis at height 0
  // Tree families, since the process started.
  std::uint64_t reorganisations = 0, deepest_reorganisation = 0, own_blocks_undone = 0;
  bool joined = false;                   // it has what it missed before it came
  bool silent = false;                   // a validator that must not vote, for it may have signed what it does not know
  std::vector<ValidatorIndex> voters{};  // Raft, of validators: the seats that vote, as committed
};

struct CityHealth {
  std::string city;
  std::string state;
  bool healthy = false;
};

struct GatewayCounts {
  std::uint64_t calls = 0, refused = 0, attempts = 0, retries = 0, hedges = 0, compares = 0;
  std::vector<std::uint64_t> open_calls;  // by CityIndex: attempts that are out there
  std::vector<RouteUse> routes;           // by ChainIndex
  GatewayPace pace{};
};

// One connection per process, kept while the object lives.
class ClusterRpc {
 public:
  ClusterRpc();
  ~ClusterRpc();

  // Asked several times a second while a function waits; its Error ends the wait at once: a child that died need not be
  // waited for until the limit.
  using GiveUp = std::function<Result<Done>()>;
  void give_up_when(GiveUp give_up);

  // Commissions all nodes (address -> spec) at once, or gives those that are commissioned another assignment. The error
  // names the first process that refused, and why.
  Result<Done> commission_nodes(const std::map<std::string, NodeSpec>& specs, Duration limit);
  Result<Done> commission_gateway(const std::string& address, const GatewaySpec& spec, Duration limit);

  // Waits until the standard health service of every address says SERVING.
  Result<Done> wait_until_serving(const std::vector<std::string>& addresses, Duration limit);

  Result<std::vector<ChainDigest>> digest(const std::string& address, Duration limit);
  // Of many at once; an address that does not answer has no entry.
  std::map<std::string, std::vector<ChainDigest>> digests(const std::vector<std::string>& addresses, Duration limit);
  Result<Done> gate_links(const std::string& address, const std::vector<CityIndex>& closed, Duration limit);

  // Final blocks 1 ... tip of the peer at this address.
  Result<std::vector<BlockPtr>> blocks(const std::string& address, const ChainName& chain, Height tip, Duration limit);

  Result<std::vector<CityHealth>> list_city_nodes(const std::string& gateway, const std::string& access_key,
                                                  Duration limit);
  // Of each chain asked for, the most bytes that any of these nodes (address -> chains) has on disk of it. All are
  // asked at once; who does not answer counts for nothing.
  std::map<ChainIndex, std::uint64_t> largest_storage(const std::map<std::string, std::vector<ChainIndex>>& nodes,
                                                      Duration limit);

  // Of these gateways together. Of a city's lag the longest counts.
  Result<GatewayCounts> counters(const std::vector<std::string>& gateways, Duration limit);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bsn
