// Result<T>: a value, or an Error from outside that some caller acts on (a bad file, an unreachable node).
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "core/check.h"

namespace bsn {

enum class ErrorCode {
  invalid_configuration,  // a file or flag is wrong: exit code 104
  unavailable,            // something outside does not answer, or is gone
  already_running,        // a port, folder or cluster is in use
  io,                     // disk or network refused
  corrupt,                // stored or received bytes do not verify
  stopped,                // ended from outside (signal)
  not_found,              // what was named is not there
  already_exists,         // the name is taken
  exhausted,              // there is not so much left of what was asked for
};

// What went wrong, where, and how to mend it, in one readable line (or several, indented).
struct Error {
  ErrorCode code = ErrorCode::io;
  std::string message;
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: meant to convert
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: meant to convert

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // The value; BSN_CHECK fails when there is none.
  T& value() {
    BSN_CHECK(ok(), "Result holds an error: " + std::get<1>(state_).message);
    return std::get<0>(state_);
  }
  const T& value() const { return const_cast<Result*>(this)->value(); }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  // The error; BSN_CHECK fails when there is a value.
  const Error& error() const {
    BSN_CHECK(!ok(), "Result holds a value");
    return std::get<1>(state_);
  }

 private:
  std::variant<T, Error> state_;
};

// The result of something that has no value to give: `return Done{};`.
struct Done {};

}  // namespace bsn
