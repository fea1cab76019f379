#include "node/xchain_arguments.h"

#include "core/call.h"
#include "core/packet_call.h"

namespace bsn {
namespace {

bool is_name(std::string_view text) { return !text.empty() && text.size() <= CallLimits::name_bytes; }

bool is_time(const std::string& arg) {
  if (arg == "none") return true;
  return arg.starts_with('+') ? parse_duration(arg.substr(1)).has_value() : parse_whole_number(arg).has_value();
}

std::optional<std::string> wrong_form(std::string_view name, std::string_view form, const std::string& arg) {
  const std::string argument(name);
  if (form == "chain" && !parse_chain_name(arg)) return argument + " is a chain, NETWORK/CHAIN";
  if (form == "name" && !is_name(arg)) return argument + " has 1 to 64 bytes";
  if (form == "number" && !parse_whole_number(arg)) return argument + " is a whole number below 2^64";
  if (form == "amount" && parse_whole_number(arg).value_or(0) == 0)
    return argument + " is a whole number from 1 to 2^64-1";
  if (form == "height" && arg != "none" && !parse_whole_number(arg)) return argument + " is a height, or none";
  if (form == "time" && !is_time(arg)) return argument + " is a time in ns, one like +600s, or none";
  if (form == "packet" && !decode_packet(arg)) return argument + " is not the bytes of a packet";
  return std::nullopt;
}

}  // namespace

std::optional<std::string> check_forms(std::string_view forms, const std::vector<std::string>& args) {
  for (const std::string& arg : args) {
    const std::size_t space = forms.find(' ');
    const std::string_view one = forms.substr(0, space);
    if (one.empty()) break;
    const std::size_t colon = one.find(':');
    if (auto wrong = wrong_form(one.substr(0, colon), one.substr(colon + 1), arg)) return wrong;
    forms = space == std::string_view::npos ? std::string_view{} : forms.substr(space + 1);
  }
  return std::nullopt;
}

ChainName chain_argument(const std::string& text) { return *parse_chain_name(text); }

std::uint64_t number_argument(const std::string& text) { return *parse_whole_number(text); }

PacketLane lane_argument(const std::string& hub, const std::string& source, const std::string& destination) {
  return {chain_argument(hub), chain_argument(source), chain_argument(destination)};
}

}  // namespace bsn
