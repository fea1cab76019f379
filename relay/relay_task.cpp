#include "relay/relay_task.h"

#include <array>
#include <utility>

#include "core/byte_fields.h"

namespace bsn {
namespace {

Call submit_call(const ChainName& target, std::string_view contract, std::string_view function,
                 std::vector<std::string> args) {
  Call call;
  call.operation = Operation::submit;
  call.chain = target;
  call.contract = contract;
  call.function = function;
  call.args = std::move(args);
  call.level = Level::final_;
  return call;
}

std::vector<std::string> arguments(const ChainName& first, const ChainName& second, std::uint64_t number) {
  std::vector<std::string> args;
  args.reserve(6);
  args.push_back(to_string(first));
  args.push_back(to_string(second));
  args.push_back(std::to_string(number));
  return args;
}

// The call of the hub's contract about one packet: FROM TO SEQUENCE and what follows.
std::vector<std::string> at_hub(const RelayTask& task) {
  const PacketLane& lane = task.id.lane->name;
  return arguments(lane.source, lane.destination, task.id.sequence);
}

// The call of the source about one packet: HUB TO SEQUENCE and what follows.
std::vector<std::string> at_source(const RelayTask& task) {
  const PacketLane& lane = task.id.lane->name;
  return arguments(lane.hub, lane.destination, task.id.sequence);
}

std::vector<std::string> with(std::vector<std::string> args, std::initializer_list<std::string_view> more) {
  args.reserve(args.size() + more.size());
  for (const std::string_view one : more) args.emplace_back(one);
  return args;
}

std::vector<std::string> prune_arguments(const RelayTask& task, std::uint64_t below) {
  const PacketLane& lane = task.id.lane->name;
  std::vector<std::string> args = arguments(lane.source, lane.destination, below);
  if (task.id.step == RelayStep::prune_end) args.insert(args.begin(), to_string(lane.hub));
  return args;
}

}  // namespace

std::string_view to_string(RelayStep step) {
  static constexpr std::array<std::string_view, 8> names = {
      "relay",        "receive",         "acknowledge_hub", "acknowledge_source",
      "time_out_hub", "time_out_source", "prune_hub",       "prune_end"};
  return names[static_cast<std::size_t>(step)];
}

RelayLeg leg_of(RelayStep step) {
  switch (step) {
    case RelayStep::relay:
      return RelayLeg::to_hub;
    case RelayStep::receive:
      return RelayLeg::to_destination;
    case RelayStep::acknowledge_hub:
    case RelayStep::time_out_hub:
      return RelayLeg::back_to_hub;
    default:
      return RelayLeg::back_to_source;
  }
}

std::string key_of(const RelayTask& task) {
  const PacketLane& lane = task.id.lane->name;
  const std::uint64_t sequence = task.id.sequence;
  switch (task.id.step) {
    case RelayStep::relay:
    case RelayStep::receive:
      return packet_path::committed(lane, sequence);
    case RelayStep::acknowledge_hub:
    case RelayStep::acknowledge_source:
      return packet_path::acknowledged(lane, sequence);
    case RelayStep::time_out_hub:
      return packet_path::received(lane, sequence);
    case RelayStep::time_out_source:
      return packet_path::timed_out(lane, sequence);
    case RelayStep::prune_hub:
    case RelayStep::prune_end:
      break;
  }
  return packet_path::done_below(lane);
}

std::optional<Call> call_of(const RelayTask& task, const ChainName& target, const FinalHeader& header,
                            const Fact& fact) {
  const std::string at = std::to_string(header.header.height);
  const bool absent = !fact.value;
  if (absent != (task.id.step == RelayStep::time_out_hub)) return std::nullopt;
  switch (task.id.step) {
    case RelayStep::relay:
      return submit_call(target, "hub", "relay", with({}, {*fact.value, at, fact.proof}));
    case RelayStep::receive:
      return submit_call(target, "xchain", "receive", with({}, {*fact.value, at, fact.proof}));
    case RelayStep::acknowledge_hub:
      return submit_call(target, "hub", "acknowledge", with(at_hub(task), {*fact.value, at, fact.proof}));
    case RelayStep::acknowledge_source:
      return submit_call(target, "xchain", "acknowledge", with(at_source(task), {*fact.value, at, fact.proof}));
    case RelayStep::time_out_hub:
      return submit_call(target, "hub", "time_out", with(at_hub(task), {at, fact.proof}));
    case RelayStep::time_out_source:
      return submit_call(target, "xchain", "time_out", with(at_source(task), {at, fact.proof}));
    case RelayStep::prune_hub:
    case RelayStep::prune_end:
      break;
  }
  const std::uint64_t below = ByteReader(*fact.value).u64();
  const std::string_view contract = task.id.step == RelayStep::prune_hub ? "hub" : "xchain";
  return submit_call(target, contract, "prune", with(prune_arguments(task, below), {at, fact.proof}));
}

Call update_call(const ChainName& witness, const ChainName& target, bool target_is_hub, const FinalHeader& header) {
  return submit_call(target, target_is_hub ? "hub" : "xchain", "update", {to_string(witness), encode(header)});
}

}  // namespace bsn
