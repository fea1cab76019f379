#include "node/xchain_arguments.h"

#include <algorithm>
#include <array>

#include "core/call.h"
#include "core/check.h"
#include "core/packet_call.h"

namespace bsn {
namespace {

bool is_name(std::string_view text) { return !text.empty() && text.size() <= CallLimits::name_bytes; }

bool is_time(const std::string& arg) {
  if (arg == "none") return true;
  return arg.starts_with('+') ? parse_duration(arg.substr(1)).has_value() : parse_whole_number(arg).has_value();
}

bool is_amount(const std::string& arg) { return parse_whole_number(arg).value_or(0) != 0; }
bool is_height(const std::string& arg) { return arg == "none" || parse_whole_number(arg); }

struct Form {
  std::string_view name;
  bool (*fits)(const std::string& arg);
  std::string_view otherwise;  // what is said of an argument that does not fit
};

// What comes most often is first.
constexpr std::array known_forms = {
    Form{"bytes", [](const std::string&) { return true; }, ""},
    Form{"number", [](const std::string& arg) { return parse_whole_number(arg).has_value(); },
         " is a whole number below 2^64"},
    Form{"chain", [](const std::string& arg) { return parse_chain_name(arg).has_value(); },
         " is a chain, NETWORK/CHAIN"},
    Form{"packet", [](const std::string& arg) { return decode_packet(arg).has_value(); },
         " is not the bytes of a packet"},
    Form{"amount", is_amount, " is a whole number from 1 to 2^64-1"},
    Form{"name", [](const std::string& arg) { return is_name(arg); }, " has 1 to 64 bytes"},
    Form{"height", is_height, " is a height, or none"},
    Form{"time", is_time, " is a time in ns, one like +600s, or none"},
};

}  // namespace

std::optional<std::string> check_forms(std::string_view forms, const std::vector<std::string>& args) {
  for (const std::string& arg : args) {
    const std::string_view one = forms.substr(0, forms.find(' '));
    if (one.empty()) break;
    const std::size_t colon = one.find(':');
    const std::string_view form = one.substr(colon + 1);
    const auto known =
        std::find_if(known_forms.begin(), known_forms.end(), [&](const Form& x) { return x.name == form; });
    BSN_CHECK(known != known_forms.end(), "contracts ask for forms that there are");
    if (!known->fits(arg)) return std::string(one.substr(0, colon)).append(known->otherwise);
    forms.remove_prefix(std::min(forms.size(), one.size() + 1));
  }
  return std::nullopt;
}

ChainName chain_argument(const std::string& text) { return *parse_chain_name(text); }

std::uint64_t number_argument(const std::string& text) { return *parse_whole_number(text); }

PacketLane lane_argument(const std::string& hub, const std::string& source, const std::string& destination) {
  return {chain_argument(hub), chain_argument(source), chain_argument(destination)};
}

}  // namespace bsn
