#include "sim/rate.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"

namespace bsn {
namespace {

// One exponential step of mean 1. Drawn with a mean of 2^50 ns, so that whole nanoseconds cost no accuracy.
double unit_exponential(Random& random) {
  constexpr std::int64_t scale = std::int64_t{1} << 50;
  return static_cast<double>(random.exponential(Duration{scale}).ns) / static_cast<double>(scale);
}

}  // namespace

RateCurve::RateCurve(const Rate& rate, Duration duration) : end_(duration.seconds()) {
  BSN_CHECK(duration.ns >= 0, "a round lasts at least 0 s");
  if (const auto* fixed = std::get_if<FixedRate>(&rate)) {
    add_piece(end_, fixed->tps, fixed->tps);
  } else if (const auto* poisson = std::get_if<PoissonRate>(&rate)) {
    add_piece(end_, poisson->tps, poisson->tps);
  } else if (const auto* linear = std::get_if<LinearRate>(&rate)) {
    add_piece(end_, linear->starting_tps, linear->finishing_tps);
  } else {
    const auto& staged = std::get<StagedRate>(rate);
    double from = staged.starting_tps;
    for (const RateStage& stage : staged.stages) {
      add_piece(stage.duration.seconds(), from, stage.tps);
      from = stage.tps;
    }
    add_piece(end_, from, from);  // cut off where the round ends
  }
}

void RateCurve::add_piece(double length, double from, double to) {
  BSN_CHECK(from >= 0 && to >= 0 && std::isfinite(from) && std::isfinite(to), "a rate is a number >= 0");
  Piece piece;
  piece.start = pieces_.empty() ? 0 : pieces_.back().start + pieces_.back().length;
  piece.length = std::min(length, end_ - piece.start);
  if (piece.length <= 0) return;
  piece.rate = from;
  piece.slope = (to - from) / length;
  piece.before = total_;
  total_ += piece.length * (from + piece.slope * piece.length / 2);
  pieces_.push_back(piece);
}

Duration RateCurve::when(double count) const {
  const auto behind = std::find_if(pieces_.begin(), pieces_.end(), [&](const Piece& p) { return p.before > count; });
  if (behind == pieces_.begin()) return {};
  const Piece& piece = *std::prev(behind);
  const double due = count - piece.before;
  if (due <= 0) return from_seconds(piece.start);
  // rate x + slope x^2 / 2 = due, in the form that loses nothing when the slope is small.
  const double root = std::sqrt(std::max(0.0, piece.rate * piece.rate + 2 * piece.slope * due));
  const double x = 2 * due / (piece.rate + root);
  return from_seconds(piece.start + std::min(x, piece.length));
}

ArrivalSchedule::ArrivalSchedule(const Rate& rate, Duration duration, Random random)
    : curve_(rate, duration), poisson_(std::holds_alternative<PoissonRate>(rate)), random_(random) {
  offered_ = poisson_ ? count_all() : static_cast<std::uint64_t>(std::llround(curve_.total()));
  if (poisson_) position_ = unit_exponential(random_);
  step();
}

std::uint64_t ArrivalSchedule::count_all() const {
  Random random = random_;
  std::uint64_t count = 0;
  // Ends: a step is positive but for one draw in 2^53.
  for (double at = unit_exponential(random); at < curve_.total(); at += unit_exponential(random)) ++count;
  return count;
}

void ArrivalSchedule::take() {
  BSN_CHECK(next_.has_value(), "there is no further call");
  ++taken_;
  position_ = poisson_ ? position_ + unit_exponential(random_) : static_cast<double>(taken_);
  step();
}

void ArrivalSchedule::step() {
  if (taken_ == offered_) {
    next_.reset();
    return;
  }
  next_ = std::max(next_.value_or(Duration{}), curve_.when(position_));
}

}  // namespace bsn
