// XuperChain's one call. BSN's clients sign the numbers of its lookups in base 19, which no document of theirs says:
// they are left out until it does.
#include <array>
#include <utility>

#include "edge/permissioned/framework.h"

namespace bsn::edge {
namespace {

using Kind = BodyField::Kind;

void req_chain_code(const PermissionedRequestPtr& request, const PermissionedDone& done) {
  call_by_func_param(request, done, [done](const Reply& reply) {
    done({}, boost::json::object{{"txId", hex_or_empty(reply.transaction)}, {"queryInfo", reply.value}});
  });
}

constexpr std::array call_fields = {BodyField{"userId", Kind::text, false}, BodyField{"userAddr", Kind::text, false},
                                    BodyField{"contractName"}, BodyField{"funcName"},
                                    BodyField{"funcParam", Kind::text, false}};
constexpr std::array calls = {PermissionedCall{"node/reqChainCode",
                                               "Calls a contract; a write is answered before there is a block.",
                                               call_fields, req_chain_code}};

}  // namespace

const Framework& xuperchain_framework() {
  static constexpr Framework framework{"xuperchain", "xuperchain", "xuperchain", calls};
  return framework;
}

}  // namespace bsn::edge
