// Messages as JSON, by protobuf's own mapping (protobuf.dev/programming-guides/json): lowerCamelCase names, 64-bit
// numbers as strings, bytes as base64, enums by name. Unknown keys are errors; absent fields have their defaults.
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>

#include "core/result.h"

namespace bsn::edge {

// Every field is written, also when it has its default.
std::string to_json(const google::protobuf::Message& message);

// Error (corrupt) says what is wrong where.
Result<Done> from_json(std::string_view text, google::protobuf::Message& message);

// Sets a field, named by its path ("chain.network"), from the text of a URL: names of enums, true or false, decimals,
// bytes as hex digits or base64.
Result<Done> set_field(google::protobuf::Message& message, std::string_view path, std::string_view text);

}  // namespace bsn::edge
