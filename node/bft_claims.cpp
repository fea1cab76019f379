#include "node/bft_claims.h"

#include <algorithm>
#include <functional>

namespace bsn {
namespace {

// The value that at least `enough` of the numbers reach.
template <class Number>
Number reached_by(std::uint32_t enough, std::vector<Number> numbers) {
  const auto at = numbers.begin() + (enough - 1);
  std::nth_element(numbers.begin(), at, numbers.end(), std::greater<>());
  return *at;
}

}  // namespace

void BftClaims::note(ValidatorIndex from, Height height, std::uint32_t round) {
  Claim& claim = claims_[from.value];
  const Claim fresh{height, round};
  if (fresh <= claim) return;
  higher_ += is_higher(fresh) && !is_higher(claim) ? 1 : 0;
  later_ += is_later(fresh) && !is_later(claim) ? 1 : 0;
  later_ -= is_later(claim) && !is_later(fresh) ? 1 : 0;
  claim = fresh;
}

void BftClaims::move_to(Height height, std::uint32_t round) {
  here_ = Claim{height, round};
  higher_ = 0;
  later_ = 0;
  for (const Claim& claim : claims_) {
    higher_ += is_higher(claim) ? 1 : 0;
    later_ += is_later(claim) ? 1 : 0;
  }
}

std::optional<Height> BftClaims::higher_height(std::uint32_t enough) const {
  if (higher_ < enough) return std::nullopt;
  std::vector<Height> heights;
  for (const Claim& claim : claims_) {
    if (is_higher(claim)) heights.push_back(claim.height);
  }
  return reached_by(enough, std::move(heights));
}

std::optional<std::uint32_t> BftClaims::later_round(std::uint32_t enough) const {
  if (later_ < enough) return std::nullopt;
  std::vector<std::uint32_t> rounds;
  for (const Claim& claim : claims_) {
    if (is_later(claim)) rounds.push_back(claim.round);
  }
  return reached_by(enough, std::move(rounds));
}

std::optional<ValidatorIndex> BftClaims::someone_higher(std::uint32_t start) const {
  const auto m = static_cast<std::uint32_t>(claims_.size());
  for (std::uint32_t i = 0; i < m; ++i) {
    const std::uint32_t v = (start + i) % m;
    if (is_higher(claims_[v])) return ValidatorIndex{v};
  }
  return std::nullopt;
}

}  // namespace bsn
