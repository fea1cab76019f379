// What a relayer is told and what it asks for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/block.h"
#include "core/call.h"
#include "core/chain_facts.h"

namespace bsn {

using RelayRequest = std::uint64_t;

// A block of a chain that is final; every one once, in order of height. A relayer that was away is shown them again
// from wherever it may have missed something: seeing a block twice does no harm.
struct SawBlock {
  ChainName chain;
  BlockPtr block;
};

// The answer to WantFacts: all facts are of the state after this header. nullopt: not to be had now.
struct GotFacts {
  RelayRequest request = 0;
  std::optional<FinalHeader> header;
  std::vector<Facts> facts;  // one for each list of keys
};

// The answer to SubmitCall.
struct CallEnded {
  enum class How : std::uint8_t {
    done,
    refused,  // the contract said no
    failed,   // anything else; whether it was executed may be unknown
  };
  RelayRequest request = 0;
  How how = How::failed;
  std::string value;  // the contract's result or reason
};

using RelayerInput = std::variant<SawBlock, GotFacts, CallEnded>;

// The newest final header of a chain with its evidence, and these lists of keys of the state after it, each with one
// proof.
struct WantFacts {
  RelayRequest request = 0;
  ChainName chain;
  KeyLists keys;
  std::string voters{};  // a seal (core/voters_seal.h): whose signatures count; empty: those of the chain's genesis
};

struct SubmitCall {
  RelayRequest request = 0;
  Call call;
};

using RelayerOutput = std::variant<WantFacts, SubmitCall>;

}  // namespace bsn
