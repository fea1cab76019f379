#include "gateway/serve/transfer_look.h"

#include <utility>

#include "core/byte_fields.h"
#include "core/call.h"
#include "proto/codec.h"
#include "rpc/reply_outcome.h"

namespace bsn {
namespace {

constexpr std::chrono::seconds read_timeout{20};

v1::QueryRequest facts_request(const ChainName& chain, const std::vector<std::string>& keys) {
  Call call;
  call.operation = Operation::query;
  call.chain = chain;
  call.contract = facts_contract;
  call.function = facts_function;
  call.args = {encode_keys({keys})};
  call.level = Level::final_;
  return encode_query(call);
}

// What is known of one packet, in the order of look_keys().
struct Known {
  bool committed = false;  // at the source: not finished there
  bool settled = false;    // all up to it are done at the source
  bool at_hub = false;     // committed there
  bool late = false;       // the hub knows that it was not received in time
  bool received = false;   // a receipt, or all up to it were received
  std::optional<Acknowledgement> outcome;
};

using Value = std::optional<std::string>;

bool done(const Value& below, std::uint64_t sequence) { return below && sequence < ByteReader(*below).u64(); }

Known known(const PacketName& packet, const PacketSights& sights) {
  const auto& source = sights.source.facts[0].values;
  const auto& hub = sights.hub.facts[0].values;
  const auto& destination = sights.destination.facts[0].values;
  Known all;
  all.committed = source[0].has_value();
  all.settled = done(source[1], packet.sequence);
  all.at_hub = hub[0] && is_packet(*hub[0]);
  all.late = hub[0] && is_time_out_mark(*hub[0]);
  all.received = destination[0].has_value() || done(destination[1], packet.sequence);
  for (const Value* value : {&hub[0], &destination[0]}) {
    if (*value && !all.outcome) all.outcome = decode_acknowledgement(**value);
  }
  return all;
}

struct Stage {
  const char* name = "sent";
  bool finished = false;
};

Stage one_way_stage(const Known& all) {
  if (all.received) return {"received", true};
  if (all.at_hub) return {"at_hub"};
  return all.committed ? Stage{"sent"} : Stage{"done", true};
}

Stage stage_of(const Known& all) {
  if (all.committed) {
    if (all.late) return {"timed_out"};
    if (all.outcome) return {all.outcome->ok ? "received" : "refused"};
    return {all.at_hub ? "at_hub" : "sent"};
  }
  if (all.late) return {"refunded", true};
  if (all.outcome) return {all.outcome->ok ? "acknowledged" : "refunded", true};
  return {"done", true};
}

}  // namespace

std::array<std::vector<std::string>, 3> look_keys(const PacketName& packet) {
  const auto& [lane, sequence] = packet;
  return {{{packet_path::committed(lane, sequence), packet_path::done_below(lane)},
           {packet_path::committed(lane, sequence)},
           {packet_path::received(lane, sequence), packet_path::done_below(lane)}}};
}

std::optional<v1::TransferState> state_of(const PacketName& packet, bool one_way, const PacketSights& sights) {
  const Known all = known(packet, sights);
  const bool trace = all.committed || all.settled || all.at_hub || all.late || all.received || all.outcome;
  if (!trace) return std::nullopt;
  const Stage stage = one_way ? one_way_stage(all) : stage_of(all);
  v1::TransferState state;
  *state.mutable_name()->mutable_hub() = encode(packet.lane.hub);
  *state.mutable_name()->mutable_source() = encode(packet.lane.source);
  *state.mutable_name()->mutable_destination() = encode(packet.lane.destination);
  state.mutable_name()->set_sequence(packet.sequence);
  state.set_stage(stage.name);
  state.set_finished(stage.finished);
  if (all.outcome) state.set_outcome(all.outcome->value);
  const auto see = [&](const ChainName& chain, const ChainFacts& facts) {
    v1::TransferSight& sight = *state.add_seen();
    *sight.mutable_chain() = encode(chain);
    sight.set_height(facts.header.header.height);
  };
  see(packet.lane.source, sights.source);
  see(packet.lane.hub, sights.hub);
  see(packet.lane.destination, sights.destination);
  return state;
}

std::shared_ptr<TransferLook> TransferLook::start(h2::Loop& loop, const h2::Methods& methods,
                                                  const edge::Caller& caller, const PacketName& packet, bool one_way,
                                                  Done done) {
  auto look = std::make_shared<TransferLook>(packet, one_way, std::move(done));
  const auto keys = look_keys(packet);
  const std::array<const ChainName*, 3> chains = {&packet.lane.source, &packet.lane.hub, &packet.lane.destination};
  for (std::size_t i = 0; i < chains.size(); ++i) {
    look->reads_[i] = edge::InnerCall::start(
        loop, methods, "/bsn.v1.Gateway/Query", facts_request(*chains[i], keys[i]), caller, read_timeout,
        [look, i](std::string_view bytes) { look->got(i, bytes); },
        [look](const h2::Outcome& outcome) { look->ended(outcome); });
  }
  return look;
}

void TransferLook::cancel() {
  done_ = nullptr;
  for (const auto& read : reads_) {
    if (read) read->cancel();
  }
}

void TransferLook::got(std::size_t chain, std::string_view bytes) {
  v1::Reply reply;
  if (!reply.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  facts_[chain] = decode_chain_facts(reply.value());
}

void TransferLook::ended(const h2::Outcome& outcome) {
  if (outcome.code != 0 && !failure_) failure_ = outcome;
  if (--open_ == 0 && done_) conclude();
}

void TransferLook::conclude() {
  const Done done = std::exchange(done_, nullptr);
  if (failure_) return done(*failure_);
  const auto keys = look_keys(packet_);
  for (std::size_t i = 0; i < facts_.size(); ++i) {
    if (!facts_[i] || facts_[i]->facts.size() != 1 || facts_[i]->facts[0].values.size() != keys[i].size()) {
      return done(outcome_of(refusal(Status::unavailable, Reason::link_lost, "a chain's answer can't be read")));
    }
  }
  auto state = state_of(packet_, one_way_, {*facts_[0], *facts_[1], *facts_[2]});
  if (state) return done(*std::move(state));
  done(outcome_of(refusal(Status::not_found, Reason::unknown_transaction, "no such transfer was sent")));
}

}  // namespace bsn
