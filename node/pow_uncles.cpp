#include "node/pow_uncles.h"

#include <algorithm>

#include "node/pow_difficulty.h"

namespace bsn {
namespace {

bool contains(const std::vector<Digest>& all, const Digest& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

bool epochs(const PowParameters& parameters) { return parameters.adjustment == PowParameters::Adjustment::nc_max; }

}  // namespace

std::size_t PowUncles::most() const { return std::min<std::size_t>(parameters_.max_uncles, PowSeal::uncles_max); }

bool PowUncles::allows(const PowState& state, const std::vector<PowUncle>& uncles) const {
  if (uncles.empty()) return true;
  if (uncles.size() > most()) return false;
  std::vector<Digest> used = used_works();
  return std::all_of(uncles.begin(), uncles.end(), [&](const PowUncle& uncle) {
    if (contains(used, uncle.header.work)) return false;
    used.push_back(uncle.header.work);
    return allows(state, uncle);
  });
}

bool PowUncles::allows(const PowState& state, const PowUncle& uncle) const {
  if (!epochs(parameters_) && !uncle.proposals.empty()) return false;
  if (epochs(parameters_) && uncle.header.state.epoch != state.epoch) return false;
  return fits(uncle.header) && uncle.header.work == modelled_work(chain_seed_, uncle.header);
}

// Its place, and its difficulty.
bool PowUncles::fits(const PowHeader& uncle) const {
  if (uncle.height >= ancestry_.height() || uncle.height == 0) return false;
  if (uncle.height + parameters_.uncle_depth < ancestry_.height()) return false;
  if (ancestry_.digest_at(uncle.height - 1) != uncle.parent) return false;
  PowParent parent{uncle.height - 1, {}, {}};
  if (parent.height > 0) {
    if (parent.height < ancestry_.lowest()) return false;
    const Proposal& block = ancestry_.at(parent.height);
    const auto state = decode_pow_state(block.seal);
    if (!state) return false;
    parent.time = block.time;
    parent.state = *state;
  }
  return uncle.time >= parent.time && uncle.state == next_state(parameters_, parent, uncle.time, uncle.state.uncles);
}

// Of the ancestors and their uncles.
std::vector<Digest> PowUncles::used_works() const {
  std::vector<Digest> works;
  for (Height height = ancestry_.lowest(); height < ancestry_.height(); ++height) {
    const auto seal = decode_pow_seal(ancestry_.at(height).seal);
    if (!seal) continue;
    works.push_back(seal->work);
    for (const PowUncle& uncle : seal->uncles) works.push_back(uncle.header.work);
  }
  return works;
}

std::vector<PowUncle> PowUncles::find(const BlockTree::Node& parent) const {
  std::vector<const BlockTree::Node*> siblings;  // of ancestors, the highest first
  const BlockTree::Node* on_chain = &parent;
  for (std::uint32_t depth = 0; depth < parameters_.uncle_depth && on_chain->parent; ++depth) {
    const auto& children = on_chain->parent->children;
    std::copy_if(children.rbegin(), children.rend(), std::back_inserter(siblings),
                 [&](const BlockTree::Node* child) { return child != on_chain; });
    on_chain = on_chain->parent;
  }
  std::vector<PowUncle> found;
  if (siblings.empty() || most() == 0) return found;
  const std::vector<Digest> used = used_works();
  const auto above = decode_pow_state(parent.proposal->seal);
  const bool new_epoch = epochs(parameters_) && above && ancestry_.height() >= above->epoch_start + above->epoch_length;
  for (auto node = siblings.rbegin(); node != siblings.rend() && found.size() < most() && !new_epoch; ++node) {
    const auto seal = decode_pow_seal((*node)->proposal->seal);
    if (!seal || contains(used, seal->work)) continue;
    if (epochs(parameters_) && (!above || seal->state.epoch != above->epoch)) continue;
    found.push_back({header_of(*(*node)->proposal, *seal), seal->proposals});
  }
  return found;
}

}  // namespace bsn
