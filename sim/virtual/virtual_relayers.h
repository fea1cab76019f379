// The relayers of a virtual run: clients of the gateway that hear every final block.
//
// A block is heard when the first city node has it final. What a relayer asks and submits goes through the gateway from
// the relayer's city, with its way and its time. Answers and blocks are taken in at advance(), so that nothing happens
// to the cluster from within.
// Not for more than one thread.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "relay/relay_client.h"
#include "sim/invariant_cross_chain.h"
#include "sim/report.h"
#include "sim/topology.h"
#include "sim/virtual/virtual_cluster.h"

namespace bsn {

std::set<ChainName> acknowledging_hubs(const Topology& topology);

class VirtualRelayers {
 public:
  // Calls come with this access key.
  VirtualRelayers(const Topology& topology, std::string access_key);

  void block_final(ChainIndex chain, CityIndex city, const BlockPtr& block);
  // Whether the answer was to one of these relayers.
  bool answered(CallId id, const Reply& reply);

  // Takes in what came since, and sends what follows from it.
  void advance(VirtualCluster& cluster);
  // Whether somebody waits for something, or something came.
  bool busy() const;

  CrossChainReport report(const CrossChainJudge& judge) const;

 private:
  struct One {
    RelayClient client;
    std::string city;
    std::size_t open = 0;  // calls without an answer
  };
  void send(VirtualCluster& cluster, std::size_t number, std::vector<RelayCall>& calls);

  std::string access_key_;
  CityIndex first_outside_;
  std::vector<ChainName> chains_;
  std::vector<Height> heard_;  // by ChainIndex
  std::vector<One> relayers_;
  std::vector<std::pair<ChainIndex, BlockPtr>> blocks_;  // since the last advance()
  std::vector<std::pair<CallId, Reply>> answers_;
};

}  // namespace bsn
