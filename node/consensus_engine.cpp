#include "node/consensus_engine.h"

#include <string>

#include "core/check.h"
#include "node/bft_engine.h"
#include "node/dpos_engine.h"
#include "node/pow_engine.h"
#include "node/raft_engine.h"
#include "node/slot_engine.h"

namespace bsn {

std::unique_ptr<ConsensusEngine> make_engine(const EngineConfig& config, const DurableState& durable,
                                             const BlockSealed& tip, Instant now) {
  if (std::holds_alternative<BftParameters>(config.parameters)) {
    return std::make_unique<BftEngine>(config, durable, tip, now);
  }
  if (std::holds_alternative<SlotParameters>(config.parameters)) return make_slot_engine(config, durable, now);
  if (std::holds_alternative<PowParameters>(config.parameters)) {
    return std::make_unique<PowEngine>(config, durable, now);
  }
  if (std::holds_alternative<DposParameters>(config.parameters)) {
    return std::make_unique<DposEngine>(config, durable, now);
  }
  BSN_CHECK(std::holds_alternative<RaftParameters>(config.parameters),
            "there is no engine of the family " + std::string(family_name(config.parameters)));
  return std::make_unique<RaftEngine>(config, durable, tip, now);
}

}  // namespace bsn
