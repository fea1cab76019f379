// The gRPC service bsn.v1.Accounts: for administrators, who show the admin key and are on this machine.
//
// Threads: the loops' of the HTTP/2 server. A change waits for the disk there, some milliseconds.
#pragma once

#include <atomic>
#include <string>

#include "gateway/serve/account_book.h"
#include "gateway/serve/gateway_shell.h"
#include "h2/server.h"
#include "proto/accounts.pb.h"

namespace bsn {

class AccountService {
 public:
  // Adds its methods to a server that has not started.
  AccountService(h2::Methods& methods, const Digest& admin_key_hash);

  // From now on changes go to this book, of the gateway that this shell drives; both outlive the server's loops. A
  // gateway that follows another one refuses them and says where to send them.
  void serve(AccountBook& book, const GatewayShell& shell) {
    shell_.store(&shell);
    book_.store(&book);
  }

 private:
  template <class Request, class Function>
  void add(h2::Methods& methods, const char* name, Function function);
  std::optional<Reply> refuse(const h2::Call& call) const;
  std::optional<Reply> refuse_change() const;

  const Digest admin_key_hash_;
  std::atomic<const GatewayShell*> shell_{nullptr};
  std::atomic<AccountBook*> book_{nullptr};
};

}  // namespace bsn
