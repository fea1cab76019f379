// How long a write takes to be final on a chain that is not disturbed, as its parameters say: for estimates.
#pragma once

#include "core/chain_spec.h"

namespace bsn {

// About one block for those that decide it at once, so many blocks where finality is a matter of depth. The way between
// validators is left out.
Duration expected_finality(const ChainSpec& chain);

}  // namespace bsn
