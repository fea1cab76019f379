#include "proto/codec_gateway_view.h"

#include <utility>

#include "core/call.h"
#include "proto/codec_checks.h"

namespace bsn {
namespace {

constexpr std::size_t address_bytes = 256;
constexpr std::size_t condition_bytes = 1'024;

void encode_client(const ClientConnection& client, v1::ClientConnection& message) {
  message.set_peer(client.peer);
  message.set_tls(client.tls);
  message.set_age_ns(client.age.ns);
  message.set_quiet_ns(client.quiet.ns);
  message.set_open_streams(client.open_streams);
  message.set_streams(client.streams);
  message.set_bytes_in(client.bytes_in);
  message.set_bytes_out(client.bytes_out);
  message.set_resets_in(client.resets_in);
  message.set_resets_out(client.resets_out);
  message.set_pings_in(client.pings_in);
  message.set_pings_out(client.pings_out);
  message.set_held_bytes(client.held_bytes);
}

ClientConnection decode_client(Checks& checks, const v1::ClientConnection& message) {
  ClientConnection client;
  client.peer = checks.text(message.peer(), address_bytes, "peer");
  client.tls = message.tls();
  client.age = checks.duration(message.age_ns(), "age_ns");
  client.quiet = checks.duration(message.quiet_ns(), "quiet_ns");
  client.open_streams = message.open_streams();
  client.streams = message.streams();
  client.bytes_in = message.bytes_in();
  client.bytes_out = message.bytes_out();
  client.resets_in = message.resets_in();
  client.resets_out = message.resets_out();
  client.pings_in = message.pings_in();
  client.pings_out = message.pings_out();
  client.held_bytes = message.held_bytes();
  return client;
}

void encode_node(const NodeConnection& node, v1::NodeConnection& message) {
  message.set_city(node.city);
  message.set_address(node.address);
  message.set_condition(node.condition);
  message.set_age_ns(node.age.ns);
  message.set_streams(node.streams);
  message.set_open_calls(node.open_calls);
  message.set_calls(node.calls);
  message.set_batches(node.batches);
  message.set_answers(node.answers);
  message.set_answer_batches(node.answer_batches);
}

NodeConnection decode_node(Checks& checks, const v1::NodeConnection& message) {
  NodeConnection node;
  node.city = checks.required_text(message.city(), CallLimits::name_bytes, "city");
  node.address = checks.text(message.address(), address_bytes, "address");
  node.condition = checks.text(message.condition(), condition_bytes, "condition");
  node.age = checks.duration(message.age_ns(), "age_ns");
  node.streams = message.streams();
  node.open_calls = message.open_calls();
  node.calls = message.calls();
  node.batches = message.batches();
  node.answers = message.answers();
  node.answer_batches = message.answer_batches();
  return node;
}

}  // namespace

v1::GatewayView encode(const GatewayView& view) {
  v1::GatewayView message;
  message.set_connections(view.connections);
  message.set_accepted(view.accepted);
  message.set_ended(view.ended);
  message.set_refused(view.refused);
  message.set_handshakes_failed(view.handshakes_failed);
  for (const ClientConnection& client : view.clients) encode_client(client, *message.add_clients());
  for (const NodeConnection& node : view.nodes) encode_node(node, *message.add_nodes());
  return message;
}

Result<GatewayView> decode(const v1::GatewayView& message) {
  Checks checks("GatewayView");
  GatewayView view;
  view.connections = message.connections();
  view.accepted = message.accepted();
  view.ended = message.ended();
  view.refused = message.refused();
  view.handshakes_failed = message.handshakes_failed();
  for (const v1::ClientConnection& client : message.clients()) view.clients.push_back(decode_client(checks, client));
  for (const v1::NodeConnection& node : message.nodes()) view.nodes.push_back(decode_node(checks, node));
  return checks.give(std::move(view));
}

}  // namespace bsn
