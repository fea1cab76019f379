// TLS for connections, by OpenSSL: whom we are, whom we believe, and the state of one connection, without its socket.
//
// TLS 1.2 and 1.3; no renegotiation, no session tickets (each handshake is a full one, so a certificate that was
// withdrawn is good for no other), no compression.
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace bsn::h2 {

// Files in PEM.
struct TlsServerFiles {
  std::string certificate{};  // with the certificates between it and its authority behind it; empty: no TLS
  std::string key{};
  std::string client_ca{};  // clients must have a certificate of one of these authorities; empty: they need none
};
struct TlsClientFiles {
  std::string ca{};           // the authorities that are believed; empty: no TLS
  std::string certificate{};  // shown to a server that asks; empty: none
  std::string key{};
};

// Whom we are and whom we believe. Immutable; any thread.
class Tls {
 public:
  // `protocol`: the only one of ALPN (RFC 7301) that is spoken here, "h2" or "http/1.1". Error: invalid_configuration,
  // naming the file.
  static Result<std::shared_ptr<const Tls>> for_server(const TlsServerFiles& files, std::string protocol);
  static Result<std::shared_ptr<const Tls>> for_client(const TlsClientFiles& files, std::string protocol);

  Tls(const Tls&) = delete;
  Tls& operator=(const Tls&) = delete;

  SSL_CTX* native() const { return context_.get(); }
  const std::string& protocol() const { return protocol_; }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  Tls(const SSL_METHOD* method, std::string protocol);

  std::unique_ptr<SSL_CTX, Free> context_;
  std::string protocol_;
};

// One connection. Not for several threads. Bounds: what came and is no whole record yet, 16 KiB; what is to be written
// waits in out() and is bounded by who takes it.
class TlsSession {
 public:
  explicit TlsSession(const Tls& tls);  // a server's
  TlsSession(const Tls& tls,
             const std::string& host);  // a client's; the certificate must be for this IP address or name

  // Takes what the socket brought, and appends what it says to `plain`. Before ready() that is nothing. False: the
  // connection is over; wrong() says why, empty if the other side has ended it in order.
  bool take(std::span<const std::uint8_t> sealed, std::vector<std::uint8_t>& plain);

  // Seals for out(). Precondition: ready(). False: the connection is over.
  bool seal(std::span<const std::uint8_t> plain);

  // Tells the other side that nothing more comes (RFC 8446, 6.1).
  void end();

  // What must go to the socket: taken from here by whoever writes.
  std::vector<std::uint8_t>& out() { return out_; }

  // Nothing has come yet.
  bool untouched() const { return SSL_in_before(ssl_.get()) == 1; }

  // The handshake is done.
  bool ready() const { return SSL_is_init_finished(ssl_.get()) == 1; }

  // Whether ALPN has agreed on the protocol of the Tls.
  bool agreed() const;

  const std::string& wrong() const { return wrong_; }

 private:
  friend struct TlsPipe;
  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  void begin(const Tls& tls);
  bool over(int result);

  std::unique_ptr<SSL, Free> ssl_;
  const std::string& protocol_;
  std::span<const std::uint8_t> in_;  // of the take() under way
  std::vector<std::uint8_t> out_;
  std::string wrong_;
};

}  // namespace bsn::h2
