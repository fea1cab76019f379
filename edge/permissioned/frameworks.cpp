#include <array>

#include "core/packet_call.h"
#include "edge/json_error.h"
#include "edge/permissioned/framework.h"
#include "loop/monotonic_clock.h"

namespace bsn::edge {
namespace {

namespace json = boost::json;

// nullopt: no text and no number.
std::optional<std::string> text_of(const json::value& value) {
  if (value.is_string()) return std::string(value.as_string());
  if (value.is_int64() || value.is_uint64() || value.is_bool()) return json::serialize(value);
  return std::nullopt;
}

}  // namespace

std::span<const Framework* const> frameworks() {
  static const std::array all = {&fabric_framework(), &fisco_bcos_framework(), &cita_framework(),
                                 &xuperchain_framework()};
  return all;
}

std::string PermissionedRequest::text(std::string_view field) const {
  const json::value* value = body.if_contains(field);
  return value ? text_of(*value).value_or("") : "";
}

std::vector<std::string> PermissionedRequest::list(std::string_view field) const {
  std::vector<std::string> texts;
  const json::value* value = body.if_contains(field);
  if (!value || !value->is_array()) return texts;
  for (const json::value& each : value->as_array()) texts.push_back(text_of(each).value_or(""));
  return texts;
}

std::optional<Digest> PermissionedRequest::digest(std::string_view field) const {
  std::string hex = text(field);
  if (hex.starts_with("0x")) hex.erase(0, 2);
  return digest_from_hex(hex);
}

std::optional<std::vector<std::string>> parameters_in(const std::string& json_text) {
  if (json_text.empty()) return std::vector<std::string>();
  boost::system::error_code wrong;
  const json::value read = json::parse(json_text, wrong);
  std::vector<std::string> texts;
  const auto take = [&](const json::value& each) {
    auto text = text_of(each);
    if (text) texts.push_back(std::move(*text));
    return text.has_value();
  };
  bool all = !wrong && (read.is_array() || read.is_object());
  if (all && read.is_array()) {
    for (const json::value& each : read.as_array()) all = all && take(each);
  } else if (all) {
    for (const auto& [name, each] : read.as_object()) all = all && take(each);
  }
  return all ? std::optional(std::move(texts)) : std::nullopt;
}

h2::Outcome unfit(std::string why) { return malformed(std::move(why)); }

void call_by_func_param(const PermissionedRequestPtr& request, const PermissionedDone& done,
                        std::function<void(const Reply& reply)> use) {
  const auto args = parameters_in(request->text("funcParam"));
  if (!args) return done(unfit("funcParam is the JSON text of an array of texts and numbers"), nullptr);
  request->chain.call(request->text("contractName"), request->text("funcName"), *args, request->once,
                      [request, done, use = std::move(use)](const h2::Outcome& outcome, const Reply& reply) {
                        outcome.code == 0 ? use(reply) : done(outcome, nullptr);
                      });
}

void find_block(const PermissionedRequestPtr& request, const char* field, const PermissionedDone& done, UseBlock use) {
  const auto height = parse_whole_number(request->text(field));
  if (!height || *height == 0) return done(unfit(std::string(field) + " is a whole number from 1 on"), nullptr);
  request->chain.block(*height,
                       [request, done, use = std::move(use)](const h2::Outcome& outcome, const BlockPtr& block) {
                         block ? use(block) : done(outcome, nullptr);
                       });
}

void find_transaction(const PermissionedRequestPtr& request, const char* field, const PermissionedDone& done,
                      UseTransaction use) {
  const auto id = request->digest(field);
  if (!id) return done(unfit(std::string(field) + " is 64 lower-case hex digits"), nullptr);
  request->chain.transaction(
      *id, [request, done, use = std::move(use), id = *id](const h2::Outcome& outcome, const Reply& found) {
        if (found.height == 0) return done(outcome, nullptr);
        request->chain.block(found.height, [request, done, use, place = found.index, id](const h2::Outcome& failed,
                                                                                         const BlockPtr& block) {
          if (!block) return done(failed, nullptr);
          const bool there = place < block->transactions.size() && block->transactions[place]->id == id;
          if (!there) return done({h2::Code::internal, "the transaction is not where it was said to be"}, nullptr);
          use(block, place);
        });
      });
}

std::string hex_or_empty(const Digest& digest) { return digest.is_zero() ? "" : to_hex(digest); }

// Read once: a block has one time, however often it is asked for.
std::int64_t unix_ns_of(Instant time) {
  static const std::int64_t zero = unix_ns_at_zero();
  return time.ns + zero;
}

}  // namespace bsn::edge
