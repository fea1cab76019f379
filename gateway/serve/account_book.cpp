#include "gateway/serve/account_book.h"

#include <utility>

namespace bsn {

AccountBook::AccountBook(GatewayDisk& disk, Accounts accounts,
                         std::function<void(std::shared_ptr<const Accounts>)> changed)
    : disk_(disk), changed_(std::move(changed)), accounts_(std::make_shared<const Accounts>(std::move(accounts))) {}

std::shared_ptr<const Accounts> AccountBook::now() const {
  const std::lock_guard lock(mutex_);
  return accounts_;
}

Result<std::shared_ptr<const Accounts>> AccountBook::change(const std::vector<AccountChange>& changes) {
  const std::lock_guard writing(writing_);
  if (broken_) return Error{ErrorCode::io, "the disk failed before: restart the gateway"};
  Accounts next = *now();
  for (const AccountChange& one : changes) {
    Result<Accounts> after = changed(next, one);
    if (!after) return after.error();
    next = std::move(*after);
  }
  const Result<Done> written = disk_.write(next);
  broken_ = !written.ok();
  if (!written) return written.error();
  const auto shared = std::make_shared<const Accounts>(std::move(next));
  show(shared);
  return shared;
}

// Whoever was revoked is refused even when the disk fails: the other gateway has it on its own.
Result<Done> AccountBook::follow(const Accounts& accounts) {
  const std::lock_guard writing(writing_);
  const auto known = now();
  if (accounts.revision <= known->revision) return Done{};
  if (const auto wrong = check_next(*known, accounts)) return Error{ErrorCode::corrupt, *wrong};
  Result<Done> written = disk_.write(accounts);
  show(std::make_shared<const Accounts>(accounts));
  return written;
}

void AccountBook::show(std::shared_ptr<const Accounts> accounts) {
  {
    const std::lock_guard lock(mutex_);
    accounts_ = accounts;
  }
  changed_(std::move(accounts));
}

}  // namespace bsn
