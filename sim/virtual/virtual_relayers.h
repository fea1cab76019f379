// The relayers of a virtual run: clients of the gateway that hear every final block.
//
// A block is heard when the first city node has it final. What a relayer asks and submits goes through the gateway from
// the relayer's city, with its way and its time. Answers and blocks are taken in at advance(), so that nothing happens
// to the cluster from within.
// Not for more than one thread.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "relay/relay_client.h"
#include "sim/fault_schedule.h"
#include "sim/invariant_cross_chain.h"
#include "sim/report.h"
#include "sim/topology.h"
#include "sim/virtual/virtual_cluster.h"

namespace bsn {

class VirtualRelayers final : public RelayerTarget {
 public:
  // Calls come with this access key.
  VirtualRelayers(const Topology& topology, std::string access_key);

  void block_final(ChainIndex chain, CityIndex city, const BlockPtr& block);
  // Whether the answer was to one of these relayers.
  bool answered(CallId id, const Reply& reply);

  // Takes in what came since, and sends what follows from it.
  void advance(VirtualCluster& cluster);
  // A killed relayer forgets everything; its calls go on without it. Restarted, it is shown all final blocks again.
  Result<Done> kill_relayer(std::size_t number) override;
  Result<Done> restart_relayer(std::size_t number) override;

  // Whether somebody waits for something, or something came.
  bool busy() const;

  CrossChainReport report(const CrossChainJudge& judge) const;

 private:
  struct One {
    RelayerSpec spec;
    std::string city;
    std::optional<RelayClient> client{};  // none: killed
    std::uint64_t life = 0;               // how often it was restarted
    std::size_t open = 0;                 // calls of this life without an answer
    RelayCounters before{};               // of earlier lives
  };
  void send(VirtualCluster& cluster, std::size_t number, std::vector<RelayCall>& calls);

  std::string access_key_;
  CityIndex first_outside_;
  std::vector<ChainName> chains_;
  std::vector<std::vector<BlockPtr>> heard_;  // by ChainIndex: its final blocks, for those who are restarted
  std::vector<One> relayers_;
  std::vector<std::pair<ChainIndex, BlockPtr>> blocks_;  // since the last advance()
  std::vector<std::pair<CallId, Reply>> answers_;
  Instant now_;  // of the last advance()
};

}  // namespace bsn
