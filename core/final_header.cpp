#include "core/final_header.h"

#include "core/byte_fields.h"
#include "core/peer_message.h"

namespace bsn {
namespace {

constexpr std::uint16_t signers_max = 1000;   // as many validators as a chain may have
constexpr std::uint16_t children_max = 1000;  // more confirmations than any network asks for

enum class Evidence : std::uint8_t { certificate, depth };

void write(ByteWriter& writer, const BlockHeader& header) {
  writer.u64(header.height).digest(header.parent).digest(header.transactions_root).digest(header.receipts_root);
  writer.digest(header.state_root).time(header.time).u32(header.proposer.value).text(header.seal);
}

void write(ByteWriter& writer, const CertificateEvidence& evidence) {
  writer.u8(static_cast<std::uint8_t>(Evidence::certificate));
  writer.u16(static_cast<std::uint16_t>(evidence.signers.size()));
  for (const auto& signer : evidence.signers) writer.u32(signer.seat.value).raw(signer.signature.view());
}

void write(ByteWriter& writer, const DepthEvidence& evidence) {
  writer.u8(static_cast<std::uint8_t>(Evidence::depth)).digest(evidence.work);
  writer.u16(static_cast<std::uint16_t>(evidence.children.size()));
  for (const auto& child : evidence.children) {
    write(writer, child.header);
    writer.digest(child.work);
  }
  writer.u8(evidence.descent ? 1 : 0);
  if (evidence.descent) writer.u64(evidence.descent->from).digest(evidence.descent->hash).text(evidence.descent->proof);
}

BlockHeader read_header(ByteReader& reader) {
  BlockHeader header;
  header.height = reader.u64();
  header.parent = reader.digest();
  header.transactions_root = reader.digest();
  header.receipts_root = reader.digest();
  header.state_root = reader.digest();
  header.time = reader.time();
  header.proposer = {reader.u32()};
  header.seal = reader.text();
  return header;
}

std::optional<CertificateEvidence> read_certificate(ByteReader& reader) {
  const std::uint16_t count = reader.u16();
  if (count > signers_max || reader.left() != std::size_t{68} * count) return std::nullopt;
  CertificateEvidence evidence;
  for (std::uint16_t i = 0; i < count; ++i) {
    CertificateEvidence::Signer signer;
    signer.seat = {reader.u32()};
    reader.fill(signer.signature.bytes);
    evidence.signers.push_back(signer);
  }
  return evidence;
}

std::optional<DepthEvidence> read_depth(ByteReader& reader) {
  DepthEvidence evidence;
  evidence.work = reader.digest();
  const std::uint16_t count = reader.u16();
  if (count > children_max) return std::nullopt;
  for (std::uint16_t i = 0; i < count && !reader.failed(); ++i) {
    DepthEvidence::Child child{read_header(reader), {}};
    child.work = reader.digest();
    evidence.children.push_back(std::move(child));
  }
  const std::uint8_t descends = reader.u8();
  if (descends > 1) return std::nullopt;
  if (descends == 1) {
    DepthEvidence::Descent descent{reader.u64(), reader.digest(), {}};
    descent.proof = reader.text();
    evidence.descent = std::move(descent);
  }
  return evidence;
}

}  // namespace

std::string final_header_message(const ChainName& chain, const Digest& header) {
  return CanonicalBytes("bsn/final-header/v1").add(chain.network).add(chain.chain).add(header).bytes();
}

SigningKey validator_key(const ChainName& chain, std::uint64_t key_seed, ValidatorIndex seat) {
  CanonicalBytes secret("bsn/validator-key/v1");
  return SigningKey(secret.add(chain.network).add(chain.chain).add(key_seed).add(std::uint64_t{seat.value}).digest());
}

Digest header_work(std::uint64_t key_seed, ValidatorIndex maker, const Digest& header) {
  return sign_modelled(key_seed, maker, CanonicalBytes("bsn/header-work/v1").add(header).digest());
}

std::string encode(const FinalHeader& header) {
  ByteWriter writer;
  write(writer, header.header);
  std::visit([&](const auto& evidence) { write(writer, evidence); }, header.evidence);
  return writer.bytes();
}

std::optional<FinalHeader> decode_final_header(std::string_view bytes) {
  ByteReader reader(bytes);
  FinalHeader header;
  header.header = read_header(reader);
  const std::uint8_t kind = reader.u8();
  if (kind == static_cast<std::uint8_t>(Evidence::certificate)) {
    auto evidence = read_certificate(reader);
    if (!evidence) return std::nullopt;
    header.evidence = std::move(*evidence);
  } else if (kind == static_cast<std::uint8_t>(Evidence::depth)) {
    auto evidence = read_depth(reader);
    if (!evidence) return std::nullopt;
    header.evidence = std::move(*evidence);
  } else {
    return std::nullopt;
  }
  if (!reader.complete()) return std::nullopt;
  return header;
}

}  // namespace bsn
