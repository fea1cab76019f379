#include "core/chain_facts.h"

#include "core/byte_fields.h"

namespace bsn {

std::string encode(const ChainFacts& facts) {
  ByteWriter writer;
  writer.text(encode(facts.header)).u16(static_cast<std::uint16_t>(facts.facts.size()));
  for (const Fact& fact : facts.facts) {
    writer.u8(fact.value ? 1 : 0).text(fact.value.value_or("")).text(fact.proof);
  }
  return writer.bytes();
}

std::optional<ChainFacts> decode_chain_facts(std::string_view bytes) {
  ByteReader reader(bytes);
  auto header = decode_final_header(reader.text());
  if (!header) return std::nullopt;
  ChainFacts facts{std::move(*header), {}};
  const std::uint16_t count = reader.u16();
  if (count > facts_keys_max) return std::nullopt;
  for (std::uint16_t i = 0; i < count && !reader.failed(); ++i) {
    const bool present = reader.u8() == 1;
    const std::string value(reader.text());
    facts.facts.push_back({present ? std::optional(value) : std::nullopt, std::string(reader.text())});
  }
  if (!reader.complete()) return std::nullopt;
  return facts;
}

std::string encode_keys(const std::vector<std::string>& keys) {
  ByteWriter writer;
  for (const std::string& key : keys) writer.text(key);
  return writer.bytes();
}

std::optional<std::vector<std::string>> decode_keys(std::string_view bytes) {
  ByteReader reader(bytes);
  std::vector<std::string> keys;
  while (reader.left() > 0 && keys.size() < facts_keys_max) keys.emplace_back(reader.text());
  if (!reader.complete()) return std::nullopt;
  return keys;
}

}  // namespace bsn
