#include "gateway/serve/callers.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "core/canonical_request.h"
#include "edge/caller.h"
#include "rpc/call_context.h"

namespace bsn {
namespace {

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number <= 0) return std::nullopt;
  return number;
}

std::optional<Signature> signature_in(std::string_view hex) {
  if (hex.size() != 128) return std::nullopt;
  const auto first = digest_from_hex(hex.substr(0, 64));
  const auto second = digest_from_hex(hex.substr(64));
  if (!first || !second) return std::nullopt;
  Signature signature;
  std::copy(first->bytes.begin(), first->bytes.end(), signature.bytes.begin());
  std::copy(second->bytes.begin(), second->bytes.end(), signature.bytes.begin() + 32);
  return signature;
}

// What the metadata claims; nullopt: it is not all there, or not believable.
struct Claim {
  SignedBy by;
  Signature signature;
};
std::optional<Claim> read_claim(const h2::Metadata& metadata) {
  const auto key = digest_from_hex(metadata.only("x-bsn-key").value_or(""));
  const auto time = number_in(metadata.only("x-bsn-timestamp").value_or(""));
  const std::string_view nonce = metadata.only("x-bsn-nonce").value_or("");
  const auto signature = signature_in(metadata.only("x-bsn-signature").value_or(""));
  const bool nonce_fits =
      nonce.size() >= SignedRequestLimits::nonce_bytes_min && believable(nonce, SignedRequestLimits::nonce_bytes_max);
  if (!key || !time || !signature || !nonce_fits) return std::nullopt;
  return Claim{{PublicKey{key->bytes}, std::string(nonce), *time}, *signature};
}

}  // namespace

Callers::Callers(std::shared_ptr<const Accounts> accounts, std::string gateway, std::int64_t zero_unix_ns)
    : accounts_(std::move(accounts)), gateway_(std::move(gateway)), registry_(*accounts_, zero_unix_ns) {}

std::shared_ptr<const SignedBy> Callers::signer(const h2::Call& call, const SignedParts& parts, Instant now) const {
  if (const auto vouched = edge::vouched_signer(call.vouched())) {
    return std::make_shared<const SignedBy>(SignedBy{PublicKey{vouched->x.bytes}, "", 0, vouched->kind});
  }
  std::optional<Claim> claim = read_claim(call.metadata());
  if (!claim) return nullptr;
  const auto project = registry_.find_signer(KeyKind::ed25519, claim->by.key, now);
  if (!project) return nullptr;
  CanonicalRequest request;
  request.gateway = gateway_;
  request.method = "POST";
  request.path = call.path();
  request.project = registry_.name(*project);
  request.network = parts.network;
  request.timestamp_ns = claim->by.timestamp_ns;
  request.nonce = claim->by.nonce;
  request.idempotency_key = parts.idempotency_key;
  request.body = sha256(parts.body);
  if (!verify(claim->by.key, canonical_bytes(request), claim->signature)) return nullptr;
  return std::make_shared<const SignedBy>(std::move(claim->by));
}

}  // namespace bsn
