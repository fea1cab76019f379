#include "node/xchain_reads.h"

#include "core/byte_fields.h"
#include "node/contract_asset.h"
#include "node/light_client.h"
#include "node/xchain_arguments.h"
#include "node/xchain_lane.h"
#include "node/xchain_value.h"

namespace bsn {
namespace {

std::optional<std::vector<CertificateRule::Member>> decode_members(std::string_view bytes) {
  ByteReader reader(bytes);
  std::vector<CertificateRule::Member> members;
  while (reader.left() > 0) {
    CertificateRule::Member member;
    reader.fill(member.key.bytes);
    member.weight = reader.u64();
    members.push_back(member);
  }
  if (reader.failed()) return std::nullopt;
  return members;
}

std::optional<CertificateEvidence> decode_certificate(std::string_view bytes) {
  ByteReader reader(bytes);
  CertificateEvidence evidence;
  while (reader.left() > 0) {
    CertificateEvidence::Signer signer;
    signer.seat = {reader.u32()};
    reader.fill(signer.signature.bytes);
    evidence.signers.push_back(signer);
  }
  if (reader.failed()) return std::nullopt;
  return evidence;
}

ContractOutcome no_client(const std::string& chain) { return refuse("this chain does not follow " + chain); }

}  // namespace

std::optional<std::string> check_update_client(const Arguments& args) {
  return check_forms("CHAIN:chain HEADER:bytes", args);
}

ContractOutcome update_client(std::string_view, const Arguments& args, StateOverlay& state) {
  auto client = LightClient::find(chain_argument(args[0]), state);
  if (!client) return no_client(args[0]);
  const auto header = decode_final_header(args[1]);
  if (!header) return refuse("HEADER is not the bytes of a final header");
  return client->update(*header);
}

std::optional<std::string> check_change_members(const Arguments& args) {
  return check_forms("CHAIN:chain MEMBERS:bytes CERTIFICATE:bytes", args);
}

ContractOutcome change_members(std::string_view, const Arguments& args, StateOverlay& state) {
  auto client = LightClient::find(chain_argument(args[0]), state);
  if (!client) return no_client(args[0]);
  const auto members = decode_members(args[1]);
  if (!members) return refuse("MEMBERS are 40 bytes each");
  const auto evidence = decode_certificate(args[2]);
  if (!evidence) return refuse("CERTIFICATE is 68 bytes for each signer");
  return client->change_members(*members, *evidence);
}

std::optional<std::string> check_read_client(const Arguments& args) { return check_forms("CHAIN:chain", args); }

ContractOutcome read_client(std::string_view, const Arguments& args, StateOverlay& state) {
  const auto client = LightClient::find(chain_argument(args[0]), state);
  if (!client) return no_client(args[0]);
  const auto header = client->known(client->latest()).value_or(KnownHeader{});
  return {true, std::to_string(client->latest()) + " " + std::to_string(header.time.ns) + " " +
                    (client->frozen() ? "frozen " : "active ") + std::to_string(client->set_number())};
}

std::optional<std::string> check_read_lane(const Arguments& args) {
  return check_forms("HUB:chain FROM:chain TO:chain", args);
}

ContractOutcome read_lane(std::string_view, const Arguments& args, StateOverlay& state) {
  const XchainLane lane(lane_argument(args[0], args[1], args[2]), state);
  return {true, std::to_string(lane.last()) + " " + std::to_string(lane.done()) + " " + std::to_string(lane.cleaned()) +
                    (lane.closed() ? " closed" : " open")};
}

std::optional<std::string> check_read_packet(const Arguments& args) {
  return check_forms("HUB:chain FROM:chain TO:chain SEQUENCE:amount", args);
}

ContractOutcome read_packet(std::string_view, const Arguments& args, StateOverlay& state) {
  const XchainLane lane(lane_argument(args[0], args[1], args[2]), state);
  const auto packet = lane.committed(number_argument(args[3]));
  if (!packet) return refuse("no such packet is kept");
  return {true, encode(*packet)};
}

ContractOutcome read_acknowledgement(std::string_view, const Arguments& args, StateOverlay& state) {
  const XchainLane lane(lane_argument(args[0], args[1], args[2]), state);
  const std::uint64_t sequence = number_argument(args[3]);
  auto bytes = lane.kept(sequence);
  if (!bytes || !decode_acknowledgement(*bytes)) bytes = lane.received(sequence);
  if (!bytes || !decode_acknowledgement(*bytes)) return refuse("no acknowledgement is kept");
  return {true, std::string(*bytes)};
}

std::optional<std::string> check_read_voucher(const Arguments& args) {
  return check_forms("HUB:chain ASSET:chain ACCOUNT:name", args);
}

ContractOutcome read_voucher(std::string_view, const Arguments& args, StateOverlay& state) {
  return {true, std::to_string(voucher_balance(chain_argument(args[0]), chain_argument(args[1]), args[2], state))};
}

std::optional<std::string> check_read_escrow(const Arguments& args) {
  return check_forms("HUB:chain CHAIN:chain", args);
}

ContractOutcome read_escrow(std::string_view, const Arguments& args, StateOverlay& state) {
  const std::string account = escrow_account(chain_argument(args[0]), chain_argument(args[1]));
  return {true, std::to_string(balance_of(state, account).value_or(0))};
}

}  // namespace bsn
