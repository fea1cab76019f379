#include "edge/permissioned/envelope.h"

#include <algorithm>
#include <map>
#include <utility>

#include "edge/json_error.h"

namespace bsn::edge {
namespace {

namespace json = boost::json;

Error wrong(std::string why) { return {ErrorCode::corrupt, std::move(why)}; }

bool is_plain(const json::value& value) {
  return value.is_string() || value.is_int64() || value.is_uint64() || value.is_bool();
}

std::string plain(const json::value& value) {
  return value.is_string() ? std::string(value.as_string()) : json::serialize(value);
}

bool has_kind(const json::value& value, BodyField::Kind kind) {
  if (value.is_null()) return true;  // as clients write an empty list or map
  if (kind == BodyField::Kind::text) return is_plain(value);
  if (kind == BodyField::Kind::list) {
    return value.is_array() && std::all_of(value.as_array().begin(), value.as_array().end(), is_plain);
  }
  return value.is_object() && std::all_of(value.as_object().begin(), value.as_object().end(),
                                          [](const auto& pair) { return is_plain(pair.value()); });
}

// Whether an object has no other members than these.
Result<Done> only(const json::object& object, std::initializer_list<std::string_view> names, const char* where) {
  for (const auto& [name, value] : object) {
    const std::string_view key(name.data(), name.size());
    if (std::find(names.begin(), names.end(), key) != names.end()) continue;
    return wrong("'" + std::string(key.substr(0, 64)) + "' is no member of " + where);
  }
  return Done{};
}

Result<Done> read_header(const json::object& whole, Envelope& envelope) {
  const json::value* header = whole.if_contains("header");
  if (!header || !header->is_object()) return wrong("there is no header");
  const json::object& members = header->as_object();
  if (const auto known = only(members, {"userCode", "appCode", "tId"}, "the header"); !known) return known.error();
  const auto text = [&](const char* name) {
    const json::value* value = members.if_contains(name);
    return value && value->is_string() ? std::string(value->as_string()) : "";
  };
  envelope.user = text("userCode");
  envelope.app = text("appCode");
  if (envelope.user.empty() || envelope.app.empty()) {
    return wrong("the header needs userCode (the project) and appCode (the service)");
  }
  return Done{};
}

std::string text_to_sign(const json::value& value, BodyField::Kind kind) {
  if (value.is_null()) return "";
  if (kind == BodyField::Kind::text) return plain(value);
  std::string text;
  if (kind == BodyField::Kind::list) {
    for (const json::value& each : value.as_array()) text += plain(each);
    return text;
  }
  std::map<std::string, std::string> sorted;
  for (const auto& [name, each] : value.as_object()) sorted.emplace(name, plain(each));
  for (const auto& [name, each] : sorted) text += name + each;
  return text;
}

HttpResponse answer(unsigned status, int code, const std::string& message, json::value body) {
  const json::object whole = {{"header", {{"code", code}, {"msg", message}}}, {"mac", ""}, {"body", std::move(body)}};
  return response(status, "application/json", json::serialize(whole) + "\n");
}

}  // namespace

Result<Envelope> read_envelope(const std::string& text) {
  boost::system::error_code failed;
  const json::value read = json::parse(text, failed);
  if (failed || !read.is_object()) return wrong("the request is not a JSON object with header, mac and body");
  const json::object& whole = read.as_object();
  if (const auto known = only(whole, {"header", "mac", "body"}, "the request"); !known) return known.error();
  Envelope envelope;
  if (const auto header = read_header(whole, envelope); !header) return header.error();
  if (const json::value* mac = whole.if_contains("mac")) {
    if (!mac->is_string()) return wrong("mac is a text in base64");
    envelope.mac = mac->as_string();
  }
  if (const json::value* body = whole.if_contains("body"); body && !body->is_null()) {
    if (!body->is_object()) return wrong("body is an object");
    envelope.body = body->as_object();
  }
  return envelope;
}

std::optional<std::string> check_body(const json::object& body, std::span<const BodyField> fields) {
  for (const auto& [name, value] : body) {
    const std::string_view key(name.data(), name.size());
    const auto field =
        std::find_if(fields.begin(), fields.end(), [&](const BodyField& each) { return each.name == key; });
    if (field == fields.end()) return "'" + std::string(key.substr(0, 64)) + "' is no field of this body";
    if (!has_kind(value, field->kind)) return std::string(key) + " has the wrong form";
  }
  for (const BodyField& field : fields) {
    if (field.needed && !body.contains(field.name)) return "body needs " + std::string(field.name);
  }
  return std::nullopt;
}

std::string signed_text(const Envelope& envelope, std::span<const BodyField> fields) {
  std::string text = envelope.user + envelope.app;
  for (const BodyField& field : fields) {
    if (const json::value* value = envelope.body.if_contains(field.name)) text += text_to_sign(*value, field.kind);
  }
  return text;
}

HttpResponse permissioned_answer(json::value body) { return answer(200, 0, "", std::move(body)); }

HttpResponse permissioned_refusal(const h2::Outcome& outcome) {
  const Advice advice = advice_of(outcome);
  const std::string reason = advice.reason == Reason::none ? "" : std::string(to_string(advice.reason)) + ": ";
  HttpResponse made = answer(http_status(outcome.code), -1, reason + outcome.message, nullptr);
  set_retry_after(made, advice.retry_after);
  return made;
}

}  // namespace bsn::edge
