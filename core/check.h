// BSN_CHECK: a broken invariant ends the process, in every build type.
//
// For bugs only. Wrong input from outside is a Result (core/result.h), an expected outcome is an enum.
#pragma once

#include <string_view>

namespace bsn {

// Prints place, condition and message to standard error and aborts.
[[noreturn]] void check_failed(const char* file, int line, const char* condition, std::string_view message);

}  // namespace bsn

#define BSN_CHECK(condition, message) \
  ((condition) ? void(0) : ::bsn::check_failed(__FILE__, __LINE__, #condition, (message)))
