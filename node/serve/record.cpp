#include "node/serve/record.h"

namespace bsn {
namespace {

constexpr std::size_t chain_bytes = 4;

void append_number(std::string& key, std::uint64_t number, int byte_count) {
  for (int shift = 8 * (byte_count - 1); shift >= 0; shift -= 8) key.push_back(static_cast<char>(number >> shift));
}

}  // namespace

std::string record_key(ChainIndex chain, RecordKind kind) {
  std::string key;
  append_number(key, chain.value, chain_bytes);
  key.push_back(static_cast<char>(kind));
  return key;
}

std::string record_key(ChainIndex chain, RecordKind kind, std::uint64_t number) {
  std::string key = record_key(chain, kind);
  append_number(key, number, 8);
  return key;
}

std::string accepted_key(ChainIndex chain, const Digest& transaction, std::uint64_t order) {
  std::string key = record_key(chain, RecordKind::accepted);
  key.append(transaction.view());
  append_number(key, order, 8);
  return key;
}

ChainIndex chain_of(std::string_view key) {
  std::uint32_t chain = 0;
  for (const char byte : key.substr(0, 4)) chain = chain << 8 | static_cast<unsigned char>(byte);
  return {chain};
}

RecordKind kind_of(std::string_view key) {
  return key.size() > chain_bytes ? static_cast<RecordKind>(key[chain_bytes]) : RecordKind{};
}

std::uint64_t number_of(std::string_view key) {
  std::uint64_t number = 0;
  for (const char byte : key.substr(key.size() < 8 ? 0 : key.size() - 8)) {
    number = number << 8 | static_cast<std::uint8_t>(byte);
  }
  return number;
}

}  // namespace bsn
