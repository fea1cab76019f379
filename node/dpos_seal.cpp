#include "node/dpos_seal.h"

#include <algorithm>

#include "node/quorum.h"
#include "node/seal_bytes.h"

namespace bsn {
namespace {

void put(SealWriter& writer, const DposCertificate& certificate) {
  writer.put(certificate.slot).put(certificate.height).put(certificate.block).put(certificate.signatures);
  for (std::size_t from = 0; from < certificate.voters.size(); from += 8) {
    std::uint8_t bits = 0;
    for (std::size_t i = from; i < std::min(from + 8, certificate.voters.size()); ++i) {
      bits = static_cast<std::uint8_t>(bits | (certificate.voters[i] ? 1 : 0) << (i - from));
    }
    writer.put(bits);
  }
}

// False: there are bits for more producers than there are.
bool get(SealReader& reader, DposCertificate& certificate, std::uint32_t producers) {
  reader.get(certificate.slot).get(certificate.height).get(certificate.block).get(certificate.signatures);
  bool fits = true;
  for (std::uint32_t from = 0; from < producers; from += 8) {
    std::uint8_t bits = 0;
    reader.get(bits);
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
  SealWriter writer;
  writer.put(seal.claim.confirms).put(seal.claim.agreed).put(seal.claim.since);
  writer.put(std::uint8_t{seal.certificate.has_value()});
  if (seal.certificate) put(writer, *seal.certificate);
  return writer.take();
}

}  // namespace

std::string encode(const DposSeal& seal) {
  std::string bytes = unsigned_bytes(seal);
  bytes += seal.signature.view();
  return bytes;
}

std::optional<DposSeal> decode_dpos_seal(std::string_view bytes, std::uint32_t producers) {
  SealReader reader(bytes);
  DposSeal seal;
  std::uint8_t certified = 0;
  reader.get(seal.claim.confirms).get(seal.claim.agreed).get(seal.claim.since).get(certified);
  if (certified > 1) return std::nullopt;
  if (certified == 1 && !get(reader, seal.certificate.emplace(), producers)) return std::nullopt;
  reader.get(seal.signature);
  if (!reader.ended_well()) return std::nullopt;
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
  SealWriter writer;
  writer.put(memory.confirmed).put(memory.made).put(memory.voted);
  writer.put(memory.lock_height).put(memory.lock_slot).put(memory.lock);
  writer.put(static_cast<std::uint32_t>(memory.own.size()));
  for (const DposMemory::Own& own : memory.own) writer.put(own.height).put(own.block);
  return writer.take();
}

std::optional<DposMemory> decode_dpos_memory(std::string_view bytes) {
  SealReader reader(bytes);
  DposMemory memory;
  reader.get(memory.confirmed).get(memory.made).get(memory.voted);
  reader.get(memory.lock_height).get(memory.lock_slot).get(memory.lock);
  std::uint32_t count = 0;
  reader.get(count);
  memory.own.resize(std::min<std::size_t>(count, DposMemory::own_max));
  for (DposMemory::Own& own : memory.own) reader.get(own.height).get(own.block);
  if (!reader.ended_well()) return std::nullopt;
  return memory;
}

}  // namespace bsn
