// Watches from outside what each BFT engine signs: never two different votes or proposals of one kind at one height and
// round, across restarts too, and nothing that was not on disk before.
//
// Sees messages before a test makes their sender lie. Memory: one entry per signed message; for tests.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "core/durable.h"
#include "core/peer_message.h"

namespace bsn {

class BftJudge {
 public:
  // Validator v sends this, `durable` being its disk. What is wrong about it, or nullopt.
  std::optional<std::string> judge(std::uint32_t v, const ConsensusMessage& message, const DurableState& durable);

 private:
  std::optional<std::string> judge_signed(std::uint32_t v, int kind, Height height, std::uint32_t round,
                                          const Digest& value, bool on_disk);

  // By validator, kind (0: proposal, then the votes; 3: what it says was decided), height and round.
  std::map<std::tuple<std::uint32_t, int, Height, std::uint32_t>, Digest> signed_;
};

}  // namespace bsn
