#include "node/bityuan_lottery.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "core/byte_fields.h"

namespace bsn {
namespace {

constexpr std::uint64_t all = std::numeric_limits<std::uint64_t>::max();

std::uint64_t first_bytes(const Digest& digest) { return ByteReader(digest.view()).u64(); }

}  // namespace

std::string BityuanSeal::bytes() const {
  return ByteWriter().u64(target).u64(modifier).u64(static_cast<std::uint64_t>(window_start)).bytes();
}

std::optional<BityuanSeal> BityuanSeal::read(std::string_view bytes) {
  ByteReader reader(bytes);
  BityuanSeal seal;
  seal.target = reader.u64();
  seal.modifier = reader.u64();
  seal.window_start = static_cast<std::int64_t>(reader.u64());
  if (!reader.complete() || seal.target < target_min) return std::nullopt;
  return seal;
}

BityuanSeal first_bityuan_seal(const BityuanParameters& parameters, std::uint64_t total_stake) {
  BityuanSeal seal;
  const auto seconds =
      static_cast<std::uint64_t>(std::max<std::int64_t>(parameters.block_interval.ns / 1'000'000'000, 1));
  seal.target = std::max(all / total_stake / seconds, BityuanSeal::target_min);
  return seal;
}

BityuanSeal next_bityuan_seal(const BityuanParameters& parameters, const BityuanSeal& parent, Height parent_height,
                              Instant parent_time, const Digest& parent_digest) {
  if (parent_height % parameters.retarget_blocks != 0) return parent;
  const double aimed = parameters.block_interval.seconds() * parameters.retarget_blocks;
  const double taken = (parent_time - Instant{parent.window_start}).seconds();
  const double factor = std::clamp(taken / aimed, 0.25, 4.0);
  const double target = static_cast<double>(parent.target) * factor;
  BityuanSeal seal;
  seal.target = target >= 0.99 * static_cast<double>(all) ? all : static_cast<std::uint64_t>(target);
  seal.target = std::max(seal.target, BityuanSeal::target_min);
  seal.modifier =
      first_bytes(CanonicalBytes("bsn/bityuan-modifier/v1").add(parent.modifier).add(parent_digest).digest());
  seal.window_start = parent_time.ns;
  return seal;
}

std::uint64_t bityuan_ticket(std::uint64_t chain_seed, std::uint64_t modifier, ValidatorIndex owner,
                             std::uint64_t second) {
  CanonicalBytes ticket("bsn/bityuan-ticket/v1");
  return first_bytes(ticket.add(chain_seed).add(modifier).add(std::uint64_t{owner.value}).add(second).digest());
}

bool bityuan_wins(std::uint64_t ticket, std::uint64_t target, std::uint64_t stake) {
  return target > all / stake || ticket < target * stake;
}

std::uint64_t bityuan_weight(std::uint64_t target) { return all / (target >> 16); }

}  // namespace bsn
