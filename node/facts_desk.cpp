#include "node/facts_desk.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/finality.h"
#include "core/voters_seal.h"
#include "node/state_facts.h"

namespace bsn {
namespace {

constexpr std::size_t seats_max = 1000;  // that a chain of changing validators has, as core/chain_spec.h bounds them

Reply answer_with(const FinalHeader& header, std::vector<Facts> facts) {
  Reply reply;
  reply.height = header.header.height;
  reply.state_root = header.header.state_root;
  reply.value = encode(ChainFacts{header, std::move(facts)});
  return reply;
}

Reply not_now(std::string message) {
  Reply reply = refusal(Status::unavailable, Reason::no_leader, std::move(message));
  reply.retry_after = seconds(1);
  return reply;
}

// nullopt: too few blocks stand on top.
std::optional<DepthEvidence> depth_evidence(const DepthRule& rule, const Ledger& ledger) {
  std::vector<BlockHeader> above = ledger.open_headers();
  if (above.size() < rule.confirmations) return std::nullopt;
  const auto work = [&](const BlockHeader& header) {
    return header_work(rule.key_seed, header.proposer, header_digest(header));
  };
  DepthEvidence evidence{work(ledger.final_header()), {}};
  for (std::uint32_t i = 0; i < rule.confirmations; ++i) {
    const Digest done = work(above[i]);
    evidence.children.push_back({std::move(above[i]), done});
  }
  return evidence;
}

}  // namespace

FactsDesk::FactsDesk(const ChainSpec& chain, std::optional<ValidatorIndex> seat) : client_(client_spec(chain)) {
  set_seat(seat);
}

void FactsDesk::set_seat(std::optional<ValidatorIndex> seat) {
  if (seat == seat_) return;
  seat_ = seat;
  key_.reset();
}

FactsDesk::Asked FactsDesk::ask(const OpenCall& call, const std::vector<std::string>& args, const Ledger& ledger) {
  const auto wanted = decode_keys(args[0]);
  if (!wanted) return {refusal(Status::invalid_argument, Reason::malformed, "these are no lists of up to 500 keys")};
  auto weights = weights_of(args);
  if (!weights) return {refusal(Status::invalid_argument, Reason::malformed, "this is no seal that names validators")};
  const Height height = ledger.final_height();
  if (height == 0) return {not_now("no block is final yet")};
  if (const auto* depth = std::get_if<DepthRule>(&client_.rule)) {
    auto evidence = depth_evidence(*depth, ledger);
    if (!evidence) return {not_now("too few blocks stand on the last final one")};
    return {answer_with({ledger.final_header(), std::move(*evidence)}, look_up(*wanted, ledger.final_state()))};
  }
  if (waiting() >= waiting_max) {
    return {refusal(Status::resource_exhausted, Reason::mempool_full, "too many questions wait for signatures")};
  }
  const auto [at, fresh] = collecting_.try_emplace(height);
  Collecting& one = at->second;
  if (!fresh && enough(one, *weights))
    return {answer_with(certified(one, *weights), look_up(*wanted, ledger.final_state()))};
  one.waiting.push_back({call, look_up(*wanted, ledger.final_state()), std::move(*weights)});
  if (!fresh) return {};
  one.header = ledger.final_header();
  one.hash = ledger.block_hash(height);
  return {std::nullopt, SignaturesWanted{height}};
}

std::optional<std::vector<std::uint64_t>> FactsDesk::weights_of(const std::vector<std::string>& args) const {
  const auto* rule = std::get_if<ValidatorsRule>(&client_.rule);
  if (rule == nullptr) return std::vector<std::uint64_t>();
  if (args.size() < 2 || !rule->seal_names_voters) return rule->weights;
  const auto voters = read_voters_seal(args[1]);
  if (!voters) return std::nullopt;
  std::vector<std::uint64_t> weights(voters->back().value + 1);
  for (const ValidatorIndex seat : *voters) weights[seat.value] = 1;
  return weights;
}

std::vector<FactsDesk::Answered> FactsDesk::take(const FinalSignature& signature) {
  const auto found = collecting_.find(signature.height);
  if (found == collecting_.end()) return {};
  Collecting& one = found->second;
  if (signature.block != one.hash || one.signers.contains(signature.seat) || !is_from(signature)) return {};
  one.signers.emplace(signature.seat, signature.signature);
  return finish(found);
}

bool FactsDesk::is_from(const FinalSignature& signature) {
  const auto* rule = std::get_if<ValidatorsRule>(&client_.rule);
  const std::size_t seats = rule == nullptr ? 0 : rule->seal_names_voters ? seats_max : rule->weights.size();
  if (signature.seat.value >= seats) return false;
  const auto [key, fresh] = keys_.try_emplace(signature.seat);
  if (fresh) key->second = validator_key(client_.chain, rule->key_seed, signature.seat).public_key();
  return verify(key->second, final_header_message(client_.chain, signature.block), signature.signature);
}

bool FactsDesk::enough(const Collecting& one, const std::vector<std::uint64_t>& weights) const {
  const auto& rule = std::get<ValidatorsRule>(client_.rule);
  __extension__ using Weight = unsigned __int128;
  Weight total = 0, weight = 0;
  for (const std::uint64_t each : weights) total += each;
  for (const auto& [seat, signature] : one.signers) weight += seat.value < weights.size() ? weights[seat.value] : 0;
  return weight * rule.denominator > total * rule.numerator;
}

// With the signatures of those that count.
FinalHeader FactsDesk::certified(const Collecting& one, const std::vector<std::uint64_t>& weights) const {
  CertificateEvidence evidence;
  for (const auto& [seat, signature] : one.signers) {
    const bool counts = seat.value < weights.size() && weights[seat.value] > 0;
    if (counts) evidence.signers.push_back({seat, signature});
  }
  return {one.header, std::move(evidence)};
}

// Answers every question for which enough have signed.
std::vector<FactsDesk::Answered> FactsDesk::finish(std::map<Height, Collecting>::iterator found) {
  Collecting& one = found->second;
  std::vector<Answered> answered;
  std::erase_if(one.waiting, [&](Question& question) {
    if (!enough(one, question.weights)) return false;
    answered.push_back({question.call, answer_with(certified(one, question.weights), std::move(question.facts))});
    return true;
  });
  if (one.waiting.empty()) collecting_.erase(found);
  return answered;
}

FinalSignature FactsDesk::own_signature(Height height, const Digest& hash) const {
  return {height, hash, *seat_, key_->sign(final_header_message(client_.chain, hash))};
}

std::optional<FinalSignature> FactsDesk::sign(CityIndex from, const SignaturesWanted& wanted, const Ledger& ledger) {
  if (!seat_ || wanted.height == 0) return std::nullopt;
  if (!key_) key_ = validator_key(client_.chain, network_key_seed, *seat_);
  if (wanted.height <= ledger.final_height()) return own_signature(wanted.height, ledger.block_hash(wanted.height));
  wanted_.emplace(wanted.height, from);
  if (wanted_.size() > wanted_max) wanted_.erase(wanted_.begin());
  return std::nullopt;
}

std::vector<std::pair<CityIndex, FinalSignature>> FactsDesk::sign_waiting(const Ledger& ledger) {
  std::vector<std::pair<CityIndex, FinalSignature>> signed_now;
  while (!wanted_.empty() && wanted_.begin()->first <= ledger.final_height()) {
    const auto [height, city] = *wanted_.begin();
    wanted_.erase(wanted_.begin());
    if (seat_ && key_) signed_now.emplace_back(city, own_signature(height, ledger.block_hash(height)));
  }
  return signed_now;
}

std::vector<OpenCall> FactsDesk::take_expired(Instant now) {
  std::vector<OpenCall> expired;
  for (auto at = collecting_.begin(); at != collecting_.end();) {
    auto& waiting = at->second.waiting;
    const auto late =
        std::stable_partition(waiting.begin(), waiting.end(), [&](const auto& one) { return one.call.deadline > now; });
    std::transform(late, waiting.end(), std::back_inserter(expired), [](const auto& one) { return one.call; });
    waiting.erase(late, waiting.end());
    at = waiting.empty() ? collecting_.erase(at) : std::next(at);
  }
  return expired;
}

std::vector<OpenCall> FactsDesk::take_all() { return take_expired(Instant::max()); }

void FactsDesk::cancel(CallId id) {
  for (auto& [height, one] : collecting_) {
    std::erase_if(one.waiting, [&](const auto& waiting) { return waiting.call.id == id; });
  }
}

std::optional<Instant> FactsDesk::next_deadline() const {
  std::optional<Instant> next;
  for (const auto& [height, one] : collecting_) {
    for (const Question& question : one.waiting) {
      if (!next || question.call.deadline < *next) next = question.call.deadline;
    }
  }
  return next;
}

std::size_t FactsDesk::waiting() const {
  std::size_t sum = 0;
  for (const auto& [height, one] : collecting_) sum += one.waiting.size();
  return sum;
}

}  // namespace bsn
