// The part of a chain peer that serves light clients: final headers with evidence, and facts that they prove.
#include "node/chain_peer.h"

namespace bsn {

void ChainPeer::ask_facts(Instant now, const CallArrived& arrived, Outputs& out) {
  const OpenCall call{arrived.id, {}, now, now - arrived.received, arrived.deadline};
  const Call& asked = arrived.call;
  if (asked.function != facts_function || asked.operation != Operation::query || asked.args.empty() ||
      asked.args.size() > 2) {
    Reply refused = refusal(Status::not_found, Reason::unknown_contract,
                            "contract chain has one read, facts: a list of keys, and perhaps whose signatures count");
    return answer(now, call, std::move(refused), out);
  }
  FactsDesk::Asked result = facts_.ask(call, asked.args, ledger_);
  if (result.reply) return answer(now, call, std::move(*result.reply), out);
  if (!result.wanted) return;
  const PeerMessagePtr wanted = share(*result.wanted);
  for (const CityIndex validator : spec_.validators) {
    if (validator != self_) out.push_back(SendToPeer{validator, wanted});
  }
  if (signing_seat()) on_message(now, self_, *result.wanted, out);
}

void ChainPeer::on_message(Instant now, CityIndex from, const SignaturesWanted& message, Outputs& out) {
  facts_.set_seat(signing_seat());
  const auto signature = facts_.sign(from, message, ledger_);
  if (!signature) return;
  if (from == self_) return on_message(now, self_, *signature, out);
  out.push_back(SendToPeer{from, *signature});
}

void ChainPeer::on_message(Instant now, CityIndex, const FinalSignature& message, Outputs& out) {
  for (FactsDesk::Answered& one : facts_.take(message)) answer(now, one.call, std::move(one.reply), out);
}

void ChainPeer::sign_waiting(Outputs& out) {
  for (auto& [city, signature] : facts_.sign_waiting(ledger_)) out.push_back(SendToPeer{city, signature});
}

// A validator that may have signed what it no longer knows signs nothing here either.
std::optional<ValidatorIndex> ChainPeer::signing_seat() const {
  return silent_ || seat_waits_ ? std::nullopt : self_validator_;
}

}  // namespace bsn
