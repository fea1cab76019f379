#include "bench/routing_latency/one_node.h"

#include <algorithm>

#include "proto/codec.h"

namespace bsn {

Topology one_node() {
  Topology topology;
  topology.name = "one-node";
  topology.wan.enabled = false;
  topology.gateway_city = "beijing";
  topology.cities.push_back({"beijing", "Beijing", "Beijing", {39.9075, 116.39723, {}, {}}, CityState::connected});
  Network network;
  network.id = "fabric";
  network.name = "one Raft peer";
  network.engine = RaftParameters{};
  topology.networks.push_back(network);
  topology.chains.push_back({{"fabric", "bench"}, {"beijing"}, {}});
  topology.projects.push_back({"bench", "bench-key", {"*"}, {}});
  return topology;
}

std::string query_of_one_node() {
  Call call;
  call.chain = {"fabric", "bench"};
  call.contract = "asset";
  call.function = "balance";
  call.args = {"account-1"};
  call.level = Level::local;
  return encode_query(call).SerializeAsString();
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace bsn
