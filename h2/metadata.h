// The metadata of a call in order of arrival: names in lower case, values as they came.
//
// All bytes stand in one buffer. Bound: the connection's header_list_bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bsn::h2 {

class Metadata {
 public:
  void add(std::string_view name, std::string_view value) {
    if (entries_.empty()) make_room();
    const auto at = static_cast<std::uint32_t>(bytes_.size());
    entries_.push_back({at, static_cast<std::uint32_t>(name.size()), static_cast<std::uint32_t>(value.size())});
    bytes_.append(name).append(value);
  }

  void clear() {
    entries_.clear();
    bytes_.clear();
  }

  bool contains(std::string_view name) const {
    for (const Entry& entry : entries_) {
      if (name_of(entry) == name) return true;
    }
    return false;
  }

  // use(name, value) for each, in order.
  template <class Use>
  void for_each(Use use) const {
    for (const Entry& entry : entries_) {
      use(name_of(entry), std::string_view(bytes_).substr(entry.at + entry.name, entry.value));
    }
  }

  // The value of this name; nullopt unless it is there exactly once. The view lives until the next add or clear.
  std::optional<std::string_view> only(std::string_view name) const {
    std::optional<std::string_view> found;
    for (const Entry& entry : entries_) {
      if (name_of(entry) != name) continue;
      if (found) return std::nullopt;
      found = std::string_view(bytes_).substr(entry.at + entry.name, entry.value);
    }
    return found;
  }

 private:
  struct Entry {
    std::uint32_t at, name, value;
  };

  // For what most calls have.
  void make_room() {
    entries_.reserve(4);
    bytes_.reserve(128);
  }

  std::string_view name_of(const Entry& entry) const { return std::string_view(bytes_).substr(entry.at, entry.name); }

  std::string bytes_;
  std::vector<Entry> entries_;
};

}  // namespace bsn::h2
