#include "core/packet.h"

#include "core/byte_fields.h"

namespace bsn {
namespace {

constexpr std::size_t args_max = 16;
constexpr std::size_t acknowledgement_bytes_max = 1024;

enum class Body : std::uint8_t { transfer, call };

void write(ByteWriter& writer, const ChainName& name) { writer.text(name.network).text(name.chain); }

void write(ByteWriter& writer, const TransferBody& body) {
  writer.u8(static_cast<std::uint8_t>(Body::transfer));
  write(writer, body.asset);
  writer.text(body.sender).text(body.receiver).u64(body.amount);
}

void write(ByteWriter& writer, const CallBody& body) {
  writer.u8(static_cast<std::uint8_t>(Body::call));
  writer.text(body.sender).text(body.contract).text(body.function);
  writer.u16(static_cast<std::uint16_t>(body.args.size()));
  for (const std::string& arg : body.args) writer.text(arg);
}

ChainName read_name(ByteReader& reader) {
  std::string network(reader.text());
  return {std::move(network), std::string(reader.text())};
}

TransferBody read_transfer(ByteReader& reader) {
  TransferBody body;
  body.asset = read_name(reader);
  body.sender = reader.text();
  body.receiver = reader.text();
  body.amount = reader.u64();
  return body;
}

std::optional<CallBody> read_call(ByteReader& reader) {
  CallBody body;
  body.sender = reader.text();
  body.contract = reader.text();
  body.function = reader.text();
  const std::uint16_t args = reader.u16();
  if (args > args_max) return std::nullopt;
  for (std::uint16_t i = 0; i < args; ++i) body.args.emplace_back(reader.text());
  return body;
}

// Names have no zero byte and the number is fixed in width, so no two lanes give one key.
std::string path(std::string_view kind, const PacketLane& lane) {
  std::string key;
  key.reserve(128);  // mostly longer than the key, so that it does not grow
  key.append("x/");
  key.append(kind);
  for (const ChainName* name : {&lane.hub, &lane.source, &lane.destination}) {
    key.append(1, '\0').append(name->network).append(1, '\0').append(name->chain);
  }
  return key;
}

std::string path(std::string_view kind, const PacketLane& lane, std::uint64_t sequence) {
  return path(kind, lane).append(1, '\0').append(ByteWriter().u64(sequence).bytes());
}

}  // namespace

std::string encode(const Packet& packet) {
  ByteWriter writer;
  writer.reserve(320);
  write(writer, packet.hub);
  write(writer, packet.source);
  write(writer, packet.destination);
  writer.u64(packet.sequence).u64(packet.timeout.height).time(packet.timeout.time);
  std::visit([&](const auto& body) { write(writer, body); }, packet.body);
  return writer.take();
}

std::optional<Packet> decode_packet(std::string_view bytes) {
  ByteReader reader(bytes);
  Packet packet;
  packet.hub = read_name(reader);
  packet.source = read_name(reader);
  packet.destination = read_name(reader);
  packet.sequence = reader.u64();
  packet.timeout.height = reader.u64();
  packet.timeout.time = reader.time();
  const std::uint8_t body = reader.u8();
  if (body == static_cast<std::uint8_t>(Body::transfer)) {
    packet.body = read_transfer(reader);
  } else if (body == static_cast<std::uint8_t>(Body::call)) {
    auto call = read_call(reader);
    if (!call) return std::nullopt;
    packet.body = std::move(*call);
  } else {
    return std::nullopt;
  }
  if (!reader.complete()) return std::nullopt;
  return packet;
}

std::string encode(const Acknowledgement& acknowledgement) {
  return ByteWriter().u8(acknowledgement.ok ? 1 : 0).text(acknowledgement.value).bytes();
}

std::optional<Acknowledgement> decode_acknowledgement(std::string_view bytes) {
  ByteReader reader(bytes);
  const std::uint8_t ok = reader.u8();
  Acknowledgement acknowledgement{ok == 1, std::string(reader.text())};
  const bool fits = acknowledgement.value.size() <= acknowledgement_bytes_max;
  if (ok > 1 || !fits || !reader.complete()) return std::nullopt;
  return acknowledgement;
}

Digest packet_id(const Packet& packet) { return CanonicalBytes("bsn/packet/v1").add(encode(packet)).digest(); }

namespace packet_path {

std::string committed(const PacketLane& lane, std::uint64_t sequence) { return path("out", lane, sequence); }
std::string received(const PacketLane& lane, std::uint64_t sequence) { return path("in", lane, sequence); }
std::string acknowledged(const PacketLane& lane, std::uint64_t sequence) { return path("ack", lane, sequence); }
std::string timed_out(const PacketLane& lane, std::uint64_t sequence) { return path("late", lane, sequence); }
std::string done_below(const PacketLane& lane) { return path("done", lane); }

}  // namespace packet_path

}  // namespace bsn
