// Ethereum's serialization RLP (ethereum.org/developers/docs/data-structures-and-encoding/rlp).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bsn::edge::ethereum {

// The strings of a list of strings; nullopt: these bytes are not exactly one such list in its shortest form.
std::optional<std::vector<std::string>> rlp_decode_list(std::string_view bytes);

std::string rlp_encode_list(const std::vector<std::string>& strings);

}  // namespace bsn::edge::ethereum
