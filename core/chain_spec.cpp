#include "core/chain_spec.h"

#include <algorithm>
#include <array>

namespace bsn {
namespace {

constexpr std::array<std::string_view, 3> kind_names = {"alliance", "public", "cross-chain"};

}  // namespace

std::string_view to_string(NetworkKind kind) { return kind_names[static_cast<std::size_t>(kind)]; }

std::optional<NetworkKind> parse_network_kind(std::string_view name) {
  const auto found = std::find(kind_names.begin(), kind_names.end(), name);
  if (found == kind_names.end()) return std::nullopt;
  return static_cast<NetworkKind>(found - kind_names.begin());
}

}  // namespace bsn
