#include "gateway/serve/commission_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "core/digest.h"
#include "proto/codec.h"

namespace bsn {
namespace {

Error io_error(const std::string& what, const std::string& path) {
  return {ErrorCode::io, what + " " + path + ": " + std::strerror(errno)};
}

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// Writes the file and has it on the disk.
Result<Done> write_synced(const std::string& path, std::string_view bytes) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return io_error("can't create", path);
  const bool done = write_all(file, bytes) && ::fsync(file) == 0;
  const Error failed = io_error("can't write", path);
  ::close(file);
  if (!done) return failed;
  return Done{};
}

Result<Done> sync_folder(const std::string& path) {
  const int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool done = folder >= 0 && ::fsync(folder) == 0;
  const Error failed = io_error("can't sync", path);
  if (folder >= 0) ::close(folder);
  if (!done) return failed;
  return Done{};
}

}  // namespace

Result<CommissionFile> CommissionFile::open(const std::string& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) return Error{ErrorCode::io, "can't make the folder " + folder + ": " + failed.message()};
  const std::string path = folder + "/lock";
  const int lock = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return io_error("can't open", path);
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock);
    return Error{ErrorCode::already_running, "another process uses the folder " + folder};
  }
  return CommissionFile(folder, lock);
}

CommissionFile::~CommissionFile() {
  if (lock_ >= 0) ::close(lock_);
}

CommissionFile::CommissionFile(CommissionFile&& other) noexcept
    : folder_(std::move(other.folder_)), lock_(std::exchange(other.lock_, -1)) {}

Result<std::optional<GatewaySpec>> CommissionFile::read() const {
  const std::string path = folder_ + "/commission";
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    if (errno == ENOENT) return std::optional<GatewaySpec>();
    return io_error("can't read", path);
  }
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const std::size_t head = sizeof(Digest::bytes);
  const std::string body = bytes.size() > head ? bytes.substr(head) : std::string();
  if (body.empty() || sha256(body).view() != std::string_view(bytes).substr(0, head)) {
    return Error{ErrorCode::corrupt, path + " is damaged; remove it to start anew"};
  }
  v1::CommissionGatewayRequest message;
  if (!message.ParseFromString(body)) return Error{ErrorCode::corrupt, path + " is no commission"};
  Result<GatewaySpec> spec = decode(message);
  if (!spec) return Error{ErrorCode::corrupt, path + ": " + spec.error().message};
  return std::optional(std::move(*spec));
}

Result<Done> CommissionFile::write(const GatewaySpec& spec) const {
  const std::string path = folder_ + "/commission";
  const std::string body = encode(spec).SerializeAsString();
  const Result<Done> written = write_synced(path + ".new", std::string(sha256(body).view()) + body);
  if (!written) return written;
  if (std::rename((path + ".new").c_str(), path.c_str()) != 0) return io_error("can't rename to", path);
  return sync_folder(folder_);
}

}  // namespace bsn
