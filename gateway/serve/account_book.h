// The accounts of a running gateway: read by many, changed by administrators, on the disk before anybody sees a change.
//
// Any thread.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "gateway/account_change.h"
#include "gateway/serve/gateway_disk.h"

namespace bsn {

class AccountBook {
 public:
  // `changed` hears of every new state, one after the other; the disk outlives the book.
  AccountBook(GatewayDisk& disk, Accounts accounts, std::function<void(std::shared_ptr<const Accounts>)> changed);

  std::shared_ptr<const Accounts> now() const;

  // All of these changes happen, or none; gives the accounts after them. Errors: those of changed() in
  // gateway/account_change.h, and of the disk, after which every further change is refused.
  Result<std::shared_ptr<const Accounts>> change(const std::vector<AccountChange>& changes);

  // Goes over to what another gateway says, unless it is no newer than what is known. Errors: it does not follow from
  // that, and nothing has changed; io: it holds, but is not on this disk.
  Result<Done> follow(const Accounts& accounts);

 private:
  void show(std::shared_ptr<const Accounts> accounts);

  GatewayDisk& disk_;
  std::function<void(std::shared_ptr<const Accounts>)> changed_;
  std::mutex writing_;        // held by a whole change
  mutable std::mutex mutex_;  // guards accounts_
  std::shared_ptr<const Accounts> accounts_;
  bool broken_ = false;
};

}  // namespace bsn
