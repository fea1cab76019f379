#include "edge/dialect.h"
#include "edge/ethereum/ethereum_dialect.h"

namespace bsn::edge {

std::unique_ptr<Dialect> make_dialect(const DialectPlace& place) {
  if (place.chain.native.dialect == "ethereum") return make_ethereum_dialect(place);
  return nullptr;
}

}  // namespace bsn::edge
