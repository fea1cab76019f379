#include "core/call.h"

#include <algorithm>
#include <array>
#include <utility>

namespace bsn {
namespace {

constexpr std::array<std::string_view, 17> status_names = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

constexpr std::array<std::string_view, 4> level_names = {"accepted", "committed", "final", "local"};

constexpr std::array<std::string_view, 27> reason_names = {
    "NONE",        "MALFORMED",          "UNKNOWN_KEY",     "NOT_GRANTED",      "RATE_LIMITED",
    "QUOTA_SPENT", "GATEWAY_FULL",       "MEMPOOL_FULL",    "UNKNOWN_NETWORK",  "UNKNOWN_CONTRACT",
    "NOT_HOSTED",  "UNDER_CONSTRUCTION", "NO_HEALTHY_PEER", "NO_LEADER",        "LINK_LOST",
    "STOPPING",    "DEADLINE",           "KEY_REUSED",      "CONTRACT_REFUSED", "UNKNOWN_TRANSACTION",
    "DRAINING",    "STALE_REQUEST",      "REPLAYED",        "OVERLOADED",       "TOO_FEW_PEERS",
    "PEERS_APART", "PEERS_DISAGREE"};

bool printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

// A name that must be there: 1 ... 64 printable ASCII characters without spaces.
std::optional<std::string> check_name(std::string_view field, std::string_view text) {
  const std::string name(field);
  if (text.empty()) return name + " is missing";
  if (text.size() > CallLimits::name_bytes) return name + " is longer than 64 bytes";
  if (!printable(text)) return name + " has characters outside printable ASCII";
  return std::nullopt;
}

std::optional<std::string> check_level(const Call& call) {
  const bool submit = call.operation == Operation::submit;
  const bool fits = call.level == Level::final_ || (call.level == Level::local) != submit;
  if (fits) return std::nullopt;
  return submit ? "a submit waits for accepted, committed or final" : "a query reads local or final";
}

}  // namespace

std::string_view to_string(Status status) { return status_names[static_cast<std::size_t>(status)]; }

bool certainly_no_effect(Status status) {
  switch (status) {
    case Status::unauthenticated:
    case Status::permission_denied:
    case Status::invalid_argument:
    case Status::not_found:
    case Status::already_exists:
    case Status::failed_precondition:
    case Status::out_of_range:
    case Status::resource_exhausted:
    case Status::unimplemented:
      return true;
    default:
      return false;
  }
}

std::string_view to_string(Level level) { return level_names[static_cast<std::size_t>(level)]; }

std::optional<Level> parse_level(std::string_view name) {
  const auto found = std::find(level_names.begin(), level_names.end(), name);
  if (found == level_names.end()) return std::nullopt;
  return static_cast<Level>(found - level_names.begin());
}

std::string_view to_string(Operation operation) { return operation == Operation::submit ? "submit" : "query"; }

std::string_view to_string(Reason reason) { return reason_names[static_cast<std::size_t>(reason)]; }

std::optional<std::string> validate(const Call& call) {
  for (const auto& [field, text] : {std::pair{"network", &call.chain.network}, std::pair{"chain", &call.chain.chain},
                                    std::pair{"contract", &call.contract}, std::pair{"function", &call.function}}) {
    if (auto wrong = check_name(field, *text)) return wrong;
  }
  const bool submit = call.operation == Operation::submit;
  if (submit) {
    if (auto wrong = check_name("idempotency_key", call.idempotency_key)) return wrong;
  } else if (!call.idempotency_key.empty()) {
    return "a query carries no idempotency_key";
  }
  if (auto wrong = check_level(call)) return wrong;
  if (call.args.size() > CallLimits::args) return "more than 16 args";
  std::size_t bytes = 0;
  for (const std::string& arg : call.args) bytes += arg.size();
  if (bytes > CallLimits::total_bytes) return "args are longer than 64 KiB together";
  return std::nullopt;
}

Reply refusal(Status status, Reason reason, std::string message) {
  Reply reply;
  reply.status = status;
  reply.reason = reason;
  reply.message = std::move(message);
  return reply;
}

}  // namespace bsn
