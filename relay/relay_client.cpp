#include "relay/relay_client.h"

#include <utility>

namespace bsn {
namespace {

Call facts_call(const WantFacts& want) {
  Call call;
  call.operation = Operation::query;
  call.chain = want.chain;
  call.contract = facts_contract;
  call.function = facts_function;
  call.args = {encode_keys(want.keys)};
  if (!want.voters.empty()) call.args.push_back(want.voters);
  call.level = Level::final_;
  return call;
}

GotFacts facts_of(RelayRequest request, const Reply& reply) {
  GotFacts got{request, std::nullopt, {}};
  auto facts = reply.status == Status::ok ? decode_chain_facts(reply.value) : std::nullopt;
  if (!facts) return got;
  got.header = std::move(facts->header);
  got.facts = std::move(facts->facts);
  return got;
}

CallEnded ending_of(RelayRequest request, const Reply& reply) {
  if (reply.status == Status::ok) return {request, CallEnded::How::done, reply.value};
  const bool refused = reply.reason == Reason::contract_refused || reply.reason == Reason::key_reused;
  return {request, refused ? CallEnded::How::refused : CallEnded::How::failed, reply.message};
}

}  // namespace

void RelayClient::saw(Instant now, const ChainName& chain, const BlockPtr& block) {
  relayer_.step(now, SawBlock{chain, block}, outputs_);
}

void RelayClient::answered(Instant now, RelayRequest id, const Reply& reply, std::vector<RelayCall>& out) {
  const bool facts = facts_.erase(id) > 0;
  relayer_.step(now, facts ? RelayerInput(facts_of(id, reply)) : RelayerInput(ending_of(id, reply)), outputs_);
  translate(out);
}

void RelayClient::advance_to(Instant now, std::vector<RelayCall>& out) {
  relayer_.advance_to(now, outputs_);
  translate(out);
}

void RelayClient::translate(std::vector<RelayCall>& out) {
  for (RelayerOutput& output : outputs_) {
    if (const auto* want = std::get_if<WantFacts>(&output)) {
      facts_.insert(want->request);
      out.push_back({want->request, facts_call(*want)});
    } else {
      auto& submit = std::get<SubmitCall>(output);
      out.push_back({submit.request, std::move(submit.call)});
    }
  }
  outputs_.clear();
}

}  // namespace bsn
