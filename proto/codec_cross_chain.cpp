#include "proto/codec_cross_chain.h"

#include "proto/codec.h"

namespace bsn {
namespace {

constexpr int validators_max = 1000;
constexpr int chains_max = 10'000;
constexpr std::uint32_t confirmations_max = 1000;

void encode_client(const ClientSpec& client, v1::Client& message) {
  *message.mutable_chain() = encode(client.chain);
  message.set_trusting_period_ns(client.trusting_period.ns);
  message.set_clock_drift_ns(client.clock_drift.ns);
  if (const auto* depth = std::get_if<DepthRule>(&client.rule)) {
    message.set_key_seed(depth->key_seed);
    message.set_confirmations(depth->confirmations);
    return;
  }
  const auto& validators = std::get<ValidatorsRule>(client.rule);
  message.set_key_seed(validators.key_seed);
  message.set_numerator(validators.numerator);
  message.set_denominator(validators.denominator);
  message.set_seal_names_voters(validators.seal_names_voters);
  for (const std::uint64_t weight : validators.weights) message.add_weights(weight);
}

std::variant<ValidatorsRule, DepthRule> decode_rule(Checks& checks, const v1::Client& message) {
  checks.require(message.weights_size() <= validators_max, "a client has too many validators");
  if (message.weights_size() == 0) {
    const bool fits = message.confirmations() >= 1 && message.confirmations() <= confirmations_max;
    checks.require(fits, "a client without validators needs 1 to 1000 confirmations");
    return DepthRule{message.confirmations(), message.key_seed()};
  }
  checks.require(message.denominator() > 0 && message.numerator() < message.denominator(), "a share is below 1");
  ValidatorsRule rule{message.key_seed(), {}, message.numerator(), message.denominator(), message.seal_names_voters()};
  rule.weights.assign(message.weights().begin(), message.weights().end());
  return rule;
}

ClientSpec decode_client(Checks& checks, const v1::Client& message) {
  ClientSpec client;
  client.chain = checks.take(decode(message.chain()));
  client.rule = decode_rule(checks, message);
  client.trusting_period = checks.bounded_duration(message.trusting_period_ns(), "trusting_period_ns");
  client.clock_drift = checks.bounded_duration(message.clock_drift_ns(), "clock_drift_ns");
  return client;
}

void encode_rules(const ChannelRules& rules, v1::ChannelRules& message) {
  message.set_acknowledged(rules.acknowledged);
  message.set_ordered(rules.ordered);
  message.set_in_flight_max(rules.in_flight_max);
  message.set_outflow_max(rules.outflow_max);
  message.set_outflow_window_ns(rules.outflow_window.ns);
  message.set_slash(rules.slash);
}

ChannelRules decode_rules(Checks& checks, const v1::ChannelRules& message) {
  ChannelRules rules;
  rules.acknowledged = message.acknowledged();
  rules.ordered = message.ordered();
  rules.in_flight_max = message.in_flight_max();
  rules.outflow_max = message.outflow_max();
  rules.outflow_window = checks.bounded_duration(message.outflow_window_ns(), "outflow_window_ns");
  rules.slash = message.slash();
  return rules;
}

}  // namespace

void encode_cross_chain(const CrossChainSpec& spec, v1::Chain& message) {
  if (spec.links.empty() && !spec.hub) return;
  v1::CrossChain& to = *message.mutable_cross_chain();
  for (const CrossChainSpec::Link& link : spec.links) {
    v1::HubLink& one = *to.add_links();
    encode_client(link.hub, *one.mutable_hub());
    encode_rules(link.rules, *one.mutable_rules());
    for (const ChainName& other : link.reachable) *one.add_reachable() = encode(other);
  }
  if (!spec.hub) return;
  encode_rules(spec.hub->rules, *to.mutable_hub_rules());
  for (const ClientSpec& client : spec.hub->chains) encode_client(client, *to.add_hub_chains());
}

CrossChainSpec decode_cross_chain(Checks& checks, const v1::CrossChain& message) {
  CrossChainSpec spec;
  checks.require(message.links_size() <= chains_max && message.hub_chains_size() <= chains_max, "too many chains");
  for (const v1::HubLink& from : message.links()) {
    if (!checks.ok()) break;
    CrossChainSpec::Link link{decode_client(checks, from.hub()), decode_rules(checks, from.rules()), {}};
    checks.require(from.reachable_size() <= chains_max, "too many reachable chains");
    for (const v1::ChainName& other : from.reachable()) link.reachable.push_back(checks.take(decode(other)));
    spec.links.push_back(std::move(link));
  }
  if (!message.has_hub_rules()) return spec;
  spec.hub = CrossChainSpec::Hub{decode_rules(checks, message.hub_rules()), {}};
  for (const v1::Client& client : message.hub_chains()) {
    if (!checks.ok()) break;
    spec.hub->chains.push_back(decode_client(checks, client));
  }
  return spec;
}

}  // namespace bsn
