#include "node/xchain_evidence.h"

namespace bsn {
namespace {

std::string not_followed(const ChainName& chain) { return "this chain does not follow " + to_string(chain); }

}  // namespace

std::optional<std::string> OneProof::why_not_value(const ChainName& witness, std::string_view key,
                                                   std::string_view value) const {
  const auto client = LightClient::find(witness, state_);
  return client ? client->check_value(at_, key, value, proof_) : not_followed(witness);
}

std::optional<std::string> OneProof::why_not_absent(const ChainName& witness, std::string_view key) const {
  const auto client = LightClient::find(witness, state_);
  return client ? client->check_absence(at_, key, proof_) : not_followed(witness);
}

std::optional<KnownHeader> OneProof::header(const ChainName& witness) const {
  const auto client = LightClient::find(witness, state_);
  return client ? client->known(at_) : std::nullopt;
}

std::optional<std::string> ProvedKey::why_not_value(const ChainName& witness, std::string_view key,
                                                    std::string_view value) const {
  if (auto why = why_not_about(witness, key)) return why;
  if (held_ != sha256(value)) return "the proof does not prove it";
  return std::nullopt;
}

std::optional<std::string> ProvedKey::why_not_absent(const ChainName& witness, std::string_view key) const {
  if (auto why = why_not_about(witness, key)) return why;
  if (held_) return "the proof does not prove absence";
  return std::nullopt;
}

std::optional<KnownHeader> ProvedKey::header(const ChainName& witness) const {
  return witness == witness_ ? std::optional(header_) : std::nullopt;
}

std::optional<std::string> ProvedKey::why_not_about(const ChainName& witness, std::string_view key) const {
  if (witness != witness_) return "the proof is not about " + to_string(witness);
  if (key != key_) return "the proof is about another key";
  return std::nullopt;
}

}  // namespace bsn
