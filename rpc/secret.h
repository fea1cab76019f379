// Secrets: made by the kernel's random source, kept in files that only their owner reads.
#pragma once

#include <string>
#include <string_view>

#include "core/digest.h"
#include "core/result.h"

namespace bsn {

// 32 bytes from getrandom(2).
Digest random_secret();

// Makes the file with mode 0600. Error: already_exists when it is there, io.
Result<Done> write_private_file(const std::string& path, std::string_view content);

// The first line of a file, without its end. Error: io, which names the file and not what is in it; corrupt when it is
// empty or longer than 4 KiB.
Result<std::string> read_secret(const std::string& path);

// Whether both are the same, in time that does not depend on where they differ.
bool same_digest(const Digest& a, const Digest& b);

}  // namespace bsn
