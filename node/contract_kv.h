// Contract "kv": a map per project, from keys (1 ... 128 bytes) to values (up to the limit of a call's arguments).
//
//   put KEY VALUE                write  sets or replaces; returns nothing
//   insert KEY VALUE             write  as put; refused when there is a value
//   compare_and_set KEY OLD NEW  write  as put; refused unless the value is OLD
//   delete KEY                   write  returns "1", or "0" when there was nothing
//   get KEY                      read   the value; empty when there is none
//   exists KEY                   read   "1" or "0": tells an empty value from none
#pragma once

#include "node/contract.h"

namespace bsn {

Contract kv_contract();

}  // namespace bsn
