#include "node/serve/data_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "core/digest.h"
#include "proto/codec.h"

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

bool write_synced(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = write(descriptor, bytes.data(), bytes.size());
    if (count < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return fsync(descriptor) == 0;
}

}  // namespace

Result<DataDir> DataDir::open(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return Error{ErrorCode::io, "can't make the folder " + path + ": " + error.message()};
  const int lock = ::open((path + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock < 0) return io_error("can't open " + path + "/lock");
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    close(lock);
    return Error{ErrorCode::already_running,
                 path + " is in use by another process; give each node a --data-dir of its own"};
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

Result<std::optional<NodeSpec>> DataDir::read_commission() const {
  const std::string path = path_ + "/commission";
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::optional<NodeSpec>();
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  constexpr std::size_t digest_bytes = 32;
  const std::string_view payload = std::string_view(bytes).substr(std::min(digest_bytes, bytes.size()));
  v1::CommissionNodeRequest message;
  if (std::string_view(bytes).substr(0, digest_bytes) != sha256(payload).view() ||
      !message.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
    return Error{ErrorCode::corrupt, path + " does not match its checksum"};
  }
  Result<NodeSpec> spec = decode(message);
  if (!spec) return Error{ErrorCode::corrupt, path + ": " + spec.error().message};
  return std::optional<NodeSpec>(std::move(*spec));
}

Result<Done> DataDir::write_commission(const NodeSpec& spec) const {
  const std::string payload = encode(spec).SerializeAsString();
  const std::string path = path_ + "/commission";
  const std::string fresh = path + ".new";
  const Descriptor file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (file.get() < 0) return io_error("can't write " + fresh);
  if (!write_synced(file.get(), std::string(sha256(payload).view()) + payload)) return io_error("can't write " + fresh);
  if (std::rename(fresh.c_str(), path.c_str()) != 0) return io_error("can't write " + path);
  const Descriptor folder(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0 || fsync(folder.get()) != 0) return io_error("can't sync " + path_);
  return Done{};
}

}  // namespace bsn
