#include "gateway/serve/gateway_disk.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "core/canonical_request.h"
#include "disk/sealed_record.h"
#include "loop/monotonic_clock.h"
#include "proto/codec.h"
#include "rpc/secret.h"

namespace bsn {
namespace {

// Keys: 'a' all accounts; 'q' and the project; 'n', the end as 8 bytes big-endian and the nonce's id; 'c' when the last
// life wrote last, by which clock.
const std::string accounts_key = "a";
const std::string clock_key = "c";
constexpr char nonce_kind = 'n';

Error corrupt(const Lmdb& map, const std::string& what) { return {ErrorCode::corrupt, map.path() + ": " + what}; }

// Reads every record from `first` to `last`; `take` gets the payload of each.
template <class Take>
Result<Done> read_all(const Lmdb& map, const std::string& first, const std::string& last, Take take) {
  std::optional<Error> wrong;
  const Result<Done> done = map.read([&](LmdbTransaction& transaction) {
    wrong.reset();
    return transaction.scan(first, last, [&](std::string_view key, std::string_view value) {
      const auto payload = open_record(key, value);
      if (!payload) {
        wrong = corrupt(map, "a record does not verify");
      } else {
        wrong = take(key, *payload);
      }
      return !wrong.has_value();
    });
  });
  if (!done) return done.error();
  if (wrong) return *wrong;
  return Done{};
}

int put(LmdbTransaction& transaction, const std::string& key, const std::string& payload) {
  return transaction.put(key, seal_record(key, payload));
}

void append_number(std::string& to, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) to.push_back(static_cast<char>(number >> shift));
}

std::uint64_t number_in(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<std::uint8_t>(byte);
  return number;
}

std::string nonce_key(std::int64_t until_ns, std::string_view id) {
  std::string key(1, nonce_kind);
  append_number(key, static_cast<std::uint64_t>(until_ns));
  return key.append(id);
}

Result<std::unique_ptr<Lmdb>> open_map(const std::string& folder, bool sync) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return Error{ErrorCode::io, "can't make " + folder + ": " + error.message()};
  return Lmdb::open(folder, sync, 16 << 20);
}

}  // namespace

Result<std::unique_ptr<GatewayDisk>> GatewayDisk::open(const std::string& folder) {
  std::unique_ptr<GatewayDisk> disk(new GatewayDisk);
  const std::pair<std::unique_ptr<Lmdb>*, const char*> maps[] = {
      {&disk->accounts_, "/accounts"}, {&disk->quotas_, "/quota"}, {&disk->nonces_, "/nonces"}};
  for (const auto& [map, name] : maps) {
    auto opened = open_map(folder + name, map != &disk->nonces_);
    if (!opened) return opened.error();
    *map = std::move(*opened);
  }
  return disk;
}

// ---- accounts ----

Result<std::optional<Accounts>> GatewayDisk::accounts() const {
  std::optional<Accounts> accounts;
  const auto done = read_all(*accounts_, accounts_key, accounts_key, [&](auto, std::string_view payload) {
    v1::AccountsRecord message;
    if (!message.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
      return std::optional(corrupt(*accounts_, "the accounts can't be decoded"));
    }
    Result<Accounts> decoded = decode(message);
    if (!decoded) return std::optional(corrupt(*accounts_, decoded.error().message));
    accounts = std::move(*decoded);
    return std::optional<Error>();
  });
  if (!done) return done.error();
  return accounts;
}

Result<Done> GatewayDisk::write(const Accounts& accounts) {
  const std::string bytes = encode(accounts).SerializeAsString();
  return accounts_->update([&](LmdbTransaction& transaction) { return put(transaction, accounts_key, bytes); });
}

// ---- quotas ----

Result<std::vector<QuotaRecord>> GatewayDisk::quotas() const {
  std::vector<QuotaRecord> records;
  const auto done = read_all(*quotas_, "q", "r", [&](auto, std::string_view payload) {
    v1::QuotaRecord message;
    if (!message.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
      return std::optional(corrupt(*quotas_, "a quota can't be decoded"));
    }
    const Result<QuotaRecord> decoded = decode(message);
    if (!decoded) return std::optional(corrupt(*quotas_, decoded.error().message));
    records.push_back(*decoded);
    return std::optional<Error>();
  });
  if (!done) return done.error();
  return records;
}

Result<Done> GatewayDisk::write(const std::vector<QuotaRecord>& records) {
  return quotas_->update([&](LmdbTransaction& transaction) {
    for (const QuotaRecord& record : records) {
      if (const int code = put(transaction, "q" + record.project, encode(record).SerializeAsString())) return code;
    }
    return 0;
  });
}

// ---- nonces ----

// Three dangers: the machine went down and took nonces with it; its clock went back; both. Then everything is refused
// that could have been admitted by then.
Result<std::optional<Resumed>> GatewayDisk::resume(std::int64_t now_unix_ns) {
  std::string clock;
  std::int64_t latest = 0;
  const auto read = read_all(*nonces_, clock_key, clock_key, [&](auto, std::string_view payload) {
    latest = static_cast<std::int64_t>(number_in(payload.substr(0, 8)));
    clock = payload.substr(std::min<std::size_t>(8, payload.size()));
    return std::optional<Error>();
  });
  if (!read) return read.error();
  Resumed resumed;
  const auto kept = read_all(*nonces_, "n", "o", [&](std::string_view key, std::string_view payload) {
    if (key.size() != 9 + sizeof(Digest::bytes) || !payload.empty()) return std::optional(corrupt(*nonces_, "a nonce"));
    UsedNonce used;
    used.until_ns = static_cast<std::int64_t>(number_in(key.substr(1, 8)));
    std::copy(key.begin() + 9, key.end(), used.id.bytes.begin());
    resumed.nonces.push_back(used);
    return std::optional<Error>();
  });
  if (!kept) return kept.error();
  const bool lost = clock != clock_id() || latest > now_unix_ns;
  if (lost) resumed.refuse_until_ns = std::max(latest, now_unix_ns) + SignedRequestLimits::window.ns;
  const bool first = latest == 0;
  if (auto begun = write({}, now_unix_ns); !begun) return begun.error();
  return first ? std::optional<Resumed>() : std::optional(std::move(resumed));
}

Result<Done> GatewayDisk::write(const std::vector<UsedNonce>& nonces, std::int64_t now_unix_ns) {
  std::string life;
  append_number(life, static_cast<std::uint64_t>(now_unix_ns));
  life += clock_id();
  return nonces_->update([&](LmdbTransaction& transaction) {
    int code = transaction.erase_range(nonce_key(0, ""), nonce_key(now_unix_ns, ""));
    for (const UsedNonce& used : nonces) {
      if (code != 0) break;
      code = put(transaction, nonce_key(used.until_ns, used.id.view()), "");
    }
    return code != 0 ? code : put(transaction, clock_key, life);
  });
}

// ---- the admin key ----

Result<Digest> admin_key_hash(const std::string& path) {
  if (!std::filesystem::exists(path)) {
    if (auto made = write_private_file(path, "bsnadmin_" + to_hex(random_secret()) + "\n"); !made) return made.error();
  }
  const Result<std::string> key = read_secret(path);
  if (!key) return key.error();
  return sha256(*key);
}

}  // namespace bsn
