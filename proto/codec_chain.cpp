// Cities, the network between them, and chains: what both commissions are made of.
#include <utility>

#include "proto/codec.h"
#include "proto/codec_checks.h"
#include "proto/codec_cross_chain.h"
#include "proto/codec_engine.h"
#include "proto/codec_peers.h"

namespace bsn {
namespace {

constexpr std::size_t most_address_bytes = 256;

std::vector<GenesisAccount> decode_genesis(Checks& checks, const v1::Chain& message) {
  std::vector<GenesisAccount> accounts;
  checks.require(message.genesis_size() <= WireLimits::genesis_accounts, "genesis has too many accounts");
  if (!checks.ok()) return accounts;
  accounts.reserve(static_cast<std::size_t>(message.genesis_size()));
  for (const v1::GenesisAccount& account : message.genesis()) {
    accounts.push_back(
        {checks.required_text(account.account(), CallLimits::name_bytes, "genesis.account"), account.balance()});
  }
  return accounts;
}

void decode_stake(Checks& checks, const v1::Chain& message, ChainSpec& chain) {
  checks.require(message.stake_size() == 0 || message.stake_size() == message.validators_size(),
                 "has not one stake per validator");
  for (const std::uint64_t stake : message.stake()) {
    checks.require(stake > 0, "a stake is 0");
    chain.stake.push_back(stake);
  }
}

// Who votes is one of the seats, and no city has two peers that count.
void decode_seats(Checks& checks, const v1::Chain& message, ChainSpec& chain) {
  chain.founders = message.founders();
  chain.voters = decode_voters(checks, message);
  decode_peers(checks, message, chain, Peers::validators);
  if (!checks.ok()) return;
  checks.require(chain.founders <= chain.validators.size(), "has more founders than seats");
  if (chain.voters.empty()) return;
  checks.require(chain.voters.back().value < chain.validators.size(), "a voter has no seat");
  if (!checks.ok()) return;
  std::set<CityIndex> distinct(chain.followers.begin(), chain.followers.end());
  for (const ValidatorIndex seat : chain.voters) distinct.insert(chain.validators[seat.value]);
  checks.require(distinct.size() == chain.voters.size() + chain.followers.size(), "names a city twice");
}

void decode_limits(Checks& checks, const v1::Chain& message, ChainSpec& chain) {
  chain.block.max_transactions = message.block_max_transactions();
  chain.block.max_bytes = message.block_max_bytes();
  chain.mempool.max_transactions = message.mempool_max_transactions();
  chain.mempool.max_bytes = message.mempool_max_bytes();
  chain.mempool.forward_interval = checks.bounded_duration(message.forward_interval_ns(), "forward_interval_ns");
  chain.cost.verify = checks.bounded_duration(message.verify_ns(), "verify_ns");
  chain.cost.execute = checks.bounded_duration(message.execute_ns(), "execute_ns");
  chain.cost.validate = checks.bounded_duration(message.validate_ns(), "validate_ns");
  const std::uint32_t transactions = chain.block.max_transactions;
  checks.require(transactions > 0 && transactions <= static_cast<std::uint32_t>(WireLimits::transactions),
                 "block_max_transactions is out of range");
  checks.require(chain.block.max_bytes > 0, "block_max_bytes is 0");
  checks.require(chain.mempool.max_transactions > 0 && chain.mempool.max_bytes > 0, "the mempool has no room");
}

}  // namespace

v1::Place encode(const Place& place) {
  v1::Place message;
  message.set_latitude(place.latitude);
  message.set_longitude(place.longitude);
  message.set_overseas(place.region == Region::overseas);
  message.set_provider(static_cast<std::uint32_t>(place.provider));
  return message;
}

Result<Place> decode(const v1::Place& message) {
  Checks checks("Place");
  Place place;
  place.latitude = checks.number_between(-90, 90, message.latitude(), "latitude");
  place.longitude = checks.number_between(-180, 180, message.longitude(), "longitude");
  place.region = message.overseas() ? Region::overseas : Region::mainland;
  place.provider = checks.enum_up_to(Provider::microsoft_azure, message.provider(), "provider");
  return checks.give(place);
}

v1::Wan encode(const WanParameters& wan) {
  v1::Wan message;
  message.set_enabled(wan.enabled);
  message.set_fibre_km_per_second(wan.fibre_km_per_second);
  message.set_mainland_detour(wan.mainland_detour);
  message.set_overseas_detour(wan.overseas_detour);
  message.set_fixed_ns(wan.fixed.ns);
  message.set_other_provider_min_ns(wan.other_provider_min.ns);
  message.set_other_provider_max_ns(wan.other_provider_max.ns);
  message.set_border_ns(wan.border.ns);
  message.set_jitter_share(wan.jitter_share);
  message.set_jitter_fixed_ns(wan.jitter_fixed.ns);
  message.set_mainland_loss(wan.mainland_loss);
  message.set_inbound_loss(wan.inbound_loss);
  message.set_retransmit_min_ns(wan.retransmit_min.ns);
  return message;
}

Result<WanParameters> decode(const v1::Wan& message) {
  Checks checks("Wan");
  WanParameters wan;
  wan.enabled = message.enabled();
  wan.fibre_km_per_second = checks.number_between(1, 1e9, message.fibre_km_per_second(), "fibre_km_per_second");
  wan.mainland_detour = checks.number_between(0, 1000, message.mainland_detour(), "mainland_detour");
  wan.overseas_detour = checks.number_between(0, 1000, message.overseas_detour(), "overseas_detour");
  wan.fixed = checks.bounded_duration(message.fixed_ns(), "fixed_ns");
  wan.other_provider_min = checks.bounded_duration(message.other_provider_min_ns(), "other_provider_min_ns");
  wan.other_provider_max = checks.bounded_duration(message.other_provider_max_ns(), "other_provider_max_ns");
  wan.border = checks.bounded_duration(message.border_ns(), "border_ns");
  wan.jitter_share = checks.number_between(0, 1000, message.jitter_share(), "jitter_share");
  wan.jitter_fixed = checks.bounded_duration(message.jitter_fixed_ns(), "jitter_fixed_ns");
  wan.mainland_loss = checks.number_between(0, 1, message.mainland_loss(), "mainland_loss");
  wan.inbound_loss = checks.number_between(0, 1, message.inbound_loss(), "inbound_loss");
  wan.retransmit_min = checks.bounded_duration(message.retransmit_min_ns(), "retransmit_min_ns");
  return checks.give(wan);
}

v1::City encode(const CitySpec& city) {
  v1::City message;
  message.set_index(city.index.value);
  message.set_name(city.name);
  *message.mutable_place() = encode(city.place);
  message.set_state(static_cast<std::uint32_t>(city.state));
  message.set_address(city.address);
  return message;
}

Result<CitySpec> decode(const v1::City& message) {
  Checks checks("City");
  CitySpec city;
  city.index = {message.index()};
  city.name = checks.required_text(message.name(), CallLimits::name_bytes, "name");
  city.place = checks.take(decode(message.place()));
  city.state = checks.enum_up_to(CityState::outside, message.state(), "state");
  city.address = checks.text(message.address(), most_address_bytes, "address");
  return checks.give(std::move(city));
}

v1::Chain encode(const ChainSpec& chain) {
  v1::Chain message;
  message.set_index(chain.index.value);
  *message.mutable_name() = encode(chain.name);
  message.set_kind(static_cast<std::uint32_t>(chain.kind));
  encode_engine(chain.engine, message);
  message.set_block_max_transactions(chain.block.max_transactions);
  message.set_block_max_bytes(chain.block.max_bytes);
  message.set_mempool_max_transactions(chain.mempool.max_transactions);
  message.set_mempool_max_bytes(chain.mempool.max_bytes);
  message.set_forward_interval_ns(chain.mempool.forward_interval.ns);
  message.set_verify_ns(chain.cost.verify.ns);
  message.set_execute_ns(chain.cost.execute.ns);
  message.set_validate_ns(chain.cost.validate.ns);
  for (const GenesisAccount& account : chain.genesis) {
    auto& one = *message.add_genesis();
    one.set_account(account.account);
    one.set_balance(account.balance);
  }
  encode_peers(chain, message);
  message.set_founders(chain.founders);
  encode_voters(chain.voters, message);
  for (const std::uint64_t stake : chain.stake) message.add_stake(stake);
  encode_cross_chain(chain.cross_chain, message);
  return message;
}

Result<ChainSpec> decode(const v1::Chain& message) {
  Checks checks("Chain");
  ChainSpec chain;
  chain.index = {message.index()};
  chain.name = checks.take(decode(message.name()));
  chain.kind = checks.enum_up_to(NetworkKind::cross_chain, message.kind(), "kind");
  chain.engine = decode_engine(checks, message);
  decode_limits(checks, message, chain);
  chain.genesis = decode_genesis(checks, message);
  decode_seats(checks, message, chain);
  decode_stake(checks, message, chain);
  if (message.has_cross_chain()) chain.cross_chain = decode_cross_chain(checks, message.cross_chain());
  return checks.give(std::move(chain));
}

}  // namespace bsn
