// A following gateway's stream to the holder: accounts come over it, asks for shares go out and grants come back.
//
// Opened again after a bounded back-off whenever it breaks. What is asked while it is down waits for the holder: calls
// go on as long as the present shares last, then they are refused (fails closed). What was asked on a stream that broke
// is asked again by the calls that are refused. Threads: ask() on the loop's; give_back(), settle() and stop() from
// another one. Bounds: one stream; of each project one ask waits.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "core/account.h"
#include "gateway/serve/quota_source.h"
#include "h2/client_stream.h"
#include "proto/gateway_team.pb.h"

namespace bsn {

class HolderLink final : public QuotaSource {
 public:
  struct Target {
    std::string address;  // of the holder
    std::string key;      // the team's secret
    std::string city;     // this gateway's home
  };

  // Opens the stream from the loop's next turn on. `accounts`: on the loop's thread, whatever the holder sends; it may
  // be what is known already.
  HolderLink(h2::Loop& loop, Target target, Granted granted, std::function<void(const Accounts&)> accounts);
  ~HolderLink() override { stop(); }

  void ask(const QuotaAsk& ask) override;
  void give_back(const QuotaReturn& returned) override;
  void settle() override {}
  // Precondition: the loop turns still, and this is not its thread.
  void stop() override;

 private:
  void open();
  void heard(const std::string& bytes);
  void begun();
  void lost(const h2::Outcome& outcome);
  void send(const v1::FollowerSays& message);

  h2::Loop& loop_;
  const Target target_;
  const Granted granted_;
  const std::function<void(const Accounts&)> accounts_;
  bool stopped_ = false;

  // The loop's only.
  std::shared_ptr<h2::ClientStream> stream_;
  bool heard_ = false;                      // anything on this stream
  std::map<std::string, QuotaAsk> unsaid_;  // by project
  std::chrono::milliseconds backoff_;
  boost::asio::steady_timer timer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // until stop()
};

}  // namespace bsn
