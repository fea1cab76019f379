#include "gateway/serve/holder_link.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <future>
#include <utility>

#include "proto/codec.h"

namespace bsn {
namespace {

constexpr std::chrono::milliseconds least_backoff{50};
constexpr std::chrono::milliseconds longest_backoff{1'000};

}  // namespace

HolderLink::HolderLink(h2::Loop& loop, Target target, Granted granted, std::function<void(const Accounts&)> accounts)
    : loop_(loop),
      target_(std::move(target)),
      granted_(std::move(granted)),
      accounts_(std::move(accounts)),
      backoff_(least_backoff),
      timer_(loop.io()) {
  loop_.post([this] { open(); });
}

void HolderLink::stop() {
  if (std::exchange(stopped_, true)) return;
  std::promise<void> closed;
  loop_.post([this, &closed] {
    if (stream_) stream_->close();
    stream_.reset();
    alive_.reset();
    timer_.cancel();
    closed.set_value();
  });
  closed.get_future().wait();
}

// ---- on the loop's thread ----

void HolderLink::open() {
  if (!alive_) return;
  heard_ = false;
  h2::ClientStream::Listener listener;
  listener.on_message = [this](const std::string& bytes) { heard(bytes); };
  listener.on_closed = [this](const h2::Outcome& outcome) { lost(outcome); };
  stream_ = h2::ClientStream::open(
      loop_, {target_.address, "/bsn.v1.GatewayTeam/Follow", {{"x-team-key", target_.key}}}, std::move(listener));
  v1::FollowerSays hello;
  hello.set_city(target_.city);
  send(hello);
}

void HolderLink::heard(const std::string& bytes) {
  v1::HolderSays says;
  if (!says.ParseFromString(bytes)) return;
  if (!std::exchange(heard_, true)) begun();
  if (says.has_accounts()) {
    const Result<Accounts> accounts = decode(says.accounts());
    if (accounts) {
      accounts_(*accounts);
    } else {
      spdlog::error("the holder's accounts are not taken: {}", accounts.error().message);
    }
  }
  for (const v1::QuotaShare& one : says.granted()) {
    if (const auto grant = decode_grant(one)) granted_(*grant);
  }
}

void HolderLink::begun() {
  spdlog::info("follows the gateway at {}", target_.address);
  backoff_ = least_backoff;
  v1::FollowerSays message;
  for (const auto& [project, ask] : unsaid_) *message.add_asks() = encode(ask);
  unsaid_.clear();
  if (message.asks_size() > 0) send(message);
}

void HolderLink::lost(const h2::Outcome& outcome) {
  stream_.reset();
  if (std::exchange(heard_, false)) spdlog::warn("lost the gateway at {}: {}", target_.address, outcome.message);
  timer_.expires_after(backoff_);
  backoff_ = std::min(longest_backoff, backoff_ * 2);
  timer_.async_wait([this, alive = std::weak_ptr<bool>(alive_)](const boost::system::error_code& cancelled) {
    if (!cancelled && !alive.expired()) open();
  });
}

void HolderLink::send(const v1::FollowerSays& message) {
  if (!stream_) return;
  stream_->send(message.SerializeAsString());
  stream_->flush();
}

void HolderLink::ask(const QuotaAsk& ask) {
  if (!heard_) {
    unsaid_[ask.project] = ask;
    return;
  }
  v1::FollowerSays message;
  *message.add_asks() = encode(ask);
  send(message);
}

// ---- from another thread ----

void HolderLink::give_back(const QuotaReturn& returned) {
  loop_.post([this, returned] {
    v1::FollowerSays message;
    *message.add_returned() = encode(returned);
    send(message);
  });
}

}  // namespace bsn
