#include "edge/json_message.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <boost/algorithm/hex.hpp>
#include <boost/algorithm/string/replace.hpp>
#include <charconv>
#include <iterator>

#include "core/check.h"
#include "h2/wire_text.h"

namespace bsn::edge {
namespace {

namespace pb = google::protobuf;

Error wrong(std::string_view path, std::string_view why) {
  return {ErrorCode::corrupt, std::string(path) + " " + std::string(why)};
}

template <class Number>
std::optional<Number> number(std::string_view text) {
  Number read{};
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), read);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return read;
}

// Digests are mostly seen as 64 hex digits, which would be base64 too.
std::optional<std::string> bytes_of(std::string text) {
  std::string bytes;
  const bool hex =
      text.size() == 64 && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isxdigit(c); });
  if (hex) {
    boost::algorithm::unhex(text, std::back_inserter(bytes));
    return bytes;
  }
  boost::algorithm::replace_all(text, "-", "+");
  boost::algorithm::replace_all(text, "_", "/");
  return h2::base64_decode(text);
}

Result<Done> set_number(pb::Message& message, const pb::FieldDescriptor& field, std::string_view path,
                        std::string_view text) {
  const pb::Reflection& access = *message.GetReflection();
  const auto set = [&](auto read, auto store) -> Result<Done> {
    if (!read) return wrong(path, "is no number of its range");
    (access.*store)(&message, &field, *read);
    return Done{};
  };
  switch (field.cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_UINT64:
      return set(number<std::uint64_t>(text), &pb::Reflection::SetUInt64);
    case pb::FieldDescriptor::CPPTYPE_INT64:
      return set(number<std::int64_t>(text), &pb::Reflection::SetInt64);
    case pb::FieldDescriptor::CPPTYPE_UINT32:
      return set(number<std::uint32_t>(text), &pb::Reflection::SetUInt32);
    case pb::FieldDescriptor::CPPTYPE_INT32:
      return set(number<std::int32_t>(text), &pb::Reflection::SetInt32);
    default:
      return wrong(path, "can't be given in a URL");
  }
}

Result<Done> set_own_field(pb::Message& message, const pb::FieldDescriptor& field, std::string_view path,
                           std::string_view text) {
  const pb::Reflection& access = *message.GetReflection();
  if (field.is_repeated()) return wrong(path, "is a list, which can't be given in a URL");
  if (field.type() == pb::FieldDescriptor::TYPE_BYTES) {
    const auto bytes = bytes_of(std::string(text));
    if (!bytes) return wrong(path, "is neither 64 hex digits nor base64");
    access.SetString(&message, &field, *bytes);
    return Done{};
  }
  switch (field.cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_STRING:
      access.SetString(&message, &field, std::string(text));
      return Done{};
    case pb::FieldDescriptor::CPPTYPE_BOOL:
      if (text != "true" && text != "false") return wrong(path, "is true or false");
      access.SetBool(&message, &field, text == "true");
      return Done{};
    case pb::FieldDescriptor::CPPTYPE_ENUM:
      if (const auto* value = field.enum_type()->FindValueByName(std::string(text))) {
        access.SetEnum(&message, &field, value);
        return Done{};
      }
      return wrong(path, "is no name of " + field.enum_type()->name());
    default:
      return set_number(message, field, path, text);
  }
}

}  // namespace

std::string to_json(const pb::Message& message) {
  pb::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  std::string text;
  const auto done = pb::util::MessageToJsonString(message, &text, options);
  BSN_CHECK(done.ok(), "a message of ours has no JSON: " + std::string(done.message()));
  return text;
}

Result<Done> from_json(std::string_view text, pb::Message& message) {
  const auto done = pb::util::JsonStringToMessage({text.data(), text.size()}, &message);
  if (done.ok()) return Done{};
  return Error{ErrorCode::corrupt, "the body is not the JSON of " + message.GetTypeName() + ": " +
                                       std::string(done.message()).substr(0, 512)};
}

Result<Done> set_field(pb::Message& message, std::string_view path, std::string_view text) {
  const std::size_t dot = path.find('.');
  const auto* field = message.GetDescriptor()->FindFieldByName(std::string(path.substr(0, dot)));
  if (!field) field = message.GetDescriptor()->FindFieldByCamelcaseName(std::string(path.substr(0, dot)));
  if (!field) return wrong(path, "is no parameter of this");
  if (dot == std::string_view::npos) return set_own_field(message, *field, path, text);
  if (field->cpp_type() != pb::FieldDescriptor::CPPTYPE_MESSAGE || field->is_repeated()) {
    return wrong(path, "is no parameter of this");
  }
  return set_field(*message.GetReflection()->MutableMessage(&message, field), path.substr(dot + 1), text);
}

}  // namespace bsn::edge
