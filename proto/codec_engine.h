// The parameters of the consensus families on the wire. Private to the codec.
#pragma once

#include "core/chain_spec.h"
#include "proto/codec_checks.h"
#include "proto/control.pb.h"

namespace bsn {

void encode_engine(const EngineParameters& engine, v1::Chain& message);
EngineParameters decode_engine(Checks& checks, const v1::Chain& message);

}  // namespace bsn
