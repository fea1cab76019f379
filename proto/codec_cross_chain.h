// The cross-chain part of a chain's genesis on the wire; used by codec_chain.cpp.
#pragma once

#include "core/cross_chain_spec.h"
#include "proto/codec_checks.h"
#include "proto/control.pb.h"

namespace bsn {

void encode_cross_chain(const CrossChainSpec& spec, v1::Chain& message);
CrossChainSpec decode_cross_chain(Checks& checks, const v1::CrossChain& message);

}  // namespace bsn
