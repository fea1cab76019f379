#include "core/packet_call.h"

#include <charconv>

#include "core/call.h"

namespace bsn {
namespace {

constexpr std::size_t transfer_args = 8;
constexpr std::size_t call_args_min = 7;
constexpr Duration timeout_max = seconds(3650LL * 24 * 3600);

bool is_name(std::string_view text) { return !text.empty() && text.size() <= CallLimits::name_bytes; }

// "none" is 0: the time-out is not by this.
std::optional<std::uint64_t> parse_number_or_none(std::string_view text) {
  return text == "none" ? std::optional<std::uint64_t>(0) : parse_whole_number(text);
}

std::optional<PacketTimeout> parse_timeout(std::string_view height, std::string_view time, Instant block_time) {
  const auto at = parse_number_or_none(height);
  if (time.starts_with('+')) {
    const auto after = parse_duration(time.substr(1));
    if (!at || !after || after->ns <= 0 || *after > timeout_max) return std::nullopt;
    return PacketTimeout{*at, block_time + *after};
  }
  const auto ns = parse_number_or_none(time);
  constexpr std::uint64_t latest = 0x7fff'ffff'ffff'ffff;
  if (!at || !ns || *ns > latest) return std::nullopt;
  return PacketTimeout{*at, Instant{static_cast<std::int64_t>(*ns)}};
}

std::optional<TransferBody> parse_transfer(const std::vector<std::string>& args) {
  const auto asset = parse_chain_name(args[4]);
  const auto amount = parse_whole_number(args[5]);
  if (!asset || !amount || *amount == 0 || !is_name(args[2]) || !is_name(args[3])) return std::nullopt;
  return TransferBody{*asset, args[2], args[3], *amount};
}

std::optional<CallBody> parse_call(const std::vector<std::string>& args) {
  if (!is_name(args[2]) || !is_name(args[3]) || !is_name(args[4])) return std::nullopt;
  return CallBody{args[2], args[3], args[4], {args.begin() + call_args_min, args.end()}};
}

}  // namespace

std::optional<ChainName> parse_chain_name(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  ChainName name{std::string(text.substr(0, slash)), std::string(text.substr(slash + 1))};
  const bool plain = text.find('\0') == std::string_view::npos && name.chain.find('/') == std::string::npos;
  if (!is_name(name.network) || !is_name(name.chain) || !plain) return std::nullopt;
  return name;
}

std::optional<std::uint64_t> parse_whole_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool leading_zero = text.size() > 1 && text[0] == '0';
  if (error != std::errc{} || end != text.data() + text.size() || leading_zero) return std::nullopt;
  return number;
}

std::uint64_t leading_sequence(std::string_view text) {
  return parse_whole_number(text.substr(0, text.find(' '))).value_or(0);
}

std::optional<Packet> packet_of_call(std::string_view function, const std::vector<std::string>& args,
                                     Instant block_time) {
  const bool transfer = function == "transfer" && args.size() == transfer_args;
  const bool call = function == "call" && args.size() >= call_args_min && args.size() <= CallLimits::args;
  if (!transfer && !call) return std::nullopt;
  const auto hub = parse_chain_name(args[0]);
  const auto destination = parse_chain_name(args[1]);
  const auto timeout =
      transfer ? parse_timeout(args[6], args[7], block_time) : parse_timeout(args[5], args[6], block_time);
  if (!hub || !destination || !timeout) return std::nullopt;
  Packet packet{*hub, {}, *destination, 0, *timeout, {}};
  if (transfer) {
    auto body = parse_transfer(args);
    if (!body) return std::nullopt;
    packet.body = std::move(*body);
  } else {
    auto body = parse_call(args);
    if (!body) return std::nullopt;
    packet.body = std::move(*body);
  }
  return packet;
}

std::vector<std::string> call_arguments(const Packet& packet) {
  std::vector<std::string> args = {to_string(packet.hub), to_string(packet.destination)};
  const std::string height = std::to_string(packet.timeout.height);
  const std::string time = std::to_string(packet.timeout.time.ns);
  if (const auto* transfer = std::get_if<TransferBody>(&packet.body)) {
    const std::string amount = std::to_string(transfer->amount);
    args.insert(args.end(), {transfer->sender, transfer->receiver, to_string(transfer->asset), amount, height, time});
  } else {
    const auto& call = std::get<CallBody>(packet.body);
    args.insert(args.end(), {call.sender, call.contract, call.function, height, time});
    args.insert(args.end(), call.args.begin(), call.args.end());
  }
  return args;
}

std::string received_value(const Acknowledgement& outcome) { return (outcome.ok ? "ok " : "error ") + outcome.value; }

std::optional<Acknowledgement> outcome_of_received(std::string_view value) {
  for (const bool ok : {true, false}) {
    const std::string_view prefix = ok ? "ok " : "error ";
    if (value.starts_with(prefix)) return Acknowledgement{ok, std::string(value.substr(prefix.size()))};
  }
  return std::nullopt;
}

}  // namespace bsn
