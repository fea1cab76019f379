#include "gateway/serve/team_service.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "h2/loop.h"
#include "proto/codec.h"
#include "rpc/call_context.h"
#include "rpc/reply_outcome.h"
#include "rpc/secret.h"

namespace bsn {
namespace {

void send_later(const std::shared_ptr<h2::Call>& call, const v1::HolderSays& message) {
  call->loop().post([call, bytes = message.SerializeAsString()] {
    if (call->unsent() + bytes.size() <= TeamService::most_unsent) return call->send(bytes);
    call->finish(outcome_of(refusal(Status::resource_exhausted, Reason::none, "reads too slowly: follow again")));
  });
}

}  // namespace

// All streams of followers, and who handles them.
class TeamService::Team final : public h2::CallHandler, public std::enable_shared_from_this<Team> {
 public:
  explicit Team(const std::optional<Digest>& key_hash) : key_hash_(key_hash) {}

  std::shared_ptr<h2::CallHandler> start(h2::Call& call) {
    const std::lock_guard lock(mutex_);
    if (const auto refused = refuse(call)) {
      call.finish(outcome_of(*refused));
      return nullptr;
    }
    call.tag = ++last_number_;
    followers_.emplace(call.tag, call.shared_from_this());
    v1::HolderSays first;
    *first.mutable_accounts() = encode(*book_->now());
    call.send(first.SerializeAsString());
    return shared_from_this();
  }

  void on_message(h2::Call& call, std::string& message) override {
    v1::FollowerSays says;
    const std::lock_guard lock(mutex_);
    if (!says.ParseFromString(message) || keeper_ == nullptr) return;
    if (!says.city().empty()) spdlog::info("the gateway of {} follows", says.city());
    for (const v1::QuotaAsk& one : says.asks()) {
      if (const auto ask = decode(one)) keeper_->ask_for(call.tag, *ask);
    }
    for (const v1::QuotaShare& one : says.returned()) {
      if (const auto returned = decode_return(one)) keeper_->give_back(*returned);
    }
  }

  void on_half_close(h2::Call& call) override {
    forget(call.tag);
    call.finish({});
  }
  void on_cancel(h2::Call& call) override { forget(call.tag); }

  void serve(AccountBook* book, QuotaKeeper* keeper) {
    const std::lock_guard lock(mutex_);
    commissioned_ = true;
    book_ = book;
    keeper_ = keeper;
  }

  void tell(const Accounts& accounts) {
    v1::HolderSays news;
    *news.mutable_accounts() = encode(accounts);
    const std::lock_guard lock(mutex_);
    for (const auto& [number, call] : followers_) send_later(call, news);
  }

  void grant(std::uint64_t to, const QuotaGrant& grant) {
    v1::HolderSays news;
    *news.add_granted() = encode(grant);
    const std::lock_guard lock(mutex_);
    if (const auto found = followers_.find(to); found != followers_.end()) send_later(found->second, news);
  }

  std::size_t followers() const {
    const std::lock_guard lock(mutex_);
    return followers_.size();
  }

  void forget_all() {
    const std::lock_guard lock(mutex_);
    book_ = nullptr;
    keeper_ = nullptr;
    followers_.clear();
  }

 private:
  std::optional<Reply> refuse(const h2::Call& call) const {
    const Digest shown = sha256(call.metadata().only("x-team-key").value_or(""));
    if (!on_loopback(call) || !key_hash_ || !same_digest(shown, *key_hash_)) {
      return refusal(Status::unauthenticated, Reason::unknown_key, "for gateways of this network only");
    }
    if (!commissioned_) return refusal(Status::unavailable, Reason::none, "not commissioned yet");
    if (book_ == nullptr) return refusal(Status::failed_precondition, Reason::none, "follows another gateway itself");
    if (followers_.size() < most_followers) return std::nullopt;
    return refusal(Status::resource_exhausted, Reason::gateway_full, "too many gateways follow");
  }

  void forget(std::uint64_t number) {
    const std::lock_guard lock(mutex_);
    followers_.erase(number);
  }

  const std::optional<Digest> key_hash_;
  mutable std::mutex mutex_;  // guards all below
  bool commissioned_ = false;
  AccountBook* book_ = nullptr;  // both or none: this one follows
  QuotaKeeper* keeper_ = nullptr;
  std::uint64_t last_number_ = QuotaKeeper::own;
  std::map<std::uint64_t, std::shared_ptr<h2::Call>> followers_;
};

TeamService::TeamService(h2::Methods& methods, const std::optional<Digest>& key_hash)
    : team_(std::make_shared<Team>(key_hash)) {
  methods.add("/bsn.v1.GatewayTeam/Follow",
              h2::StreamStart([team = team_](h2::Call& call) { return team->start(call); }));
}

TeamService::~TeamService() { team_->forget_all(); }

void TeamService::serve(AccountBook& book, QuotaKeeper& keeper) { team_->serve(&book, &keeper); }
void TeamService::serve_nobody() { team_->serve(nullptr, nullptr); }
void TeamService::tell(const Accounts& accounts) { team_->tell(accounts); }
void TeamService::grant(std::uint64_t to, const QuotaGrant& grant) { team_->grant(to, grant); }
std::size_t TeamService::followers() const { return team_->followers(); }

}  // namespace bsn
