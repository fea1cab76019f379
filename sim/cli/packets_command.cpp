// `bsnsim packets` and `bsnsim trace`: read from the final blocks of the chains.
#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>

#include "core/packet_call.h"
#include "proto/codec.h"
#include "proto/gateway.grpc.pb.h"
#include "rpc/channel.h"
#include "sim/cli/gateway_target.h"
#include "sim/cli/transfer_commands.h"
#include "sim/text_table.h"

namespace bsn {
namespace {

constexpr std::chrono::seconds ask_limit{30};
constexpr std::chrono::minutes read_limit{5};
constexpr std::size_t table_width = 160;

void dress(grpc::ClientContext& context, const std::string& access_key, std::chrono::seconds limit) {
  context.AddMetadata("x-api-key", access_key);
  context.set_deadline(std::chrono::system_clock::now() + limit);
}

Error failed(const grpc::Status& status) {
  return {ErrorCode::unavailable, "the gateway says: " + status.error_message()};
}

// Any read of the final state tells how high it is.
Result<Height> final_height(v1::Gateway::Stub& stub, const std::string& access_key, const ChainName& chain) {
  grpc::ClientContext context;
  dress(context, access_key, ask_limit);
  v1::QueryRequest request;
  *request.mutable_chain() = encode(chain);
  request.set_contract("asset");
  request.set_function("supply");
  request.set_level(v1::LEVEL_FINAL);
  v1::Reply reply;
  const grpc::Status status = stub.Query(&context, request, &reply);
  if (!status.ok()) return failed(status);
  return Height{reply.height()};
}

Result<Done> read_chain(v1::Gateway::Stub& stub, const std::string& access_key, const ChainName& chain,
                        PacketTrails& trails) {
  const auto height = final_height(stub, access_key, chain);
  if (!height) return height.error();
  if (*height == 0) return Done{};
  grpc::ClientContext context;
  dress(context, access_key, read_limit);
  v1::WatchBlocksRequest request;
  *request.mutable_chain() = encode(chain);
  request.set_from_height(1);
  const auto reader = stub.WatchBlocks(&context, request);
  Height read = 0;
  for (v1::Block message; read < *height && reader->Read(&message); ++read) {
    const auto block = decode_block(message, chain);
    if (!block) return block.error();
    trails.saw(chain, **block);
  }
  context.TryCancel();
  const grpc::Status status = reader->Finish();
  if (read < *height) return failed(status);
  return Done{};
}

Result<std::vector<ChainName>> all_chains(const GatewayTarget& target) {
  grpc::ClientContext context;
  dress(context, target.access_key, ask_limit);
  v1::ListNetworksResponse response;
  const grpc::Status status = v1::Gateway::NewStub(target.channel())->ListNetworks(&context, {}, &response);
  if (!status.ok()) return failed(status);
  std::vector<ChainName> chains;
  for (const v1::NetworkInfo& network : response.networks()) {
    for (const v1::ChainInfo& chain : network.chains()) chains.push_back({network.network(), chain.chain()});
  }
  return chains;
}

std::string seconds_between(Instant from, Instant to) { return fmt::format("{:.3f}", (to - from).seconds()); }

// "5210" or, of a proof that several steps of packets share, "5210 for 20".
std::string proof_size(const TrailStep& step) {
  if (step.proof_bytes == 0) return "-";
  return std::to_string(step.proof_bytes) + (step.proved > 1 ? " for " + std::to_string(step.proved) : std::string());
}

std::string content(const Packet& packet) {
  if (const auto* transfer = std::get_if<TransferBody>(&packet.body)) {
    return fmt::format("{} of {}", transfer->amount, to_string(transfer->asset));
  }
  const auto& call = std::get<CallBody>(packet.body);
  return call.contract + "." + call.function;
}

boost::json::object to_json(const PacketTrails::Key& key, const PacketTrail& trail) {
  boost::json::array steps;
  for (const TrailStep& step : trail.steps) {
    steps.push_back({{"step", to_string(step.what)},
                     {"chain", to_string(step.chain)},
                     {"height", step.height},
                     {"proof_bytes", step.proof_bytes},
                     {"proof_of_steps", step.proved},
                     {"since_sent_ns", (step.time - trail.steps.front().time).ns},
                     {"result", step.result}});
  }
  return {
      {"transfer", packet_name(key)}, {"content", content(trail.packet)}, {"stage", trail.stage()}, {"steps", steps}};
}

void print_trail(const PacketTrails::Key& key, const PacketTrail& trail) {
  fmt::print("{}\n  {}, {}\n\n", packet_name(key), content(trail.packet), trail.stage());
  TextTable table({"step", "chain", "block", "proof\n(bytes)", "after\n(s)", "in all\n(s)", "result"});
  Instant last = trail.steps.front().time;
  for (const TrailStep& step : trail.steps) {
    table.add({std::string(to_string(step.what)), to_string(step.chain), std::to_string(step.height), proof_size(step),
               seconds_between(last, step.time), seconds_between(trail.steps.front().time, step.time),
               step.result.substr(0, 40)});
    last = step.time;
  }
  fmt::print("{}", table.text(table_width));
}

void print_table(const std::vector<std::pair<PacketTrails::Key, const PacketTrail*>>& packets) {
  TextTable table({"transfer", "content", "stage", "took (s)"});
  for (const auto& [key, trail] : packets) {
    table.add({packet_name(key), content(trail->packet), trail->stage(),
               seconds_between(trail->steps.front().time, trail->steps.back().time)});
  }
  fmt::print("{}", table.empty() ? "no packets\n" : table.text(table_width));
}

}  // namespace

Result<PacketTrails> read_trails(const GatewayTarget& gateway, const std::vector<ChainName>& chains) {
  const auto stub = v1::Gateway::NewStub(gateway.channel());
  PacketTrails trails;
  for (const ChainName& chain : chains) {
    if (auto done = read_chain(*stub, gateway.access_key, chain, trails); !done) return done.error();
  }
  return trails;
}

int command_packets(const PacketsOptions& options) {
  std::optional<ChainName> only;
  if (!options.chain.empty()) {
    only = parse_chain_name(options.chain.find('/') == std::string::npos ? options.chain + "/main" : options.chain);
    if (!only) {
      return report_error(
          {ErrorCode::invalid_configuration, "'" + options.chain + "' is not NETWORK or NETWORK/CHAIN"});
    }
  }
  const Result<GatewayTarget> target = find_gateway(options);
  if (!target) return report_error(target.error());
  const auto chains = all_chains(*target);
  if (!chains) return report_error(chains.error());
  if (only && std::find(chains.value().begin(), chains.value().end(), *only) == chains.value().end()) {
    return report_error({ErrorCode::not_found, "there is no chain " + to_string(*only) + "; see `bsnsim status`"});
  }
  const auto trails = read_trails(*target, *chains);
  if (!trails) return report_error(trails.error());
  std::vector<std::pair<PacketTrails::Key, const PacketTrail*>> shown;
  for (const auto& [key, trail] : trails.value().all()) {
    if (!only || key.lane.source == *only || key.lane.destination == *only) shown.emplace_back(key, &trail);
  }
  if (options.json) {
    boost::json::array list;
    for (const auto& [key, trail] : shown) list.push_back(to_json(key, *trail));
    fmt::print("{}\n", boost::json::serialize(list));
  } else {
    print_table(shown);
  }
  return 0;
}

int command_trace(const PacketsOptions& options) {
  const auto key = parse_packet_name(options.transfer);
  if (!key) {
    return report_error({ErrorCode::invalid_configuration,
                         "'" + options.transfer + "' is not HUB:SOURCE:DESTINATION:NUMBER as `transfer` prints it"});
  }
  const Result<GatewayTarget> target = find_gateway(options);
  if (!target) return report_error(target.error());
  const PacketLane& lane = key->lane;
  const auto trails = read_trails(*target, {lane.source, lane.hub, lane.destination});
  if (!trails) return report_error(trails.error());
  const auto trail = trails.value().all().find(*key);
  if (trail == trails.value().all().end()) {
    return report_error({ErrorCode::not_found, "no such transfer was sent; see `bsnsim packets`"});
  }
  if (options.json) {
    fmt::print("{}\n", boost::json::serialize(to_json(*key, trail->second)));
  } else {
    print_trail(*key, trail->second);
  }
  return 0;
}

}  // namespace bsn
