#include "h2/gunzip.h"

#include <zlib.h>

#include <algorithm>
#include <memory>

namespace bsn::h2 {
namespace {

constexpr std::size_t step = 64 * 1024;
constexpr int gzip_only = 16 + MAX_WBITS;

}  // namespace

Gunzipped gunzip(std::string_view compressed, std::size_t most) {
  z_stream stream{};
  if (inflateInit2(&stream, gzip_only) != Z_OK) return {{}, GunzipError::malformed};
  const std::unique_ptr<z_stream, int (*)(z_stream*)> at_end(&stream, inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));  // zlib only reads it
  stream.avail_in = static_cast<uInt>(compressed.size());
  Gunzipped result;
  for (int state = Z_OK; state != Z_STREAM_END;) {
    const std::size_t before = result.bytes.size();
    if (before > most) return {{}, GunzipError::too_large};
    result.bytes.resize(std::min(before + step, most + 1));
    stream.next_out = reinterpret_cast<Bytef*>(result.bytes.data() + before);
    stream.avail_out = static_cast<uInt>(result.bytes.size() - before);
    state = inflate(&stream, Z_NO_FLUSH);
    result.bytes.resize(stream.total_out);
    const bool stuck = state == Z_BUF_ERROR || (state == Z_OK && result.bytes.size() == before);
    if (stuck || (state != Z_OK && state != Z_STREAM_END)) return {{}, GunzipError::malformed};
  }
  if (stream.avail_in > 0) return {{}, GunzipError::malformed};
  if (result.bytes.size() > most) return {{}, GunzipError::too_large};
  return result;
}

}  // namespace bsn::h2
