// Consensus messages in words, for dialogues: "append in term 2 behind 3 (term 1): 2 entries, commit 3".
#pragma once

#include <string>
#include <string_view>

#include "core/durable.h"
#include "core/peer_message.h"

namespace bsn {

std::string describe(const ConsensusMessage& message);

// The kind alone, as dialogues name it in `drop`: "pre-vote-request", "vote-request", "pre-vote-reply", "vote-reply",
// "append", "append-reply", "install", "proposal", "prevote", "precommit", "decided".
std::string_view kind_of(const ConsensusMessage& message);

// A write in words; empty for blocks and accepted transactions, which the chain peer stores.
std::string describe(const DurableWrite& write);

}  // namespace bsn
