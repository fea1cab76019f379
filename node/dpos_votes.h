// Gathers the producers' votes for blocks (chained BFT) until they make a certificate.
//
// Of each producer the first vote per slot counts, so a slot holds at most one entry per producer. The newest
// slots_max slots are kept. Not for more than one thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "node/dpos_seal.h"

namespace bsn {

class DposVotes {
 public:
  static constexpr std::size_t slots_max = 64;

  explicit DposVotes(std::uint32_t producers) : producers_(producers) {}

  // A signed vote of a producer. The certificate that it completes, once.
  std::optional<DposCertificate> add(const TreeVote& vote);

 private:
  struct Slot {
    std::vector<bool> heard = {};  // by producer
    std::vector<DposCertificate> blocks = {};
  };
  DposCertificate& certificate_for(Slot& slot, const TreeVote& vote) const;

  std::uint32_t producers_;
  std::map<std::uint64_t, Slot> slots_;
};

}  // namespace bsn
