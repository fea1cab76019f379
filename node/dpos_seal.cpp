#include "node/dpos_seal.h"

#include <algorithm>

#include "core/byte_fields.h"
#include "node/quorum.h"

namespace bsn {
namespace {

void put(ByteWriter& writer, const DposCertificate& certificate) {
  writer.u64(certificate.slot).u64(certificate.height).digest(certificate.block).digest(certificate.signatures);
  for (std::size_t from = 0; from < certificate.voters.size(); from += 8) {
    std::uint8_t bits = 0;
    for (std::size_t i = from; i < std::min(from + 8, certificate.voters.size()); ++i) {
      bits = static_cast<std::uint8_t>(bits | (certificate.voters[i] ? 1 : 0) << (i - from));
    }
    writer.u8(bits);
  }
}

// False: there are bits for more producers than there are.
bool get(ByteReader& reader, DposCertificate& certificate, std::uint32_t producers) {
  certificate.slot = reader.u64();
  certificate.height = reader.u64();
  certificate.block = reader.digest();
  certificate.signatures = reader.digest();
  bool fits = true;
  for (std::uint32_t from = 0; from < producers; from += 8) {
    const std::uint8_t bits = reader.u8();
    for (std::uint32_t i = 0; i < 8; ++i) {
      const bool voted = (bits >> i & 1) != 0;
      if (from + i < producers) {
        certificate.voters.push_back(voted);
      } else {
        fits &= !voted;
      }
    }
  }
  return fits && certificate.slot > 0;
}

// All but the signature.
std::string unsigned_bytes(const DposSeal& seal) {
  ByteWriter writer;
  writer.u32(seal.claim.confirms).u64(seal.claim.agreed).u64(seal.claim.since).u8(seal.certificate ? 1 : 0);
  if (seal.certificate) put(writer, *seal.certificate);
  return writer.bytes();
}

}  // namespace

std::string encode(const DposSeal& seal) {
  std::string bytes = unsigned_bytes(seal);
  bytes += seal.signature.view();
  return bytes;
}

std::optional<DposSeal> decode_dpos_seal(std::string_view bytes, std::uint32_t producers) {
  ByteReader reader(bytes);
  DposSeal seal;
  seal.claim.confirms = reader.u32();
  seal.claim.agreed = reader.u64();
  seal.claim.since = reader.u64();
  const std::uint8_t certified = reader.u8();
  if (certified > 1) return std::nullopt;
  if (certified == 1 && !get(reader, seal.certificate.emplace(), producers)) return std::nullopt;
  seal.signature = reader.digest();
  if (!reader.complete()) return std::nullopt;
  return seal;
}

Digest dpos_block_signature(std::uint64_t chain_seed, const Proposal& proposal, const DposSeal& seal) {
  CanonicalBytes bytes("bsn/dpos-block/v1");
  bytes.add(proposal.height).add(proposal.parent).add(static_cast<std::uint64_t>(proposal.time.ns));
  bytes.add(std::uint64_t{proposal.transactions.size()});
  for (const TransactionPtr& transaction : proposal.transactions) bytes.add(transaction->id);
  bytes.add(std::string_view(unsigned_bytes(seal)));
  return sign_modelled(chain_seed, proposal.proposer, bytes.digest());
}

TreeVote dpos_vote(std::uint64_t slot, Height height, const Digest& block) {
  TreeVote vote;
  vote.kind = dpos_vote_kind;
  vote.round = slot;
  vote.height = height;
  vote.block = block;
  return vote;
}

void add_signature(Digest& sum, const Digest& signature) {
  for (std::size_t i = 0; i < sum.bytes.size(); ++i) sum.bytes[i] ^= signature.bytes[i];
}

bool is_proved(std::uint64_t chain_seed, const DposCertificate& certificate) {
  const auto producers = static_cast<std::uint32_t>(certificate.voters.size());
  if (std::count(certificate.voters.begin(), certificate.voters.end(), true) < byzantine_quorum(producers))
    return false;
  TreeVote vote = dpos_vote(certificate.slot, certificate.height, certificate.block);
  Digest sum;
  for (std::uint32_t p = 0; p < producers; ++p) {
    if (!certificate.voters[p]) continue;
    vote.voter = {p};
    add_signature(sum, tree_vote_signature(chain_seed, vote));
  }
  return sum == certificate.signatures;
}

std::string encode(const DposMemory& memory) {
  ByteWriter writer;
  writer.u64(memory.confirmed).time(memory.made).u64(memory.voted);
  writer.u64(memory.lock_height).u64(memory.lock_slot).digest(memory.lock);
  writer.u32(static_cast<std::uint32_t>(memory.own.size()));
  for (const DposMemory::Own& own : memory.own) writer.u64(own.height).digest(own.block);
  return writer.bytes();
}

std::optional<DposMemory> decode_dpos_memory(std::string_view bytes) {
  ByteReader reader(bytes);
  DposMemory memory;
  memory.confirmed = reader.u64();
  memory.made = reader.time();
  memory.voted = reader.u64();
  memory.lock_height = reader.u64();
  memory.lock_slot = reader.u64();
  memory.lock = reader.digest();
  memory.own.resize(std::min<std::size_t>(reader.u32(), DposMemory::own_max));
  for (DposMemory::Own& own : memory.own) {
    own.height = reader.u64();
    own.block = reader.digest();
  }
  if (!reader.complete()) return std::nullopt;
  return memory;
}

}  // namespace bsn
