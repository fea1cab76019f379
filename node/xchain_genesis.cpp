#include "node/xchain_genesis.h"

#include <string>
#include <vector>

#include "core/byte_fields.h"
#include "node/light_client.h"

namespace bsn {
namespace {

constexpr std::string_view own_name_key = "x/self";
constexpr std::string_view hub_rules_key = "x/hub";

std::string key_of(std::string_view kind, std::initializer_list<const ChainName*> names) {
  std::string key(kind);
  for (const ChainName* name : names) {
    key.append(1, '\0').append(name->network).append(1, '\0').append(name->chain);
  }
  return key;
}

std::string encode(const ChannelRules& rules) {
  ByteWriter writer;
  writer.u8(rules.acknowledged ? 1 : 0).u8(rules.ordered ? 1 : 0).u32(rules.in_flight_max).u64(rules.outflow_max);
  return writer.u64(static_cast<std::uint64_t>(rules.outflow_window.ns)).u64(rules.slash).bytes();
}

std::optional<ChannelRules> rules_at(std::string_view key, StateOverlay& state) {
  const auto bytes = state.get(key);
  if (!bytes) return std::nullopt;
  ByteReader reader(*bytes);
  ChannelRules rules;
  rules.acknowledged = reader.u8() == 1;
  rules.ordered = reader.u8() == 1;
  rules.in_flight_max = reader.u32();
  rules.outflow_max = reader.u64();
  rules.outflow_window = {static_cast<std::int64_t>(reader.u64())};
  rules.slash = reader.u64();
  return rules;
}

void write_links(const CrossChainSpec& spec, StateOverlay& state) {
  for (const CrossChainSpec::Link& link : spec.links) {
    LightClient::create(link.hub, state);
    state.set(key_of("x/link", {&link.hub.chain}), encode(link.rules));
    for (const ChainName& other : link.reachable) state.set(key_of("x/reach", {&link.hub.chain, &other}), "1");
  }
}

void write_hub(const CrossChainSpec::Hub& hub, StateOverlay& state) {
  state.set(hub_rules_key, encode(hub.rules));
  for (const ClientSpec& client : hub.chains) LightClient::create(client, state);
}

}  // namespace

std::optional<ChainName> own_name(StateOverlay& state) {
  const auto bytes = state.get(own_name_key);
  if (!bytes) return std::nullopt;
  ByteReader reader(*bytes);
  std::string network(reader.text());
  return ChainName{std::move(network), std::string(reader.text())};
}

std::optional<ChannelRules> link_rules(const ChainName& hub, StateOverlay& state) {
  return rules_at(key_of("x/link", {&hub}), state);
}

bool reachable(const ChainName& hub, const ChainName& chain, StateOverlay& state) {
  return state.get(key_of("x/reach", {&hub, &chain})).has_value();
}

std::optional<ChannelRules> hub_rules(StateOverlay& state) { return rules_at(hub_rules_key, state); }

void write_cross_chain_genesis(const ChainName& self, const CrossChainSpec& spec, StateTree& state) {
  if (spec.links.empty() && !spec.hub) return;
  StateOverlay overlay(state);
  overlay.set(own_name_key, ByteWriter().text(self.network).text(self.chain).bytes());
  write_links(spec, overlay);
  if (spec.hub) write_hub(*spec.hub, overlay);
  std::vector<StateUndo> nothing_to_undo;
  overlay.commit(state, nothing_to_undo);
}

}  // namespace bsn
