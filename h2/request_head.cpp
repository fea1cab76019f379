#include "h2/request_head.h"

#include "h2/wire_text.h"

namespace bsn::h2 {
namespace {

constexpr std::size_t overhead = 32;

// "application/grpc", "application/grpc+proto", "application/grpc;charset=utf-8".
bool is_grpc(std::string_view content_type) {
  constexpr std::string_view grpc = "application/grpc";
  if (!content_type.starts_with(grpc)) return false;
  content_type.remove_prefix(grpc.size());
  return content_type.empty() || content_type.front() == ';' || content_type == "+proto" ||
         content_type.starts_with("+proto;");
}

}  // namespace

void RequestHead::add(std::string_view name, std::string_view value) {
  bytes_ += name.size() + value.size() + overhead;
  if (bytes_ > most_bytes_) return;
  const bool special = name.starts_with(':') || name.starts_with("grpc-") || name == "content-type" || name == "te" ||
                       name == "user-agent";
  special ? add_special(name, value) : metadata_.add(name, value);
}

void RequestHead::add_special(std::string_view name, std::string_view value) {
  if (name == ":path") {
    path_ = value;
  } else if (name == ":method") {
    post_ = value == "POST";
    if (!post_) verb_ = value;
  } else if (name == "content-type") {
    grpc_ = is_grpc(value);
    if (!grpc_) content_type_ = value;
  } else if (name == "grpc-timeout") {
    bad_timeout_ = bad_timeout_ || timeout_.has_value();  // two of them
    timeout_ = parse_timeout(value);
    bad_timeout_ = bad_timeout_ || !timeout_;
  } else if (name == "grpc-encoding") {
    encoding_ = value == "identity" ? Encoding::identity : (value == "gzip" ? Encoding::gzip : Encoding::unknown);
  }
}

std::optional<Outcome> RequestHead::wrong() const {
  if (bytes_ > most_bytes_) return Outcome(Code::resource_exhausted, "the metadata is too large");
  if (!post_) return Outcome(Code::invalid_argument, "gRPC requests are sent by POST");
  if (!grpc_) return Outcome(Code::invalid_argument, "the content-type is not application/grpc");
  if (forbidden_) return Outcome(Code::invalid_argument, "a byte in the metadata that may not be there");
  if (bad_timeout_) return Outcome(Code::invalid_argument, "grpc-timeout is malformed");
  if (encoding_ != Encoding::unknown) return std::nullopt;
  Outcome outcome(Code::unimplemented, "the grpc-encoding is not known");
  outcome.trailers.emplace_back("grpc-accept-encoding", "identity,gzip");
  return outcome;
}

}  // namespace bsn::h2
