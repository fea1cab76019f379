#include "edge/ethereum/signed_transaction.h"

#include <cryptopp/keccak.h>
#include <secp256k1_recovery.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>

#include "edge/ethereum/rlp.h"

namespace bsn::edge::ethereum {
namespace {

constexpr std::size_t address_bytes = 20;

Error wrong(const std::string& why) { return {ErrorCode::corrupt, why}; }

// Safe for several threads: it is not changed after it was made.
const secp256k1_context& curve() {
  static const std::unique_ptr<secp256k1_context, void (*)(secp256k1_context*)> made(
      secp256k1_context_create(SECP256K1_CONTEXT_VERIFY), secp256k1_context_destroy);
  return *made;
}

std::string in_32_bytes(const Wei& number) {
  const std::string bytes = bytes_of(number);
  return std::string(32 - bytes.size(), '\0') + bytes;
}

// The last 20 bytes of the hash of the key that made the signature; empty: nobody's, or one with a large s, which EIP-2
// forbids because it can be made from the other one.
std::string recover(const std::string& digest, const Wei& r, const Wei& s, int recovery) {
  const std::string compact = in_32_bytes(r) + in_32_bytes(s);
  secp256k1_ecdsa_recoverable_signature recoverable;
  secp256k1_ecdsa_signature plain;
  secp256k1_pubkey key;
  const auto bytes = [](const std::string& text) { return reinterpret_cast<const unsigned char*>(text.data()); };
  if (!secp256k1_ecdsa_recoverable_signature_parse_compact(&curve(), &recoverable, bytes(compact), recovery)) return "";
  secp256k1_ecdsa_recoverable_signature_convert(&curve(), &plain, &recoverable);
  if (secp256k1_ecdsa_signature_normalize(&curve(), nullptr, &plain)) return "";
  if (!secp256k1_ecdsa_recover(&curve(), &key, &recoverable, bytes(digest))) return "";
  std::array<unsigned char, 65> point;
  std::size_t size = point.size();
  secp256k1_ec_pubkey_serialize(&curve(), point.data(), &size, &key, SECP256K1_EC_UNCOMPRESSED);
  return keccak256({reinterpret_cast<const char*>(point.data()) + 1, size - 1}).substr(32 - address_bytes);
}

Result<std::uint64_t> small_number(const std::string& bytes, const char* name) {
  const auto number = number_of(bytes);
  if (number && *number <= std::numeric_limits<std::uint64_t>::max()) return static_cast<std::uint64_t>(*number);
  return wrong(std::string(name) + " is no number of 64 bits");
}

// v = 27 or 28, or since EIP-155 35 or 36 and twice the chain id.
Result<int> read_chain_id(SignedTransaction& transaction) {
  const Wei& v = transaction.v;
  if (v == 27 || v == 28) return static_cast<int>(v - 27);
  if (v < 35 || (v - 35) / 2 > std::numeric_limits<std::uint64_t>::max()) return wrong("invalid signature: v is none");
  transaction.chain_id = static_cast<std::uint64_t>((v - 35) / 2);
  return static_cast<int>((v - 35) % 2);
}

Result<Done> read_fields(const std::vector<std::string>& fields, SignedTransaction& transaction) {
  if (fields.size() != 9) return wrong("a legacy transaction has 9 fields");
  const auto nonce = small_number(fields[0], "nonce");
  const auto gas = small_number(fields[2], "gas");
  if (!nonce) return nonce.error();
  if (!gas) return gas.error();
  transaction.nonce = *nonce;
  transaction.gas = *gas;
  for (const auto& [number, place] :
       {std::pair(&transaction.gas_price, 1), std::pair(&transaction.value, 4), std::pair(&transaction.v, 6),
        std::pair(&transaction.r, 7), std::pair(&transaction.s, 8)}) {
    const auto read = number_of(fields[static_cast<std::size_t>(place)]);
    if (!read) return wrong("field " + std::to_string(place) + " is no number");
    *number = *read;
  }
  transaction.to = fields[3];
  if (!transaction.to.empty() && transaction.to.size() != address_bytes) return wrong("to is no address");
  transaction.data = fields[5];
  return Done{};
}

}  // namespace

std::string keccak256(std::string_view bytes) {
  CryptoPP::Keccak_256 hash;
  std::string digest(CryptoPP::Keccak_256::DIGESTSIZE, '\0');
  hash.Update(reinterpret_cast<const CryptoPP::byte*>(bytes.data()), bytes.size());
  hash.Final(reinterpret_cast<CryptoPP::byte*>(digest.data()));
  return digest;
}

Result<SignedTransaction> parse_transaction(std::string_view raw) {
  if (raw.empty()) return wrong("the transaction is empty");
  if (static_cast<unsigned char>(raw.front()) < 0x7f) {
    return wrong("transaction type not supported: this is the Ethereum of 2020, send a legacy transaction");
  }
  auto fields = rlp_decode_list(raw);
  if (!fields) return wrong("rlp: this is no list of strings");
  SignedTransaction transaction;
  if (const auto read = read_fields(*fields, transaction); !read) return read.error();
  const auto recovery = read_chain_id(transaction);
  if (!recovery) return recovery.error();
  fields->resize(6);
  if (transaction.chain_id != 0) fields->insert(fields->end(), {bytes_of(transaction.chain_id), "", ""});
  transaction.from = recover(keccak256(rlp_encode_list(*fields)), transaction.r, transaction.s, *recovery);
  if (transaction.from.empty()) return wrong("invalid signature: it was made by nobody's key");
  transaction.raw = raw;
  transaction.hash = keccak256(raw);
  return transaction;
}

std::uint64_t intrinsic_gas(std::string_view data) {
  const auto zeros = static_cast<std::uint64_t>(std::count(data.begin(), data.end(), '\0'));
  return 21'000 + 16 * (data.size() - zeros) + 4 * zeros;
}

}  // namespace bsn::edge::ethereum
