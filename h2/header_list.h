// Headers on their way to the engine, which copies them when they are submitted.
#pragma once

#include <nghttp2/nghttp2.h>

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <forward_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace bsn::h2 {

// The headers of most answers are all static: they cost no allocation.
class HeaderList {
 public:
  // Name and value live as long as the program.
  void add_static(std::string_view name, std::string_view value) {
    add_entry(name, value, NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE);
  }

  // The name lives as long as the list.
  void add(std::string_view name, std::string value) {
    values_.push_front(std::move(value));
    add_entry(name, values_.front(), NGHTTP2_NV_FLAG_NONE);
  }

  std::span<const nghttp2_nv> entries() const { return {entries_.data(), entries_.size()}; }

 private:
  // The engine's interface is one of C: it reads through pointers that could write.
  static std::uint8_t* pointer(std::string_view text) {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
  }
  void add_entry(std::string_view name, std::string_view value, int flags) {
    entries_.push_back({pointer(name), pointer(value), name.size(), value.size(), static_cast<std::uint8_t>(flags)});
  }

  std::forward_list<std::string> values_;  // what stands in it stays where it is
  boost::container::small_vector<nghttp2_nv, 8> entries_;
};

}  // namespace bsn::h2
