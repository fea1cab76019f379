#include "relay/relay_task.h"

#include <algorithm>
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

BatchItem::What what_of(RelayStep step) {
  switch (step) {
    case RelayStep::relay:
    case RelayStep::receive:
      return BatchItem::What::packet;
    case RelayStep::acknowledge_hub:
    case RelayStep::acknowledge_source:
      return BatchItem::What::acknowledgement;
    case RelayStep::time_out_hub:
    case RelayStep::time_out_source:
      return BatchItem::What::time_out;
    default:
      return BatchItem::What::prune;
  }
}

std::string_view contract_of(bool hub) { return hub ? "hub" : "xchain"; }

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

std::string key_of(const RelayTaskId& task) {
  const PacketKeys& keys = task.lane->keys;
  switch (task.step) {
    case RelayStep::relay:
    case RelayStep::receive:
    case RelayStep::acknowledge_source:
    case RelayStep::time_out_source:
      return keys.committed(task.sequence);
    case RelayStep::acknowledge_hub:
    case RelayStep::time_out_hub:
      return keys.received(task.sequence);
    case RelayStep::prune_hub:
    case RelayStep::prune_end:
      break;
  }
  return keys.done_below();
}

std::optional<BatchItem> item_of(const RelayTaskId& task, const std::optional<std::string>& value) {
  const bool absent = !value;
  if (absent != (task.step == RelayStep::time_out_hub)) return std::nullopt;
  BatchItem item = empty_item(task);
  if (item.what == BatchItem::What::prune) {
    item.number = ByteReader(*value).u64();
  } else if (item.what != BatchItem::What::time_out) {
    item.bytes = *value;
  }
  return item.number == 0 ? std::nullopt : std::optional(item);
}

BatchItem empty_item(const RelayTaskId& task) {
  return {what_of(task.step), std::max<std::uint64_t>(task.sequence, 1)};
}

Call deliver_call(const ChainName& witness, const ChainName& target, bool target_is_hub, Height at,
                  const std::vector<LaneItems>& items, std::string proof) {
  std::vector<std::string> args = {to_string(witness), std::to_string(at), encode_batch(items)};
  args.push_back(std::move(proof));
  return submit_call(target, contract_of(target_is_hub), deliver_function, std::move(args));
}

Call update_call(const ChainName& witness, const ChainName& target, bool target_is_hub, const FinalHeader& header) {
  return submit_call(target, contract_of(target_is_hub), "update", {to_string(witness), encode(header)});
}

}  // namespace bsn
