#include "core/packet.h"

#include <utility>

#include "core/byte_fields.h"
#include "core/check.h"
#include "core/state_proof.h"

namespace bsn {
namespace {

constexpr std::size_t args_max = 16;
constexpr std::size_t acknowledgement_bytes_max = 1024;

enum class Kept : std::uint8_t { packet = 1, acknowledgement, time_out, receipt };
enum class Body : std::uint8_t { transfer, call };

bool is(Kept what, std::string_view bytes) { return !bytes.empty() && bytes[0] == static_cast<char>(what); }

std::string mark_of(Kept what, const Digest& packet) {
  std::string mark(1, static_cast<char>(what));
  return mark.append(packet.view());
}

// Calls are shorter than this (CallLimits), so their arguments are.
void write(ByteWriter& writer, std::string_view text) {
  BSN_CHECK(text.size() <= 0xffff, "a text of a packet is shorter than 64 KiB");
  writer.u16(static_cast<std::uint16_t>(text.size())).raw(text);
}
std::string_view read_text(ByteReader& reader) { return reader.raw(reader.u16()); }

void write(ByteWriter& writer, const ChainName& name) {
  write(writer, name.network);
  write(writer, name.chain);
}

void write(ByteWriter& writer, const TransferBody& body) {
  writer.u8(static_cast<std::uint8_t>(Body::transfer));
  write(writer, body.asset);
  write(writer, body.sender);
  write(writer, body.receiver);
  writer.u64(body.amount);
}

void write(ByteWriter& writer, const CallBody& body) {
  writer.u8(static_cast<std::uint8_t>(Body::call));
  for (const std::string* text : {&body.sender, &body.contract, &body.function}) write(writer, *text);
  writer.u16(static_cast<std::uint16_t>(body.args.size()));
  for (const std::string& arg : body.args) write(writer, arg);
}

void read(ByteReader& reader, ChainName& name) {
  name.network = read_text(reader);
  name.chain = read_text(reader);
}

void read(ByteReader& reader, TransferBody& body) {
  read(reader, body.asset);
  body.sender = read_text(reader);
  body.receiver = read_text(reader);
  body.amount = reader.u64();
}

bool read(ByteReader& reader, CallBody& body) {
  body.sender = read_text(reader);
  body.contract = read_text(reader);
  body.function = read_text(reader);
  const std::uint16_t args = reader.u16();
  if (args > args_max) return false;
  for (std::uint16_t i = 0; i < args; ++i) body.args.emplace_back(read_text(reader));
  return true;
}

// Names have no zero byte and the number is fixed in width, so no two lanes give one key.
std::string key_of(std::string_view kind, std::string_view lane, std::string_view more) {
  std::string key;
  key.reserve(kind.size() + lane.size() + 1 + more.size());
  key.append(kind).append(lane);
  if (!more.empty()) key.append(1, '\0').append(more);
  return key;
}

}  // namespace

std::string encode(const Packet& packet) {
  ByteWriter writer;
  writer.reserve(320);
  writer.u8(static_cast<std::uint8_t>(Kept::packet));
  write(writer, packet.hub);
  write(writer, packet.source);
  write(writer, packet.destination);
  writer.u64(packet.sequence).u64(packet.timeout.height).time(packet.timeout.time);
  std::visit([&](const auto& body) { write(writer, body); }, packet.body);
  return writer.take();
}

std::optional<Packet> decode_packet(std::string_view bytes) {
  if (!is_packet(bytes)) return std::nullopt;
  ByteReader reader(bytes.substr(1));
  std::optional<Packet> read_packet(std::in_place);
  Packet& packet = *read_packet;
  read(reader, packet.hub);
  read(reader, packet.source);
  read(reader, packet.destination);
  packet.sequence = reader.u64();
  packet.timeout.height = reader.u64();
  packet.timeout.time = reader.time();
  const std::uint8_t body = reader.u8();
  if (body == static_cast<std::uint8_t>(Body::transfer)) {
    read(reader, packet.body.emplace<TransferBody>());
  } else if (body == static_cast<std::uint8_t>(Body::call)) {
    if (!read(reader, packet.body.emplace<CallBody>())) return std::nullopt;
  } else {
    return std::nullopt;
  }
  if (!reader.complete()) return std::nullopt;
  return read_packet;
}

std::string encode(const Acknowledgement& acknowledgement) {
  ByteWriter writer;
  writer.u8(static_cast<std::uint8_t>(Kept::acknowledgement)).u8(acknowledgement.ok ? 1 : 0);
  return writer.text(acknowledgement.value).take();
}

std::optional<Acknowledgement> decode_acknowledgement(std::string_view bytes) {
  if (!is(Kept::acknowledgement, bytes)) return std::nullopt;
  ByteReader reader(bytes.substr(1));
  const std::uint8_t ok = reader.u8();
  Acknowledgement acknowledgement{ok == 1, std::string(reader.text())};
  const bool fits = acknowledgement.value.size() <= acknowledgement_bytes_max;
  if (ok > 1 || !fits || !reader.complete()) return std::nullopt;
  return acknowledgement;
}

std::string time_out_mark(const Digest& packet) { return mark_of(Kept::time_out, packet); }
std::string receipt_mark(const Digest& packet) { return mark_of(Kept::receipt, packet); }

bool is_packet(std::string_view bytes) { return is(Kept::packet, bytes); }
bool is_time_out_mark(std::string_view bytes) { return is(Kept::time_out, bytes); }

Digest packet_id(const Packet& packet) { return packet_id_of(encode(packet)); }

Digest packet_id_of(std::string_view bytes) { return CanonicalBytes("bsn/packet/v1").add(bytes).digest(); }

PacketKeys::PacketKeys(const PacketLane& lane) {
  lane_.reserve(128);  // mostly longer, so that it does not grow
  for (const ChainName* name : {&lane.hub, &lane.source, &lane.destination}) {
    lane_.append(1, '\0').append(name->network).append(1, '\0').append(name->chain);
  }
}

std::string PacketKeys::committed(std::uint64_t sequence) const {
  return numbered_key(key_of("x/out", lane_, {}), sequence);
}
std::string PacketKeys::received(std::uint64_t sequence) const {
  return numbered_key(key_of("x/in", lane_, {}), sequence);
}
std::string PacketKeys::done_below() const { return key_of("x/done", lane_, {}); }
std::string PacketKeys::more(std::string_view part) const { return key_of("x/done", lane_, part); }

}  // namespace bsn
