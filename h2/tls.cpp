#include "h2/tls.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "core/check.h"

namespace bsn::h2 {
namespace {

constexpr std::size_t largest_record = 16 * 1024;

// What OpenSSL noted of the last failure, and forgets.
std::string last_reason() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return reason ? reason : "the connection broke off";
}

Error unusable(const std::string& what, const std::string& file) {
  return {ErrorCode::invalid_configuration, what + " '" + file + "' can't be used: " + last_reason()};
}

// A key that wants a password is refused: nobody is there to type it.
int no_password(char*, int, int, void*) { return 0; }

// A client that offers protocols, but not ours, is told so by an alert. The list has a byte of length before each.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned int offered_size, void* tls) {
  const std::string_view list(reinterpret_cast<const char*>(offered), offered_size);
  const std::string& ours = static_cast<const Tls*>(tls)->protocol();
  for (std::size_t at = 0; at < list.size(); at += 1 + offered[at]) {
    if (list.substr(at + 1, offered[at]) != ours) continue;
    *chosen = offered + at + 1;
    *size = offered[at];
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

std::optional<Error> use_certificate(SSL_CTX* context, const std::string& certificate, const std::string& key) {
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1) {
    return unusable("the certificate", certificate);
  }
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1) return unusable("the key", key);
  if (SSL_CTX_check_private_key(context) != 1) return unusable("with that certificate the key", key);
  return std::nullopt;
}

std::optional<Error> believe(SSL_CTX* context, const std::string& ca, int how) {
  if (SSL_CTX_load_verify_locations(context, ca.c_str(), nullptr) != 1) {
    return unusable("the certificate of an authority", ca);
  }
  SSL_CTX_set_verify(context, how, nullptr);
  return std::nullopt;
}

}  // namespace

// ---- whom we are and whom we believe ----

Tls::Tls(const SSL_METHOD* method, std::string protocol)
    : context_(SSL_CTX_new(method)), protocol_(std::move(protocol)) {
  BSN_CHECK(context_ != nullptr, "OpenSSL is out of memory");
  SSL_CTX_set_min_proto_version(native(), TLS1_2_VERSION);
  SSL_CTX_set_options(
      native(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_num_tickets(native(), 0);
  SSL_CTX_set_session_cache_mode(native(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(native(), SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_default_passwd_cb(native(), no_password);
}

Result<std::shared_ptr<const Tls>> Tls::for_server(const TlsServerFiles& files, std::string protocol) {
  const std::shared_ptr<Tls> tls(new Tls(TLS_server_method(), std::move(protocol)));
  SSL_CTX_set_alpn_select_cb(tls->native(), choose_protocol, tls.get());
  if (auto wrong = use_certificate(tls->native(), files.certificate, files.key)) return *wrong;
  if (files.client_ca.empty()) return std::shared_ptr<const Tls>(tls);
  if (auto wrong = believe(tls->native(), files.client_ca, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT)) {
    return *wrong;
  }
  SSL_CTX_set_client_CA_list(tls->native(), SSL_load_client_CA_file(files.client_ca.c_str()));
  return std::shared_ptr<const Tls>(tls);
}

Result<std::shared_ptr<const Tls>> Tls::for_client(const TlsClientFiles& files, std::string protocol) {
  const std::shared_ptr<Tls> tls(new Tls(TLS_client_method(), std::move(protocol)));
  const std::string offered = static_cast<char>(tls->protocol_.size()) + tls->protocol_;
  SSL_CTX_set_alpn_protos(tls->native(), reinterpret_cast<const unsigned char*>(offered.data()),
                          static_cast<unsigned int>(offered.size()));
  if (auto wrong = believe(tls->native(), files.ca, SSL_VERIFY_PEER)) return *wrong;
  if (files.certificate.empty()) return std::shared_ptr<const Tls>(tls);
  if (auto wrong = use_certificate(tls->native(), files.certificate, files.key)) return *wrong;
  return std::shared_ptr<const Tls>(tls);
}

// ---- one connection ----

// A BIO that reads what take() was given and writes to out(): nothing is buffered twice.
struct TlsPipe {
  static TlsSession& of(BIO* bio) { return *static_cast<TlsSession*>(BIO_get_data(bio)); }

  static int read(BIO* bio, char* to, std::size_t most, std::size_t* count) {
    std::span<const std::uint8_t>& in = of(bio).in_;
    *count = std::min(most, in.size());
    BIO_clear_retry_flags(bio);
    if (*count == 0) {
      BIO_set_retry_read(bio);
      return 0;
    }
    std::copy_n(in.begin(), *count, to);
    in = in.subspan(*count);
    return 1;
  }
  static int write(BIO* bio, const char* from, std::size_t count, std::size_t* written) {
    std::vector<std::uint8_t>& out = of(bio).out_;
    out.insert(out.end(), from, from + count);
    *written = count;
    return 1;
  }
  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }
  static int create(BIO* bio) {
    BIO_set_init(bio, 1);
    return 1;
  }

  static BIO_METHOD* make() {
    BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "take and out");
    BIO_meth_set_read_ex(method, read);
    BIO_meth_set_write_ex(method, write);
    BIO_meth_set_ctrl(method, control);
    BIO_meth_set_create(method, create);
    return method;
  }
};

void TlsSession::begin(const Tls& tls) {
  static BIO_METHOD* const pipe = TlsPipe::make();
  ssl_.reset(SSL_new(tls.native()));
  BIO* bio = BIO_new(pipe);
  BSN_CHECK(ssl_ != nullptr && bio != nullptr, "OpenSSL is out of memory");
  BIO_set_data(bio, this);
  SSL_set_bio(ssl_.get(), bio, bio);
}

TlsSession::TlsSession(const Tls& tls) : protocol_(tls.protocol()) {
  begin(tls);
  SSL_set_accept_state(ssl_.get());
}

TlsSession::TlsSession(const Tls& tls, const std::string& host) : protocol_(tls.protocol()) {
  begin(tls);
  SSL_set_connect_state(ssl_.get());
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), host.c_str()) != 1) {
    SSL_set1_host(ssl_.get(), host.c_str());
    SSL_set_tlsext_host_name(ssl_.get(), host.c_str());
  }
  ERR_clear_error();
  SSL_do_handshake(ssl_.get());  // says hello
}

bool TlsSession::take(std::span<const std::uint8_t> sealed, std::vector<std::uint8_t>& plain) {
  in_ = sealed;
  ERR_clear_error();
  if (!ready()) {
    const int result = SSL_do_handshake(ssl_.get());
    if (result != 1) return !over(result);
  }
  while (true) {
    const std::size_t before = plain.size();
    plain.resize(before + largest_record);
    std::size_t count = 0;
    const int result = SSL_read_ex(ssl_.get(), plain.data() + before, largest_record, &count);
    plain.resize(before + count);
    if (result != 1) return !over(result);
  }
}

// Whether no more can be read, now that OpenSSL has given back this.
bool TlsSession::over(int result) {
  const int error = SSL_get_error(ssl_.get(), result);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return false;
  if (error == SSL_ERROR_ZERO_RETURN) return true;
  const long verified = SSL_get_verify_result(ssl_.get());
  wrong_ = last_reason();
  if (verified != X509_V_OK) wrong_ += std::string(" (") + X509_verify_cert_error_string(verified) + ")";
  return true;
}

// All is taken at once, for the pipe takes all.
bool TlsSession::seal(std::span<const std::uint8_t> plain) {
  if (plain.empty()) return true;
  std::size_t written = 0;
  ERR_clear_error();
  return SSL_write_ex(ssl_.get(), plain.data(), plain.size(), &written) == 1;
}

void TlsSession::end() {
  if (!ready()) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
}

bool TlsSession::agreed() const {
  const unsigned char* chosen = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &chosen, &size);
  return std::string_view(reinterpret_cast<const char*>(chosen), size) == protocol_;
}

}  // namespace bsn::h2
