#include "node/signed_seal.h"

#include "core/peer_message.h"

namespace bsn {
namespace {

constexpr std::size_t signature_bytes = sizeof(Digest::bytes);

Digest signature_of(std::uint64_t chain_seed, const Proposal& proposal, std::string_view body) {
  CanonicalBytes content("bsn/sealed-proposal/v1");
  content.add(proposal.height).add(proposal.parent).add(static_cast<std::uint64_t>(proposal.time.ns)).add(body);
  for (const TransactionPtr& transaction : proposal.transactions) content.add(transaction->id);
  return sign_modelled(chain_seed, proposal.proposer, content.digest());
}

}  // namespace

std::string signed_seal(std::uint64_t chain_seed, const Proposal& proposal, const std::string& body) {
  return body + std::string(signature_of(chain_seed, proposal, body).view());
}

std::string_view seal_body(const Proposal& proposal) {
  const std::string_view seal = proposal.seal;
  return seal.substr(0, seal.size() < signature_bytes ? 0 : seal.size() - signature_bytes);
}

bool is_sealed_by_proposer(std::uint64_t chain_seed, const Proposal& proposal) {
  const std::string_view seal = proposal.seal;
  if (seal.size() < signature_bytes) return false;
  return signature_of(chain_seed, proposal, seal_body(proposal)).view() == seal.substr(seal.size() - signature_bytes);
}

}  // namespace bsn
