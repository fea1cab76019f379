#include "sim/virtual/wire_bytes.h"

#include <variant>

namespace bsn {
namespace {

constexpr std::uint64_t frame = 40;      // address, kind and lengths around any message
constexpr std::uint64_t digest = 34;     // with tag and length
constexpr std::uint64_t header = 120;    // of a proposal or block: height, parent, time, proposer, roots
constexpr std::uint64_t signature = 34;  // modelled ones are digests

std::uint64_t bytes_of(const std::vector<TransactionPtr>& transactions) {
  std::uint64_t bytes = 0;
  for (const TransactionPtr& one : transactions) bytes += one->size;
  return bytes;
}

std::uint64_t bytes_of(const ProposalPtr& proposal) {
  return proposal ? header + proposal->seal.size() + bytes_of(proposal->transactions) : 0;
}

struct Count {
  std::uint64_t operator()(const ConsensusMessage& message) const { return std::visit(*this, message); }
  std::uint64_t operator()(const RaftAppend& append) const {
    std::uint64_t bytes = 0;
    for (const RaftEntry& entry : append.entries) bytes += bytes_of(entry.proposal);
    return bytes;
  }
  std::uint64_t operator()(const BftProposal& one) const { return bytes_of(one.proposal); }
  std::uint64_t operator()(const BftVote&) const { return digest + signature; }
  std::uint64_t operator()(const BftDecided&) const { return digest + signature; }
  std::uint64_t operator()(const TreeBlock& block) const { return bytes_of(block.proposal); }
  std::uint64_t operator()(const TreeVote& vote) const { return digest + signature + vote.extra.size(); }
  std::uint64_t operator()(const TreeRequest& request) const { return digest * request.missing.size(); }
  std::uint64_t operator()(const TreeOffer&) const { return digest; }
  std::uint64_t operator()(const TransactionsForward& forward) const { return bytes_of(forward.transactions); }
  std::uint64_t operator()(const Blocks& blocks) const {
    std::uint64_t bytes = 0;
    for (const BlockPtr& block : blocks.blocks)
      bytes += header + block->header.seal.size() + bytes_of(block->transactions);
    return bytes;
  }
  std::uint64_t operator()(const SnapshotOffer& offer) const { return digest * (1 + offer.manifest.chunks.size()); }
  std::uint64_t operator()(const SnapshotChunk& chunk) const { return chunk.bytes ? chunk.bytes->size() : 0; }
  std::uint64_t operator()(const FinalSignature&) const { return digest + 66; }
  template <class Short>
  std::uint64_t operator()(const Short&) const {
    return 0;
  }
};

}  // namespace

std::uint64_t wire_bytes(const PeerMessage& message) { return frame + std::visit(Count{}, message); }

bool is_tree_block(const PeerMessage& message) {
  const auto* consensus = std::get_if<ConsensusMessage>(&message);
  return consensus != nullptr && std::holds_alternative<TreeBlock>(*consensus);
}

}  // namespace bsn
