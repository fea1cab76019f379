#include "node/light_client.h"

#include <utility>

#include "core/block_hashes.h"
#include "core/byte_fields.h"
#include "core/check.h"
#include "core/voters_seal.h"

namespace bsn {
namespace {

std::string client_key(const ChainName& chain, std::string_view part) {
  std::string key("lc/");
  key.reserve(96);  // mostly longer than the key, so that it does not grow
  key.append(part).append(1, '\0').append(chain.network).append(1, '\0').append(chain.chain);
  return key;
}

std::string header_key(const ChainName& chain, Height height) {
  std::string key = client_key(chain, "header");
  key.append(1, '\0').append(ByteWriter().u64(height).bytes());
  return key;
}

std::string encode_members(const std::vector<CertificateRule::Member>& members) {
  ByteWriter writer;
  for (const auto& member : members) writer.raw(member.key.view()).u64(member.weight);
  return writer.take();
}

enum class RuleForm : std::uint8_t { certificate, depth, certificate_of_voters };

std::string encode_rule(const std::variant<CertificateRule, DepthRule>& rule) {
  ByteWriter writer;
  if (const auto* certificate = std::get_if<CertificateRule>(&rule)) {
    const auto& seed = certificate->voters_seed;
    writer.u8(static_cast<std::uint8_t>(seed ? RuleForm::certificate_of_voters : RuleForm::certificate));
    if (seed) writer.u64(*seed);
    writer.u32(certificate->numerator).u32(certificate->denominator).raw(encode_members(certificate->members));
  } else {
    const auto& depth = std::get<DepthRule>(rule);
    writer.u8(static_cast<std::uint8_t>(RuleForm::depth)).u32(depth.confirmations).u64(depth.key_seed);
  }
  return writer.take();
}

CertificateRule with_keys(const ChainName& chain, const ValidatorsRule& validators) {
  CertificateRule rule{{}, validators.numerator, validators.denominator};
  for (std::uint32_t seat = 0; seat < validators.weights.size(); ++seat) {
    const SigningKey key = validator_key(chain, validators.key_seed, {seat});
    rule.members.push_back({key.public_key(), validators.weights[seat]});
  }
  if (validators.seal_names_voters) rule.voters_seed = validators.key_seed;
  return rule;
}

// The same rule for the set of validators that these seats are: all of equal weight, every other seat of none.
std::vector<CertificateRule::Member> members_of(const ChainName& chain, const CertificateRule& rule,
                                                const std::vector<ValidatorIndex>& voters) {
  std::vector<CertificateRule::Member> members = rule.members;
  for (auto& member : members) member.weight = 0;
  for (const ValidatorIndex seat : voters) {
    for (auto next = static_cast<std::uint32_t>(members.size()); next <= seat.value; ++next) {
      members.push_back({validator_key(chain, *rule.voters_seed, {next}).public_key(), 0});
    }
    members[seat.value].weight = 1;
  }
  return members;
}

std::variant<CertificateRule, DepthRule> decode_rule(std::string_view bytes) {
  ByteReader reader(bytes);
  const auto form = static_cast<RuleForm>(reader.u8());
  if (form == RuleForm::depth) {
    const std::uint32_t confirmations = reader.u32();
    return DepthRule{confirmations, reader.u64()};
  }
  CertificateRule rule;
  if (form == RuleForm::certificate_of_voters) rule.voters_seed = reader.u64();
  rule.numerator = reader.u32();
  rule.denominator = reader.u32();
  while (reader.left() > 0) {
    CertificateRule::Member member;
    reader.fill(member.key.bytes);
    member.weight = reader.u64();
    rule.members.push_back(member);
  }
  return rule;
}

// nullopt: it is proved what stands at height `from` of the chain that ends in this header.
std::optional<std::string> why_descent_unproved(const BlockHeader& header,
                                                const std::optional<DepthEvidence::Descent>& descent, Height from) {
  if (!descent || descent->from != from) {
    return "it must come with a proof from which block of height " + std::to_string(from) + " it descends";
  }
  const std::string value = encode(BlockHash{from, descent->hash});
  if (!proves_value(header.state_root, block_hash_key(from), value, descent->proof)) {
    return "the proof does not prove from which block it descends";
  }
  return std::nullopt;
}

}  // namespace

void LightClient::create(const ClientSpec& spec, StateOverlay& state) {
  LightClient client(spec.chain, state);
  client.trusting_period_ = spec.trusting_period;
  client.clock_drift_ = spec.clock_drift;
  if (const auto* validators = std::get_if<ValidatorsRule>(&spec.rule)) {
    state.set(client_key(spec.chain, "rule"), encode_rule(with_keys(spec.chain, *validators)));
  } else {
    state.set(client_key(spec.chain, "rule"), encode_rule(std::get<DepthRule>(spec.rule)));
  }
  client.store();
}

std::optional<LightClient> LightClient::find(const ChainName& chain, StateOverlay& state) {
  const auto head = state.get(client_key(chain, "head"));
  if (!head) return std::nullopt;
  LightClient client(chain, state);
  ByteReader reader(*head);
  client.frozen_ = reader.u8() == 1;
  client.set_number_ = reader.u64();
  client.trusting_period_ = {static_cast<std::int64_t>(reader.u64())};
  client.clock_drift_ = {static_cast<std::int64_t>(reader.u64())};
  client.latest_ = reader.u64();
  client.latest_time_ = reader.time();
  return client;
}

void LightClient::store() {
  ByteWriter writer;
  writer.u8(frozen_ ? 1 : 0).u64(set_number_).u64(static_cast<std::uint64_t>(trusting_period_.ns));
  writer.u64(static_cast<std::uint64_t>(clock_drift_.ns)).u64(latest_).time(latest_time_);
  state_.set(client_key(chain_, "head"), writer.bytes());
}

ContractOutcome LightClient::update(const FinalHeader& header) {
  if (auto why = why_unusable()) return refuse(std::move(*why));
  if (header.header.state_root.is_zero()) return refuse("the header has no state root");
  if (header.header.time > state_.block().time + clock_drift_) return refuse("the header is from the future");
  const Digest hash = header_digest(header.header);
  const std::optional<KnownHeader> before = known(header.header.height);
  if (before && before->hash == hash) return {true, "known"};
  if (!before && header.header.height <= latest_) return refuse("a newer header is known");
  if (auto why = why_unproved(header)) return refuse(std::move(*why));
  if (before || header.header.time < latest_time_ || forks(header)) return freeze();
  adopt_voters(header.header);
  keep(header.header, hash);
  return {true, "advanced"};
}

// The present validators signed a header that names others: those are believed from the next header on.
void LightClient::adopt_voters(const BlockHeader& header) {
  auto rule = decode_rule(*state_.get(client_key(chain_, "rule")));
  auto* certificate = std::get_if<CertificateRule>(&rule);
  if (certificate == nullptr || !certificate->voters_seed) return;
  const auto voters = read_voters_seal(header.seal);
  if (!voters) return;
  std::vector<CertificateRule::Member> members = members_of(chain_, *certificate, *voters);
  if (members == certificate->members) return;
  certificate->members = std::move(members);
  ++set_number_;
  state_.set(client_key(chain_, "rule"), encode_rule(rule));
}

ContractOutcome LightClient::change_members(const std::vector<CertificateRule::Member>& members,
                                            const CertificateEvidence& evidence) {
  if (auto why = why_unusable()) return refuse(std::move(*why));
  const auto rule_bytes = state_.get(client_key(chain_, "rule"));
  auto rule = decode_rule(*rule_bytes);
  auto* certificate = std::get_if<CertificateRule>(&rule);
  if (certificate == nullptr) return refuse("this chain is followed by depth, without a set of validators");
  if (members.empty() || members.size() > 1000) return refuse("a set has 1 to 1000 validators");
  const std::string message = next_members_message(chain_, set_number_ + 1, members);
  if (auto why = why_not_certified(*certificate, message, evidence)) return refuse(std::move(*why));
  certificate->members = members;
  ++set_number_;
  state_.set(client_key(chain_, "rule"), encode_rule(rule));
  store();
  return {true, std::to_string(set_number_)};
}

std::optional<std::string> LightClient::check_value(Height height, std::string_view key, std::string_view value,
                                                    std::string_view proof) const {
  const Digest path = state_path(key);
  Proved proved = prove_values(height, {&path, 1}, proof);
  if (proved.why_not || proved.held[0] == sha256(value)) return proved.why_not;
  return "the proof does not prove it";
}

std::optional<std::string> LightClient::check_absence(Height height, std::string_view key,
                                                      std::string_view proof) const {
  const Digest path = state_path(key);
  Proved proved = prove_values(height, {&path, 1}, proof);
  if (proved.why_not || !proved.held[0]) return proved.why_not;
  return "the proof does not prove absence";
}

LightClient::Proved LightClient::prove_values(Height height, std::span<const Digest> paths,
                                              std::string_view proof) const {
  if (auto why = why_unusable()) return {std::move(why), {}, {}};
  const std::optional<KnownHeader> header = known(height);
  if (!header) return {"no header of height " + std::to_string(height) + " is known", {}, {}};
  auto held = proved_values(header->state_root, paths, proof);
  if (!held) return {"the proof does not prove what the state of that height holds there", {}, {}};
  return {std::nullopt, *header, std::move(*held)};
}

std::optional<KnownHeader> LightClient::known(Height height) const {
  const auto bytes = state_.get(header_key(chain_, height));
  if (!bytes) return std::nullopt;
  ByteReader reader(*bytes);
  KnownHeader header;
  header.state_root = reader.digest();
  header.time = reader.time();
  header.hash = reader.digest();
  return header;
}

std::string LightClient::next_members_message(const ChainName& chain, std::uint64_t number,
                                              const std::vector<CertificateRule::Member>& members) {
  CanonicalBytes bytes("bsn/validator-set/v1");
  return bytes.add(chain.network).add(chain.chain).add(number).add(encode_members(members)).bytes();
}

std::optional<std::string> LightClient::why_unusable() const {
  if (frozen_) return "the client of " + to_string(chain_) + " is frozen: that chain contradicted itself";
  if (latest_ > 0 && state_.block().time > latest_time_ + trusting_period_) {
    return "the client of " + to_string(chain_) + " expired: nothing was heard for its trusting period";
  }
  return std::nullopt;
}

std::optional<std::string> LightClient::why_unproved(const FinalHeader& header) const {
  const auto rule = decode_rule(*state_.get(client_key(chain_, "rule")));
  if (const auto* certificate = std::get_if<CertificateRule>(&rule)) {
    const auto* evidence = std::get_if<CertificateEvidence>(&header.evidence);
    if (evidence == nullptr) return "this chain's headers come with a certificate";
    return why_not_certified(*certificate, final_header_message(chain_, header_digest(header.header)), *evidence);
  }
  const auto* evidence = std::get_if<DepthEvidence>(&header.evidence);
  if (evidence == nullptr) return "this chain's headers come with those on top of them";
  if (auto why = why_not_deep(std::get<DepthRule>(rule), header.header, *evidence)) return why;
  // One that stands where another is known contradicts it, whatever it descends from.
  if (latest_ == 0 || header.header.height <= latest_) return std::nullopt;
  return why_descent_unproved(header.header, evidence->descent, latest_);
}

bool LightClient::forks(const FinalHeader& header) const {
  const auto* evidence = std::get_if<DepthEvidence>(&header.evidence);
  return evidence != nullptr && latest_ > 0 && evidence->descent->hash != known(latest_)->hash;
}

ContractOutcome LightClient::freeze() {
  frozen_ = true;
  store();
  return {true, "frozen"};
}

void LightClient::keep(const BlockHeader& header, const Digest& hash) {
  latest_ = header.height;
  latest_time_ = header.time;
  state_.set(header_key(chain_, header.height),
             ByteWriter().digest(header.state_root).time(header.time).digest(hash).bytes());
  // Their heights stand apart from what every question reads.
  const std::string kept_key = client_key(chain_, "kept");
  std::string kept(state_.get(kept_key).value_or(""));
  kept += ByteWriter().u64(header.height).bytes();
  constexpr std::size_t height_bytes = sizeof(Height);
  if (kept.size() > kept_headers * height_bytes) {
    state_.erase(header_key(chain_, ByteReader(kept).u64()));
    kept.erase(0, height_bytes);
  }
  state_.set(kept_key, std::move(kept));
  store();
}

std::optional<std::string> why_not_certified(const CertificateRule& rule, std::string_view message,
                                             const CertificateEvidence& evidence) {
  __extension__ using Weight = unsigned __int128;
  Weight total = 0, signed_weight = 0;
  for (const auto& member : rule.members) total += member.weight;
  std::int64_t last = -1;
  for (const auto& signer : evidence.signers) {
    if (signer.seat.value >= rule.members.size()) return "a signer is not in the set of validators";
    if (std::int64_t{signer.seat.value} <= last) return "signers stand in ascending order, none twice";
    last = signer.seat.value;
    signed_weight += rule.members[signer.seat.value].weight;
  }
  if (signed_weight * rule.denominator <= total * rule.numerator) return "too few validators signed";
  for (const auto& signer : evidence.signers) {
    if (!verify(rule.members[signer.seat.value].key, message, signer.signature)) return "a signature is wrong";
  }
  return std::nullopt;
}

std::optional<std::string> why_not_deep(const DepthRule& rule, const BlockHeader& header,
                                        const DepthEvidence& evidence) {
  if (evidence.children.size() != rule.confirmations) {
    return "a header needs exactly " + std::to_string(rule.confirmations) + " others on top of it";
  }
  Digest below = header_digest(header);
  if (evidence.work != header_work(rule.key_seed, header.proposer, below)) return "the header has no work";
  const BlockHeader* parent = &header;
  for (const auto& child : evidence.children) {
    const bool follows = child.header.height == parent->height + 1 && child.header.parent == below;
    if (!follows || child.header.time < parent->time) return "the headers on top do not follow each other";
    below = header_digest(child.header);
    if (child.work != header_work(rule.key_seed, child.header.proposer, below)) return "a header has no work";
    parent = &child.header;
  }
  return std::nullopt;
}

}  // namespace bsn
