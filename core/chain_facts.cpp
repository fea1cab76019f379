#include "core/chain_facts.h"

#include "core/byte_fields.h"

namespace bsn {
namespace {

Facts read_facts(ByteReader& reader) {
  Facts facts;
  const std::uint16_t count = reader.u16();
  for (std::uint16_t i = 0; i < count && i < facts_keys_max && !reader.failed(); ++i) {
    const bool present = reader.u8() == 1;
    const std::string_view value = reader.text();
    facts.values.push_back(present ? std::optional(std::string(value)) : std::nullopt);
  }
  facts.proof = reader.text();
  return facts;
}

}  // namespace

std::string encode(const ChainFacts& facts) {
  ByteWriter writer;
  writer.text(encode(facts.header)).u16(static_cast<std::uint16_t>(facts.facts.size()));
  for (const Facts& one : facts.facts) {
    writer.u16(static_cast<std::uint16_t>(one.values.size()));
    for (const auto& value : one.values) writer.u8(value ? 1 : 0).text(value ? *value : std::string_view());
    writer.text(one.proof);
  }
  return writer.take();
}

std::optional<ChainFacts> decode_chain_facts(std::string_view bytes) {
  ByteReader reader(bytes);
  auto header = decode_final_header(reader.text());
  if (!header) return std::nullopt;
  ChainFacts facts{std::move(*header), {}};
  const std::uint16_t lists = reader.u16();
  if (lists > facts_keys_max) return std::nullopt;
  for (std::uint16_t i = 0; i < lists && !reader.failed(); ++i) facts.facts.push_back(read_facts(reader));
  if (!reader.complete()) return std::nullopt;
  return facts;
}

std::string encode_keys(const KeyLists& lists) {
  ByteWriter writer;
  for (const auto& keys : lists) {
    writer.u16(static_cast<std::uint16_t>(keys.size()));
    for (const std::string& key : keys) writer.text(key);
  }
  return writer.take();
}

std::optional<KeyLists> decode_keys(std::string_view bytes) {
  ByteReader reader(bytes);
  KeyLists lists;
  std::size_t keys = 0;
  while (reader.left() > 0) {
    const std::uint16_t count = reader.u16();
    keys += count;
    if (count == 0 || keys > facts_keys_max) return std::nullopt;
    auto& list = lists.emplace_back();
    for (std::uint16_t i = 0; i < count; ++i) list.emplace_back(reader.text());
  }
  if (!reader.complete()) return std::nullopt;
  return lists;
}

}  // namespace bsn
