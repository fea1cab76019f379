#include "disk/lmdb.h"

#include <sys/stat.h>

#include <memory>
#include <mutex>

namespace bsn {
namespace {

constexpr std::size_t largest_map_bytes = std::size_t{1} << 40;

// Short reads from gRPC's threads and the loop: never more at once than there are threads.
constexpr unsigned most_readers = 126;

MDB_val bytes(std::string_view text) { return {text.size(), const_cast<char*>(text.data())}; }

std::string_view text(const MDB_val& value) { return {static_cast<const char*>(value.mv_data), value.mv_size}; }

// A cursor that closes itself.
class Cursor {
 public:
  Cursor(MDB_txn* transaction, MDB_dbi map) : code_(mdb_cursor_open(transaction, map, &cursor_)) {}
  ~Cursor() {
    if (cursor_ != nullptr) mdb_cursor_close(cursor_);
  }
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  // To the first key at or behind `key`.
  int seek(std::string_view key) {
    if (code_ != 0) return code_;
    key_ = bytes(key);
    return mdb_cursor_get(cursor_, &key_, &value_, MDB_SET_RANGE);
  }
  int next() { return mdb_cursor_get(cursor_, &key_, &value_, MDB_NEXT); }
  int erase() { return mdb_cursor_del(cursor_, 0); }
  std::string_view key() const { return text(key_); }
  std::string_view value() const { return text(value_); }

 private:
  MDB_cursor* cursor_ = nullptr;
  int code_;
  MDB_val key_{};
  MDB_val value_{};
};

}  // namespace

int LmdbTransaction::put(std::string_view key, std::string_view value) {
  MDB_val k = bytes(key);
  MDB_val v = bytes(value);
  return mdb_put(transaction_, map_, &k, &v, 0);
}

int LmdbTransaction::erase(std::string_view key) {
  MDB_val k = bytes(key);
  const int code = mdb_del(transaction_, map_, &k, nullptr);
  return code == MDB_NOTFOUND ? 0 : code;
}

int LmdbTransaction::erase_range(std::string_view first, std::string_view last) {
  Cursor cursor(transaction_, map_);
  int code = cursor.seek(first);
  while (code == 0 && cursor.key() <= last) {
    code = cursor.erase();
    if (code == 0) code = cursor.next();
  }
  return code == MDB_NOTFOUND ? 0 : code;
}

int LmdbTransaction::scan(std::string_view first, std::string_view last,
                          const std::function<bool(std::string_view, std::string_view)>& each) {
  Cursor cursor(transaction_, map_);
  int code = cursor.seek(first);
  while (code == 0 && cursor.key() <= last) {
    if (!each(cursor.key(), cursor.value())) return 0;
    code = cursor.next();
  }
  return code == MDB_NOTFOUND ? 0 : code;
}

Result<std::unique_ptr<Lmdb>> Lmdb::open(const std::string& folder, bool sync, std::size_t map_bytes) {
  std::unique_ptr<Lmdb> lmdb(new Lmdb);
  lmdb->path_ = folder + "/data.mdb";
  if (const int code = lmdb->open_environment(folder, sync, map_bytes); code != 0) return lmdb->failure(code);
  if (lmdb->cut_short()) return Error{ErrorCode::corrupt, lmdb->path_ + " is shorter than its content: it was cut"};
  if (const int code = lmdb->open_map(); code != 0) return lmdb->failure(code);
  return lmdb;
}

int Lmdb::open_environment(const std::string& folder, bool sync, std::size_t map_bytes) {
  // NOTLS ties a read transaction to its object instead of its thread: gRPC's threads come and go.
  const unsigned flags = MDB_NOTLS | (sync ? 0u : MDB_NOSYNC);
  int code = mdb_env_create(&environment_);
  if (code == 0) code = mdb_env_set_maxreaders(environment_, most_readers);
  if (code == 0) code = mdb_env_set_mapsize(environment_, map_bytes);
  if (code == 0) code = mdb_env_open(environment_, folder.c_str(), flags, 0644);
  return code;
}

int Lmdb::open_map() {
  MDB_txn* transaction = nullptr;
  int code = mdb_txn_begin(environment_, nullptr, 0, &transaction);
  if (code != 0) return code;
  code = mdb_dbi_open(transaction, nullptr, 0, &map_);
  if (code == 0) return mdb_txn_commit(transaction);
  mdb_txn_abort(transaction);
  return code;
}

// LMDB maps the file and would be ended by SIGBUS when it reads a page behind the end.
bool Lmdb::cut_short() const {
  MDB_envinfo info;
  MDB_stat pages;
  struct stat file {};
  mdb_env_info(environment_, &info);
  mdb_env_stat(environment_, &pages);
  if (stat(path_.c_str(), &file) != 0) return true;
  const std::size_t needed = info.me_last_txnid == 0 ? 0 : (info.me_last_pgno + 1) * pages.ms_psize;
  return static_cast<std::size_t>(file.st_size) < needed;
}

Lmdb::~Lmdb() {
  if (environment_ != nullptr) mdb_env_close(environment_);
}

int Lmdb::try_update(const Body& body) {
  const std::shared_lock lock(resizing_);
  MDB_txn* transaction = nullptr;
  int code = mdb_txn_begin(environment_, nullptr, 0, &transaction);
  if (code != 0) return code;
  LmdbTransaction view(transaction, map_);
  code = body(view);
  if (code == 0) return mdb_txn_commit(transaction);  // frees the transaction, also when it fails
  mdb_txn_abort(transaction);
  return code;
}

int Lmdb::grow() {
  const std::unique_lock lock(resizing_);
  MDB_envinfo info;
  mdb_env_info(environment_, &info);
  if (info.me_mapsize >= largest_map_bytes) return MDB_MAP_FULL;
  return mdb_env_set_mapsize(environment_, 2 * info.me_mapsize);
}

Result<Done> Lmdb::update(const Body& body) {
  int code = try_update(body);
  while (code == MDB_MAP_FULL) {  // at most 12 times: 256 MiB to 1 TiB
    code = grow();
    if (code == 0) code = try_update(body);
  }
  if (code != 0) return failure(code);
  return Done{};
}

Result<Done> Lmdb::read(const Body& body) const {
  const std::shared_lock lock(resizing_);
  MDB_txn* transaction = nullptr;
  int code = mdb_txn_begin(environment_, nullptr, MDB_RDONLY, &transaction);
  if (code == 0) {
    LmdbTransaction view(transaction, map_);
    code = body(view);
    mdb_txn_abort(transaction);
  }
  if (code != 0) return failure(code);
  return Done{};
}

Error Lmdb::failure(int code) const {
  const bool corrupt = code == MDB_CORRUPTED || code == MDB_PAGE_NOTFOUND || code == MDB_INVALID ||
                       code == MDB_VERSION_MISMATCH || code == MDB_BAD_VALSIZE || code == MDB_INCOMPATIBLE;
  return {corrupt ? ErrorCode::corrupt : ErrorCode::io, path_ + ": " + mdb_strerror(code)};
}

}  // namespace bsn
