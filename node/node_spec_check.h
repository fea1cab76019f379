// Whether a city node that runs can go over to another assignment.
//
// The chains of a NodeSpec may come and go, and the followers of those that stay. What a running node can't change is
// who it is, and of a chain that stays everything but its followers: its validators above all. Of a Raft chain seats
// may be added and voters change; how the chain follows is its engine's business.
#pragma once

#include <optional>
#include <string>

#include "core/chain_spec.h"

namespace bsn {

// What is wrong with a spec by itself: its own city is missing, a chain has no peer here, two chains share an index or
// a name ... nullopt: nothing.
std::optional<std::string> check(const NodeSpec& spec);

// Why `next` can't follow `now`; nullopt: it can. Revisions are not compared. Genesis accounts are neither.
std::optional<std::string> check_next(const NodeSpec& now, const NodeSpec& next);

}  // namespace bsn
