// LMDB as the store needs it: one environment with one ordered map of bytes, transactions as functions, errors as
// values.
//
// The map lives in two files of the folder, data.mdb and lock.mdb. The file is sparse: only pages that were written
// take room. The address space set aside for it starts at 256 MiB and doubles when it is full, up to 1 TiB.
//
// Threads: `read` from any number, `update` from one at a time. LMDB never blocks readers by a writer.
#pragma once

#include <lmdb.h>

#include <functional>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>

#include "core/result.h"

namespace bsn {

// What a transaction's function gets. Views into the map live until the transaction ends (or writes, in an update).
class LmdbTransaction {
 public:
  LmdbTransaction(MDB_txn* transaction, MDB_dbi map) : transaction_(transaction), map_(map) {}

  // Grows with every committed update, across restarts too.
  std::uint64_t id() const { return mdb_txn_id(transaction_); }

  // 0 or an LMDB or system error, here and below.
  int put(std::string_view key, std::string_view value);
  int erase(std::string_view key);

  // Erases every key from `first` on that is not above `last` (both included).
  int erase_range(std::string_view first, std::string_view last);

  // Calls `each(key, value)` in order for every key from `first` to `last` (both included), until it returns false.
  int scan(std::string_view first, std::string_view last,
           const std::function<bool(std::string_view key, std::string_view value)>& each);

 private:
  MDB_txn* transaction_;
  MDB_dbi map_;
};

class Lmdb {
 public:
  // Opens or creates the map in an existing folder. `sync`: a committed update has reached the disk; else it survives
  // the end of the process but not of the machine. Error: corrupt when the files are none of LMDB's, or cut short; else
  // io.
  static Result<std::unique_ptr<Lmdb>> open(const std::string& folder, bool sync, std::size_t map_bytes = 256 << 20);
  ~Lmdb();
  Lmdb(const Lmdb&) = delete;
  Lmdb& operator=(const Lmdb&) = delete;

  using Body = std::function<int(LmdbTransaction&)>;

  // Runs `body` and commits, or changes nothing and says why. `body` may run again when the map had to grow.
  Result<Done> update(const Body& body);

  Result<Done> read(const Body& body) const;

  // The data file, for messages.
  const std::string& path() const { return path_; }

 private:
  Lmdb() = default;
  int open_environment(const std::string& folder, bool sync, std::size_t map_bytes);
  int open_map();
  bool cut_short() const;
  int try_update(const Body& body);
  int grow();
  Error failure(int code) const;

  MDB_env* environment_ = nullptr;
  MDB_dbi map_ = 0;
  std::string path_;
  mutable std::shared_mutex resizing_;  // shared by transactions; exclusive while the map is resized
};

}  // namespace bsn
