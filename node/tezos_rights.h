// Who may bake and who may endorse at each level of a Tezos chain, and what a block says about it (Emmy+).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/chain_spec.h"
#include "node/slot_engine.h"

namespace bsn {

// The rights at one level.
struct TezosLevel {
  std::vector<ValidatorIndex> bakers;                               // by priority
  std::vector<std::pair<ValidatorIndex, std::uint32_t>> endorsers;  // with the number of their slots; ascending

  std::optional<std::uint32_t> priority_of(ValidatorIndex baker) const;  // the best
  std::optional<std::size_t> place_of(ValidatorIndex endorser) const;    // in endorsers
};

// The rights of a whole chain, drawn from its seed; the last levels asked for are remembered.
class TezosRights {
 public:
  static constexpr std::uint32_t priorities_max = 256;

  TezosRights(const TezosParameters& parameters, std::uint64_t chain_seed, const std::vector<std::uint64_t>& stake);

  // Valid until the next call.
  const TezosLevel& at(Height level);

  // How long after its parent a block of this priority is valid that contains so many endorsement slots.
  Duration delay(std::uint32_t priority, std::uint32_t endorsed) const;

 private:
  static constexpr std::size_t remembered_max = 32;

  TezosLevel draw(Height level) const;

  TezosParameters parameters_;
  std::uint64_t chain_seed_;
  StakeDraw stake_;
  std::map<Height, TezosLevel> levels_;
};

// What a block's seal says: its priority, and who endorsed its parent, as places in the parent level's endorsers.
struct TezosSeal {
  std::uint32_t priority = 0;
  std::vector<bool> endorsed;
  Digest signatures;  // over the signatures of those endorsements

  std::string bytes() const;
  // nullopt: not what bytes() gives for that many endorsers.
  static std::optional<TezosSeal> read(std::string_view bytes, std::size_t endorsers);
};

}  // namespace bsn
