#include "core/block_hashes.h"

#include "core/byte_fields.h"

namespace bsn {

std::string block_hash_key(Height height) { return "block-hash/" + std::to_string(height % block_hashes_kept); }

std::string encode(const BlockHash& block) { return ByteWriter().u64(block.height).digest(block.hash).bytes(); }

std::optional<BlockHash> decode_block_hash(std::string_view bytes) {
  ByteReader reader(bytes);
  const Height height = reader.u64();
  const BlockHash block{height, reader.digest()};
  return reader.complete() ? std::optional(block) : std::nullopt;
}

}  // namespace bsn
