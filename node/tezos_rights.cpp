#include "node/tezos_rights.h"

#include <algorithm>

#include "core/byte_fields.h"

namespace bsn {

std::optional<std::uint32_t> TezosLevel::priority_of(ValidatorIndex baker) const {
  const auto found = std::find(bakers.begin(), bakers.end(), baker);
  if (found == bakers.end()) return std::nullopt;
  return static_cast<std::uint32_t>(found - bakers.begin());
}

std::optional<std::size_t> TezosLevel::place_of(ValidatorIndex endorser) const {
  const auto found = std::lower_bound(endorsers.begin(), endorsers.end(), std::pair{endorser, 0u});
  if (found == endorsers.end() || found->first != endorser) return std::nullopt;
  return static_cast<std::size_t>(found - endorsers.begin());
}

TezosRights::TezosRights(const TezosParameters& parameters, std::uint64_t chain_seed,
                         const std::vector<std::uint64_t>& stake)
    : parameters_(parameters), chain_seed_(chain_seed), stake_(stake) {}

const TezosLevel& TezosRights::at(Height level) {
  if (const auto known = levels_.find(level); known != levels_.end()) return known->second;
  if (levels_.size() >= remembered_max) levels_.erase(levels_.begin());
  return levels_.insert_or_assign(level, draw(level)).first->second;
}

TezosLevel TezosRights::draw(Height level) const {
  TezosLevel rights;
  Random baking = shared_stream(chain_seed_, "tezos baking", level);
  for (std::uint32_t p = 0; p < priorities_max; ++p) rights.bakers.push_back(stake_.draw(baking));
  std::map<ValidatorIndex, std::uint32_t> slots;
  Random endorsing = shared_stream(chain_seed_, "tezos endorsing", level);
  for (std::uint32_t slot = 0; slot < parameters_.endorsers; ++slot) ++slots[stake_.draw(endorsing)];
  rights.endorsers.assign(slots.begin(), slots.end());
  return rights;
}

Duration TezosRights::delay(std::uint32_t priority, std::uint32_t endorsed) const {
  const std::int64_t missing = endorsed < parameters_.initial_endorsers ? parameters_.initial_endorsers - endorsed : 0;
  return parameters_.block_interval + parameters_.delay_per_priority * priority +
         parameters_.delay_per_missing_endorsement * missing;
}

std::string TezosSeal::bytes() const { return ByteWriter().u32(priority).digest(signatures).bits(endorsed).bytes(); }

std::optional<TezosSeal> TezosSeal::read(std::string_view bytes, std::size_t endorsers) {
  ByteReader reader(bytes);
  TezosSeal seal;
  seal.priority = reader.u32();
  seal.signatures = reader.digest();
  seal.endorsed = reader.bits(endorsers);
  if (!reader.complete()) return std::nullopt;
  return seal;
}

}  // namespace bsn
