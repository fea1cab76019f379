#include "sim/ledger_world/ledger_chain.h"

#include <utility>

#include "core/check.h"
#include "node/state_facts.h"

namespace bsn {
namespace {

// As few as make more than the share.
std::uint32_t signers_needed(const ChainFinality& finality) {
  return finality.signers * finality.numerator / finality.denominator + 1;
}

}  // namespace

ClientSpec client_of(const ChainName& chain, const ChainFinality& finality, std::uint64_t chain_seed) {
  ClientSpec client;
  client.chain = chain;
  if (finality.confirmations > 0) {
    client.rule = DepthRule{finality.confirmations, chain_seed};
    return client;
  }
  const std::vector<std::uint64_t> weights(finality.signers, 1);
  client.rule =
      ValidatorsRule{chain_seed, weights, finality.numerator, finality.denominator, finality.seal_names_voters};
  return client;
}

LedgerChain::LedgerChain(const ChainSpec& spec, const ChainFinality& finality, std::uint64_t chain_seed)
    : name_(spec.name), finality_(finality), chain_seed_(chain_seed), ledger_(spec) {
  ledger_.keep_undoable();
  for (std::uint32_t seat = 0; finality.confirmations == 0 && seat < finality.signers; ++seat) {
    keys_.push_back(validator_key(spec.name, chain_seed, {seat}));
  }
}

Digest LedgerChain::submit(Call call) {
  Transaction parts;
  parts.project = std::move(call.project);
  parts.contract = std::move(call.contract);
  parts.function = std::move(call.function);
  parts.args = std::move(call.args);
  parts.idempotency_key = std::move(call.idempotency_key);
  waiting_.push_back(make_transaction(call.chain, std::move(parts)));
  return waiting_.back()->id;
}

BlockPtr LedgerChain::seal(Instant time) {
  Proposal proposal;
  proposal.height = ledger_.height() + 1;
  proposal.parent = ledger_.tip();
  proposal.time = time;
  proposal.transactions = std::exchange(waiting_, {});
  recent_.push_back(ledger_.execute(*make_proposal(std::move(proposal))));
  // A kept state makes the ledger copy what it writes to: only where the final state is not the newest.
  if (finality_.confirmations > 0) states_.push_back(ledger_.state());
  if (recent_.size() > finality_.confirmations + 1) {
    recent_.pop_front();
    if (!states_.empty()) states_.pop_front();
  }
  const Height height = ledger_.height();
  const Height deep = height > finality_.confirmations ? height - finality_.confirmations : 0;
  ledger_.finalise(std::max(ledger_.final_height(), deep));
  return recent_.back();
}

void LedgerChain::undo(Height keep) {
  ledger_.undo_to(keep);
  while (!recent_.empty() && recent_.back()->header.height > keep) {
    recent_.pop_back();
    if (!states_.empty()) states_.pop_back();
  }
}

GotFacts LedgerChain::facts(const WantFacts& want) {
  GotFacts got{want.request, std::nullopt, {}};
  const Height height = final_height();
  if (height == 0 || recent_.size() <= finality_.confirmations) return got;  // or just taken back
  if (!proved_ || proved_->header != recent_.front()->header || finality_.confirmations > 0) {
    std::vector<BlockHeader> children;
    for (std::size_t i = 1; i < recent_.size(); ++i) children.push_back(recent_[i]->header);
    proved_ = prove(recent_.front()->header, children);
  }
  got.header = proved_;
  got.facts = look_up(want.keys, final_state());
  return got;
}

FinalHeader LedgerChain::prove(const BlockHeader& header, const std::vector<BlockHeader>& children) const {
  const Digest digest = header_digest(header);
  if (finality_.confirmations > 0) {
    DepthEvidence evidence{header_work(chain_seed_, header.proposer, digest), {}};
    for (const BlockHeader& child : children) {
      evidence.children.push_back({child, header_work(chain_seed_, child.proposer, header_digest(child))});
    }
    return {header, std::move(evidence)};
  }
  CertificateEvidence evidence;
  const std::string message = final_header_message(name_, digest);
  for (std::uint32_t seat = 0; seat < signers_needed(finality_); ++seat) {
    evidence.signers.push_back({{seat}, keys_[seat].sign(message)});
  }
  return {header, std::move(evidence)};
}

std::optional<std::string> LedgerChain::read(const std::string& key) const {
  const auto value = ledger_.state().get(StateTree::path_of(key));
  return value ? std::optional(std::string(*value)) : std::nullopt;
}

}  // namespace bsn
