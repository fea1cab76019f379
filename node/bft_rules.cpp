#include "node/bft_rules.h"

#include <algorithm>

namespace bsn {
namespace {

const BftParameters& bft(const EngineConfig& config) { return std::get<BftParameters>(config.parameters); }

bool within_limits(const BlockLimits& limits, const Proposal& proposal) {
  if (proposal.transactions.size() > limits.max_transactions) return false;
  std::uint64_t bytes = 0;
  for (const TransactionPtr& transaction : proposal.transactions) {
    if (!transaction) return false;
    bytes += transaction->size;
  }
  return bytes <= limits.max_bytes;
}

// A fresh proposal was cut by the proposer of its round; one proposed again (valid_round >= 0) by the proposer of that
// round or of an earlier one.
bool proposer_may_have_cut(const BftParameters& parameters, const BftVoters& voters, const BlockSealed& tip,
                           const BftProposal& message) {
  const ValidatorIndex cutter = message.proposal->proposer;
  if (!voters.has(cutter)) return false;
  if (message.valid_round < 0) return cutter == bft_proposer(parameters, voters, tip, message.round);
  return voters.distance(bft_proposer(parameters, voters, tip, 0), cutter) <= message.valid_round;
}

}  // namespace

ValidatorIndex bft_proposer(const BftParameters& parameters, const BftVoters& voters, const BlockSealed& tip,
                            std::uint32_t round) {
  const bool every_block = parameters.rotation == BftParameters::Rotation::every_block;
  return every_block ? voters.at(tip.height + 1 + round) : voters.behind(tip.proposer, round);
}

Duration bft_timeout(const BftParameters& parameters, Duration base, std::uint32_t round) {
  const Duration most = std::max(base * 4, max_bft_timeout);
  if (parameters.timeout_doubles) {
    Duration timeout = base;
    for (std::uint32_t i = 0; i < round && timeout < most; ++i) timeout = timeout * 2;
    return std::min(timeout, most);
  }
  const Duration step = std::clamp(parameters.timeout_step, Duration{}, max_bft_timeout);
  return std::min(base + step * std::min(round, 1'000'000u), most);
}

bool is_valid_proposal(const EngineConfig& config, const BftVoters& voters, const BlockSealed& tip,
                       const BftProposal& message, Instant now) {
  if (!message.proposal) return false;
  const Proposal& proposal = *message.proposal;
  if (proposal.height != tip.height + 1 || proposal.height != message.height) return false;
  if (message.valid_round < -1 || message.valid_round >= message.round) return false;
  if (proposal.parent != tip.hash) return false;
  if (proposal.time < tip.time || proposal.time > std::max(tip.time, now + max_proposal_time_ahead)) return false;
  const auto next = voters.after(proposal.seal);
  if (!next) return false;
  const bool idle = proposal.transactions.empty() && *next == voters.seats();
  if (idle && bft(config).empty_interval <= Duration{}) return false;
  return within_limits(config.block, proposal) && proposer_may_have_cut(bft(config), voters, tip, message);
}

}  // namespace bsn
