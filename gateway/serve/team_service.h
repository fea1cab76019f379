// The gRPC service bsn.v1.GatewayTeam: the holder's side. Gateways that follow hear of accounts and get their shares of
// the day's calls.
//
// Threads: any; what is sent to a follower is sent on the loop of its connection. Bounds: `most_followers` streams; a
// follower that does not read `most_unsent` bytes is dropped, and comes again.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "gateway/serve/account_book.h"
#include "gateway/serve/quota_keeper.h"
#include "h2/call.h"
#include "proto/gateway_team.pb.h"

namespace bsn {

class TeamService {
 public:
  static constexpr std::size_t most_followers = 1'000;
  static constexpr std::size_t most_unsent = 64 * 1024 * 1024;

  // Adds its method to a server that has not started. `key_hash`: SHA-256 of the team's secret; nullopt: there is no
  // team, everybody is refused.
  TeamService(h2::Methods& methods, const std::optional<Digest>& key_hash);
  ~TeamService();

  // From now on this gateway is the holder; both outlive the server's loops.
  void serve(AccountBook& book, QuotaKeeper& keeper);
  // From now on it follows another one: whoever would follow it is refused.
  void serve_nobody();

  // To everybody who follows.
  void tell(const Accounts& accounts);
  // To the one of this number, unless it has gone: then the grant counts as used.
  void grant(std::uint64_t to, const QuotaGrant& grant);

  // How many follow now.
  std::size_t followers() const;

 private:
  class Team;
  std::shared_ptr<Team> team_;  // lives as long as a stream does
};

}  // namespace bsn
