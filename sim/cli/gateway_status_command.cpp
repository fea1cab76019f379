// `bsnsim status gateway`: the connections of a gateway that runs, in the manner of channelz.
#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "proto/codec_gateway_view.h"
#include "proto/gateway_view.grpc.pb.h"
#include "sim/cli/gateway_target.h"
#include "sim/live/endpoints.h"
#include "sim/text_table.h"

namespace bsn {
namespace {

constexpr std::chrono::seconds ask_limit{10};
constexpr std::size_t table_width = 160;

// The gateway of the cluster, or the one whose address is given.
Result<GatewayTarget> find_process(const GatewayStatusOptions& options) {
  Result<ChannelTls> tls = read_tls(options);
  if (!tls) return tls.error();
  GatewayTarget target{options.gateway, "", "", std::move(*tls)};
  if (!target.address.empty()) return target;
  const auto endpoints = read_endpoints(cluster_folder(options.name));
  if (!endpoints) return endpoints.error();
  const std::vector<Endpoint> all = endpoints->gateways();
  const auto named = [&](const Endpoint& one) { return one.name == options.process; };
  const auto found = std::find_if(all.begin(), all.end(), named);
  if (found == all.end()) {
    return Error{ErrorCode::invalid_configuration,
                 "no gateway is called '" + options.process + "'; see `bsnsim status`"};
  }
  target.address = found->grpc;
  return target;
}

Result<GatewayView> ask(const GatewayTarget& target) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + ask_limit);
  v1::GatewayView message;
  const grpc::Status status = v1::GatewayLook::NewStub(target.channel())->View(&context, {}, &message);
  if (!status.ok()) return Error{ErrorCode::unavailable, target.address + ": " + status.error_message()};
  return decode(message);
}

std::string age(Duration time) { return fmt::format("{:.1f}", time.seconds()); }

std::string kib(std::uint64_t bytes) { return fmt::format("{:.1f}", static_cast<double>(bytes) / 1024); }

std::string pair(std::uint64_t one, std::uint64_t other) { return fmt::format("{}/{}", one, other); }

void print_clients(const GatewayView& view) {
  TextTable table({"client", "tls", "age\n(s)", "quiet\n(s)", "streams\nopen", "in all", "in\n(KiB)", "out\n(KiB)",
                   "resets\nin/out", "pings\nin/out", "held\n(KiB)"});
  for (const ClientConnection& one : view.clients) {
    table.add({one.peer, one.tls ? "yes" : "no", age(one.age), age(one.quiet), std::to_string(one.open_streams),
               std::to_string(one.streams), kib(one.bytes_in), kib(one.bytes_out), pair(one.resets_in, one.resets_out),
               pair(one.pings_in, one.pings_out), kib(one.held_bytes)});
  }
  if (!table.empty()) fmt::print("\n{}", table.text(table_width));
  if (view.clients.size() < view.connections) {
    fmt::print("these {} of {} were heard last\n", view.clients.size(), view.connections);
  }
}

void print_nodes(const GatewayView& view) {
  TextTable table({"city node", "stream\n(s)", "opened\n(times)", "in\nflight", "calls", "batches", "calls in\na batch",
                   "answers", "batches", "condition"});
  for (const NodeConnection& one : view.nodes) {
    const std::string each =
        one.batches == 0 ? "-"
                         : fmt::format("{:.1f}", static_cast<double>(one.calls) / static_cast<double>(one.batches));
    table.add({one.city, one.age == Duration{} ? "-" : age(one.age), std::to_string(one.streams),
               std::to_string(one.open_calls), std::to_string(one.calls), std::to_string(one.batches), each,
               std::to_string(one.answers), std::to_string(one.answer_batches), one.condition});
  }
  fmt::print("\n{}", table.empty() ? "not commissioned\n" : table.text(table_width));
}

void print(const std::string& address, const GatewayView& view) {
  fmt::print("gateway {}: {} connections of clients, {} since its start\n", address, view.connections, view.accepted);
  fmt::print("ended for a spent budget: {}   calls refused for want of room: {}   TLS handshakes in vain: {}\n",
             view.ended, view.refused, view.handshakes_failed);
  print_clients(view);
  print_nodes(view);
}

boost::json::object to_json(const ClientConnection& one) {
  return {{"peer", one.peer},
          {"tls", one.tls},
          {"age_ns", one.age.ns},
          {"quiet_ns", one.quiet.ns},
          {"open_streams", one.open_streams},
          {"streams", one.streams},
          {"bytes_in", one.bytes_in},
          {"bytes_out", one.bytes_out},
          {"resets_in", one.resets_in},
          {"resets_out", one.resets_out},
          {"pings_in", one.pings_in},
          {"pings_out", one.pings_out},
          {"held_bytes", one.held_bytes}};
}

boost::json::object to_json(const NodeConnection& one) {
  return {{"city", one.city},           {"address", one.address},
          {"condition", one.condition}, {"age_ns", one.age.ns},
          {"streams", one.streams},     {"open_calls", one.open_calls},
          {"calls", one.calls},         {"batches", one.batches},
          {"answers", one.answers},     {"answer_batches", one.answer_batches}};
}

boost::json::object to_json(const std::string& address, const GatewayView& view) {
  boost::json::array clients, nodes;
  for (const ClientConnection& one : view.clients) clients.push_back(to_json(one));
  for (const NodeConnection& one : view.nodes) nodes.push_back(to_json(one));
  return {{"grpc", address},
          {"connections", view.connections},
          {"accepted", view.accepted},
          {"ended", view.ended},
          {"refused", view.refused},
          {"handshakes_failed", view.handshakes_failed},
          {"clients", std::move(clients)},
          {"nodes", std::move(nodes)}};
}

}  // namespace

int command_gateway_status(const GatewayStatusOptions& options) {
  const Result<GatewayTarget> target = find_process(options);
  if (!target) return report_error(target.error());
  const Result<GatewayView> view = ask(*target);
  if (!view) return report_error(view.error());
  if (options.json) {
    fmt::print("{}\n", boost::json::serialize(to_json(target->address, *view)));
  } else {
    print(target->address, *view);
  }
  return 0;
}

}  // namespace bsn
