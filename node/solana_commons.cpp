#include "node/solana_commons.h"

#include "core/check.h"
#include "node/signed_seal.h"

namespace bsn {

SolanaCommons::SolanaCommons(const EngineConfig& config)
    : chain_seed_(config.chain_seed),
      stake_(config.stake),
      schedule_(std::get<SolanaParameters>(std::get<SlotParameters>(config.parameters).policy), config.chain_seed,
                config.stake) {}

std::shared_ptr<SolanaCommons> SolanaCommons::of(const EngineConfig& config) {
  if (!config.commons) return std::make_shared<SolanaCommons>(config);
  if (!config.commons->content) config.commons->content = std::make_shared<SolanaCommons>(config);
  auto commons = std::static_pointer_cast<SolanaCommons>(config.commons->content);
  BSN_CHECK(commons->stake_ == config.stake, "engines that share are of one chain");
  return commons;
}

SolanaBlockSeal& SolanaCommons::seal(const Proposal& proposal) {
  const Digest digest = proposal_digest(proposal);
  if (const auto* known = seals_.find(digest)) return **known;
  auto fresh = std::make_unique<SolanaBlockSeal>();
  fresh->seal = SolanaSeal::read(seal_body(proposal), static_cast<std::uint32_t>(stake_.size()));
  fresh->by_proposer = fresh->seal && is_sealed_by_proposer(chain_seed_, proposal);
  if (fresh->seal) fresh->genuine.resize(fresh->seal->votes.size());
  seal_order_.push_back(digest);
  if (seal_order_.size() > seals_max) {
    seals_.erase(seal_order_.front());
    seal_order_.pop_front();
  }
  return **seals_.try_emplace(digest, std::move(fresh)).first;
}

SharedForest SolanaCommons::forest(const Digest& root) {
  const Step step{0, root, {}};
  const auto known = steps_.find(step);
  return known != steps_.end() ? known->second : remember(step, number(VoteForest(stake_, root)));
}

SharedForest SolanaCommons::next(const SharedForest& from, const Digest& root, const Digest& block,
                                 const Change& change) {
  const Step step{from.number_, root, block};
  const auto known = steps_.find(step);
  return known != steps_.end() ? known->second : remember(step, apart(from, change));
}

SharedForest SolanaCommons::apart(const SharedForest& from, const Change& change) {
  VoteForest changed = *from;
  change(changed);
  return number(std::move(changed));
}

SharedForest SolanaCommons::number(VoteForest forest) {
  SharedForest numbered;
  numbered.forest_ = std::make_shared<const VoteForest>(std::move(forest));
  numbered.number_ = ++last_number_;
  return numbered;
}

const SharedForest& SolanaCommons::remember(const Step& step, SharedForest forest) {
  step_order_.push_back(step);
  if (step_order_.size() > forests_max) {
    steps_.erase(step_order_.front());
    step_order_.pop_front();
  }
  return steps_[step] = std::move(forest);
}

}  // namespace bsn
