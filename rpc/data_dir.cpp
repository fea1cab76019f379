#include "rpc/data_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "core/digest.h"

namespace bsn {
namespace {

Error io_error(const std::string& what) { return {ErrorCode::io, what + ": " + std::strerror(errno)}; }

// A descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return number_; }

 private:
  int number_;
};

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

Result<Done> write_synced(const std::string& path, std::string_view bytes) {
  const Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  const bool done = file.get() >= 0 && write_all(file.get(), bytes) && fsync(file.get()) == 0;
  if (!done) return io_error("can't write " + path);
  return Done{};
}

// A new name is on the disk only when its folder is.
Result<Done> sync_folder(const std::string& path) {
  const Descriptor folder(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0 || fsync(folder.get()) != 0) return io_error("can't sync " + path);
  return Done{};
}

}  // namespace

Result<DataDir> DataDir::open(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return Error{ErrorCode::io, "can't make the folder " + path + ": " + error.message()};
  const int lock = ::open((path + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return io_error("can't open " + path + "/lock");
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    close(lock);
    return Error{ErrorCode::already_running,
                 path + " is in use by another process; give each process a --data-dir of its own"};
  }
  return DataDir(path, lock);
}

DataDir::~DataDir() {
  if (lock_ >= 0) close(lock_);
}

DataDir::DataDir(DataDir&& other) noexcept : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

DataDir& DataDir::operator=(DataDir&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(lock_, other.lock_);
  return *this;
}

Result<std::optional<std::string>> DataDir::read(const std::string& name) const {
  const std::string path = path_of(name);
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file && errno == ENOENT) return std::optional<std::string>();
  if (!file) return io_error("can't read " + path);
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  constexpr std::size_t head = sizeof(Digest::bytes);
  if (bytes.size() < head || sha256(std::string_view(bytes).substr(head)).view() != bytes.substr(0, head)) {
    return Error{ErrorCode::corrupt, path + " does not match its checksum"};
  }
  return std::optional(bytes.substr(head));
}

Result<Done> DataDir::write(const std::string& name, std::string_view content) const {
  const std::string path = path_of(name);
  const std::string fresh = path + ".new";
  Result<Done> written = write_synced(fresh, std::string(sha256(content).view()).append(content));
  if (!written) return written;
  if (std::rename(fresh.c_str(), path.c_str()) != 0) return io_error("can't write " + path);
  return sync_folder(path_);
}

}  // namespace bsn
