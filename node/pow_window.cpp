#include "node/pow_window.h"

#include <algorithm>

namespace bsn {
namespace {

Height window_far(const PowParameters& parameters) {
  return std::max<Height>(parameters.proposal_window_far, PowWindow::close(parameters));
}

void add_proposed(const Proposal& block, std::vector<ProposalId>& to) {
  const auto seal = decode_pow_seal(block.seal);
  if (!seal) return;
  to.insert(to.end(), seal->proposals.begin(), seal->proposals.end());
  for (const PowUncle& uncle : seal->uncles) to.insert(to.end(), uncle.proposals.begin(), uncle.proposals.end());
}

bool contains(const std::vector<ProposalId>& sorted, const Digest& transaction) {
  return std::binary_search(sorted.begin(), sorted.end(), proposal_id(transaction));
}

}  // namespace

std::uint32_t PowWindow::close(const PowParameters& parameters) {
  return std::clamp(parameters.proposal_window_close, 1u, 100u);
}

std::size_t PowWindow::generations(const PowParameters& parameters) { return window_far(parameters); }

PowWindow::PowWindow(const PowParameters& parameters, const PowAncestry& ancestry) {
  for (Height height = ancestry.lowest(); height < ancestry.height(); ++height) {
    const Height distance = ancestry.height() - height;
    if (distance > window_far(parameters)) continue;
    std::vector<ProposalId> proposed;
    add_proposed(ancestry.at(height), proposed);
    if (distance >= close(parameters)) open_.insert(open_.end(), proposed.begin(), proposed.end());
    if (distance < window_far(parameters)) later_.insert(later_.end(), proposed.begin(), proposed.end());
  }
  std::sort(open_.begin(), open_.end());
  std::sort(later_.begin(), later_.end());
}

bool PowWindow::may_commit(const Digest& transaction) const { return contains(open_, transaction); }
bool PowWindow::is_on_its_way(const Digest& transaction) const { return contains(later_, transaction); }

}  // namespace bsn
