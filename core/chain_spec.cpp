#include "core/chain_spec.h"

#include <algorithm>
#include <array>

namespace bsn {
namespace {

constexpr std::array<std::string_view, 3> kind_names = {"alliance", "public", "cross-chain"};
constexpr std::array<std::string_view, std::variant_size_v<EngineParameters>> family_names = {"raft", "bft", "dpos",
                                                                                              "slot", "pow"};

}  // namespace

std::string_view to_string(NetworkKind kind) { return kind_names[static_cast<std::size_t>(kind)]; }

std::optional<NetworkKind> parse_network_kind(std::string_view name) {
  const auto found = std::find(kind_names.begin(), kind_names.end(), name);
  if (found == kind_names.end()) return std::nullopt;
  return static_cast<NetworkKind>(found - kind_names.begin());
}

std::string_view family_name(const EngineParameters& parameters) { return family_names[parameters.index()]; }

bool grows_a_tree(const EngineParameters& parameters) {
  return !std::holds_alternative<RaftParameters>(parameters) && !std::holds_alternative<BftParameters>(parameters);
}

std::uint32_t gossip_degree(const EngineParameters& parameters) {
  return std::visit(
      [](const auto& family) -> std::uint32_t {
        if constexpr (requires { family.gossip_degree; }) return family.gossip_degree;
        return 0;
      },
      parameters);
}

}  // namespace bsn
