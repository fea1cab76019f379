#include "rpc/secret.h"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace bsn {

Digest random_secret() {
  Digest secret;
  std::size_t got = 0;
  while (got < secret.bytes.size()) {
    const ssize_t more = getrandom(secret.bytes.data() + got, secret.bytes.size() - got, 0);
    BSN_CHECK(more > 0 || errno == EINTR, "the kernel gives random bytes");
    if (more > 0) got += static_cast<std::size_t>(more);
  }
  return secret;
}

Result<Done> write_private_file(const std::string& path, std::string_view content) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) {
    const ErrorCode code = errno == EEXIST ? ErrorCode::already_exists : ErrorCode::io;
    return Error{code, "can't make " + path + ": " + std::strerror(errno)};
  }
  const bool written =
      write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size()) && fsync(file) == 0;
  close(file);
  if (!written) return Error{ErrorCode::io, "can't write " + path};
  return Done{};
}

Result<std::string> read_secret(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!file || !std::getline(file, line)) return Error{ErrorCode::io, "can't read " + path};
  if (line.empty() || line.size() > 4096) return Error{ErrorCode::corrupt, path + " holds no key in its first line"};
  return line;
}

bool same_digest(const Digest& a, const Digest& b) {
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.bytes.size(); ++i) difference |= static_cast<unsigned>(a.bytes[i] ^ b.bytes[i]);
  return difference == 0;
}

}  // namespace bsn
