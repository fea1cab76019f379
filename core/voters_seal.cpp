#include "core/voters_seal.h"

#include "core/byte_fields.h"

namespace bsn {
namespace {

constexpr std::string_view begins = "bsn/voters/v1";
constexpr std::size_t voters_max = 1000;
constexpr std::uint32_t seat_bound = 1000;  // as many seats as a set of a light client has (core/cross_chain_spec.h)

}  // namespace

std::string voters_seal(const std::vector<ValidatorIndex>& voters) {
  ByteWriter writer;
  writer.raw(begins);
  for (const ValidatorIndex seat : voters) writer.u32(seat.value);
  return writer.bytes();
}

std::optional<std::vector<ValidatorIndex>> read_voters_seal(std::string_view seal) {
  if (!seal.starts_with(begins)) return std::nullopt;
  ByteReader reader(seal.substr(begins.size()));
  std::vector<ValidatorIndex> voters;
  while (reader.left() > 0 && voters.size() < voters_max) {
    const ValidatorIndex seat{reader.u32()};
    const bool ascending = voters.empty() || voters.back() < seat;
    if (!ascending || seat.value >= seat_bound) return std::nullopt;
    voters.push_back(seat);
  }
  if (voters.empty() || !reader.complete()) return std::nullopt;
  return voters;
}

}  // namespace bsn
