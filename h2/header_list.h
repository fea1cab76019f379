// Headers on their way to the engine, which copies them when they are submitted.
#pragma once

#include <nghttp2/nghttp2.h>

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bsn::h2 {

class HeaderList {
 public:
  HeaderList() { entries_.reserve(6); }

  // Name and value live as long as the program.
  void add_static(std::string_view name, std::string_view value) {
    add_entry(name, value, NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE);
  }

  void add(std::string_view name, std::string value) {
    names_.emplace_back(name);
    values_.push_back(std::move(value));
    add_entry(names_.back(), values_.back(), NGHTTP2_NV_FLAG_NONE);
  }

  std::span<const nghttp2_nv> entries() const { return entries_; }

 private:
  // The engine's interface is one of C: it reads through pointers that could write.
  static std::uint8_t* pointer(std::string_view text) {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
  }
  void add_entry(std::string_view name, std::string_view value, int flags) {
    entries_.push_back({pointer(name), pointer(value), name.size(), value.size(), static_cast<std::uint8_t>(flags)});
  }

  std::deque<std::string> names_, values_;  // deques: what stands in them stays where it is
  std::vector<nghttp2_nv> entries_;
};

}  // namespace bsn::h2
