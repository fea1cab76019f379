#include "node/pow_seal.h"

#include <algorithm>

#include "core/byte_fields.h"
#include "core/check.h"
#include "core/peer_message.h"

namespace bsn {
namespace {

void put(ByteWriter& writer, const std::vector<ProposalId>& ids) {
  writer.u16(static_cast<std::uint16_t>(ids.size()));
  for (const ProposalId& id : ids) writer.raw({reinterpret_cast<const char*>(id.data()), id.size()});
}

void put(ByteWriter& writer, const PowState& state) {
  writer.u64(state.difficulty).u32(state.uncles).u32(state.epoch).u64(state.epoch_start).u32(state.epoch_length);
  writer.u32(state.epoch_uncles).time(state.previous_end).u64(state.hash_rate);
}

// What is put of a header; its proposals follow it, and their digest from them.
void put(ByteWriter& writer, const PowHeader& header) {
  writer.u64(header.height).digest(header.parent).time(header.time).u32(header.miner.value).digest(header.content);
  put(writer, header.state);
  writer.digest(header.uncles).digest(header.work);
}

void put(ByteWriter& writer, const std::vector<PowUncle>& uncles) {
  writer.u8(static_cast<std::uint8_t>(uncles.size()));
  for (const PowUncle& uncle : uncles) {
    put(writer, uncle.header);
    put(writer, uncle.proposals);
  }
}

// False: more than a seal may hold, or than is there.
bool get(ByteReader& reader, std::vector<ProposalId>& ids) {
  const std::size_t count = reader.u16();
  if (count > PowSeal::proposals_max || count * sizeof(ProposalId) > reader.left()) return false;
  ids.resize(count);
  for (ProposalId& id : ids) reader.fill(id);
  return true;
}

void get(ByteReader& reader, PowState& state) {
  state.difficulty = reader.u64();
  state.uncles = reader.u32();
  state.epoch = reader.u32();
  state.epoch_start = reader.u64();
  state.epoch_length = reader.u32();
  state.epoch_uncles = reader.u32();
  state.previous_end = reader.time();
  state.hash_rate = reader.u64();
}

void get(ByteReader& reader, PowHeader& header) {
  header.height = reader.u64();
  header.parent = reader.digest();
  header.time = reader.time();
  header.miner.value = reader.u32();
  header.content = reader.digest();
  get(reader, header.state);
  header.uncles = reader.digest();
  header.work = reader.digest();
}

bool get(ByteReader& reader, std::vector<PowUncle>& uncles) {
  const std::size_t count = reader.u8();
  if (count > PowSeal::uncles_max) return false;
  uncles.resize(count);
  return std::all_of(uncles.begin(), uncles.end(), [&](PowUncle& uncle) {
    get(reader, uncle.header);
    return get(reader, uncle.proposals);
  });
}

template <class Value>
Digest digest_of(const Value& value) {
  ByteWriter writer;
  put(writer, value);
  return sha256(writer.bytes());
}

}  // namespace

ProposalId proposal_id(const Digest& transaction) {
  ProposalId id{};
  std::copy_n(transaction.bytes.begin(), id.size(), id.begin());
  return id;
}

std::string encode(const PowSeal& seal) {
  BSN_CHECK(seal.uncles.size() <= PowSeal::uncles_max && seal.proposals.size() <= PowSeal::proposals_max,
            "a seal keeps its bounds");
  ByteWriter writer;
  put(writer, seal.state);
  writer.digest(seal.work);
  put(writer, seal.uncles);
  put(writer, seal.proposals);
  return writer.bytes();
}

std::optional<PowSeal> decode_pow_seal(std::string_view bytes) {
  ByteReader reader(bytes);
  PowSeal seal;
  get(reader, seal.state);
  seal.work = reader.digest();
  if (!get(reader, seal.uncles) || !get(reader, seal.proposals) || !reader.complete()) return std::nullopt;
  for (PowUncle& uncle : seal.uncles) uncle.header.proposals = digest_of(uncle.proposals);
  return seal;
}

std::optional<PowState> decode_pow_state(std::string_view seal) {
  ByteReader reader(seal);
  PowState state;
  get(reader, state);
  if (reader.failed()) return std::nullopt;
  return state;
}

// Not a Merkle root: nobody asks for a proof, and every peer computes it for every block.
Digest content_digest(const std::vector<TransactionPtr>& transactions) {
  std::string ids;
  ids.reserve(transactions.size() * sizeof(Digest));
  for (const TransactionPtr& transaction : transactions) ids += transaction->id.view();
  return sha256(ids);
}

PowHeader header_of(const Proposal& proposal, const PowSeal& seal) {
  return {proposal.height,
          proposal.parent,
          proposal.time,
          proposal.proposer,
          content_digest(proposal.transactions),
          seal.state,
          digest_of(seal.uncles),
          digest_of(seal.proposals),
          seal.work};
}

Digest modelled_work(std::uint64_t chain_seed, const PowHeader& header) {
  ByteWriter writer;
  PowHeader unworked = header;
  unworked.work = {};
  put(writer, unworked);
  writer.digest(header.proposals);
  return sign_modelled(chain_seed, header.miner, sha256(writer.bytes()));
}

}  // namespace bsn
