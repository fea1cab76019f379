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

bool is_voter(const ChainSpec& chain, ValidatorIndex seat) {
  if (chain.voters.empty()) return seat.value < chain.validators.size();
  return std::binary_search(chain.voters.begin(), chain.voters.end(), seat);
}

bool has_peer(const ChainSpec& chain, CityIndex city) {
  const auto seat = seat_of(chain, city);
  if (seat && is_voter(chain, *seat)) return true;
  return std::find(chain.followers.begin(), chain.followers.end(), city) != chain.followers.end();
}

std::vector<CityIndex> voter_cities(const ChainSpec& chain) {
  if (chain.voters.empty()) return chain.validators;
  std::vector<CityIndex> cities;
  for (const ValidatorIndex seat : chain.voters) cities.push_back(chain.validators[seat.value]);
  return cities;
}

std::optional<ValidatorIndex> seat_of(const ChainSpec& chain, CityIndex city) {
  for (auto seat = static_cast<std::uint32_t>(chain.validators.size()); seat-- > 0;) {
    if (chain.validators[seat] == city) return ValidatorIndex{seat};
  }
  return std::nullopt;
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
