// How decoding checks: read field after field, remember the first thing that is wrong, give the value or the error at
// the end. Keeps decode functions free of branches. Private to the codec.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "core/digest.h"
#include "core/result.h"
#include "core/time.h"

namespace bsn {

class Checks {
 public:
  explicit Checks(std::string_view message) : message_(message) {}

  void require(bool holds, std::string_view what) {
    if (!holds && wrong_.empty()) wrong_ = std::string(message_) + ": " + std::string(what);
  }

  // 32 bytes, or nothing for the zero digest.
  Digest digest(std::string_view bytes, std::string_view field) {
    Digest digest;
    if (bytes.empty()) return digest;
    if (bytes.size() != digest.bytes.size()) {
      fail(field, "is no digest");
      return digest;
    }
    std::copy(bytes.begin(), bytes.end(), digest.bytes.begin());
    if (digest.is_zero()) fail(field, "is a digest of zeros");
    return digest;
  }

  Digest required_digest(std::string_view bytes, std::string_view field) {
    if (bytes.empty()) fail(field, "is missing");
    return digest(bytes, field);
  }

  // An enum whose numbers run from 0 to `last`.
  template <class Enum>
  Enum enum_up_to(Enum last, std::uint64_t number, std::string_view field) {
    if (number <= static_cast<std::uint64_t>(last)) return static_cast<Enum>(number);
    fail(field, "has an unknown number");
    return Enum{};
  }

  Duration duration(std::int64_t ns, std::string_view field) {
    if (ns < 0) fail(field, "is negative");
    return {ns};
  }

  // A duration that a machine may add to an instant without overflow: at most ten years.
  Duration bounded_duration(std::int64_t ns, std::string_view field) {
    if (ns > 315'360'000'000'000'000) fail(field, "is longer than ten years");
    return duration(ns, field);
  }

  double number_between(double low, double high, double number, std::string_view field) {
    if (!(number >= low && number <= high)) fail(field, "is out of range");
    return number;
  }

  std::string text(const std::string& text, std::size_t max_bytes, std::string_view field) {
    if (text.size() <= max_bytes) return text;
    fail(field, "is too long");
    return {};
  }

  std::string required_text(const std::string& text_in, std::size_t max_bytes, std::string_view field) {
    if (text_in.empty()) fail(field, "is missing");
    return text(text_in, max_bytes, field);
  }

  // The value of an inner decode; its error becomes this one's.
  template <class T>
  T take(Result<T> inner) {
    if (inner) return std::move(*inner);
    if (wrong_.empty()) wrong_ = std::string(message_) + ": " + inner.error().message;
    return T{};
  }

  bool ok() const { return wrong_.empty(); }

  template <class T>
  Result<T> give(T value) const {
    if (ok()) return Result<T>(std::move(value));
    return Error{ErrorCode::corrupt, wrong_};
  }

 private:
  void fail(std::string_view field, std::string_view what) {
    require(false, std::string(field) + " " + std::string(what));
  }

  std::string_view message_;
  std::string wrong_;
};

}  // namespace bsn
