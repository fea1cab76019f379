// One GetTransfer or WatchTransfer: looks once, or again and again until the transfer is finished.
//
// A watch looks every second while its client keeps up, tells what has changed, and bears failures_max failed looks in
// a row. Threads: the loop's.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>

#include "gateway/serve/transfer_look.h"
#include "h2/call.h"

namespace bsn {

struct TransferSubject {
  PacketName packet;
  bool one_way = false;
};

class TransferWatch final : public h2::CallHandler, public std::enable_shared_from_this<TransferWatch> {
 public:
  enum class Ends : std::uint8_t { after_one_look, when_finished };
  static constexpr std::chrono::seconds interval{1};
  static constexpr int failures_max = 10;

  static std::shared_ptr<TransferWatch> start(const h2::Methods& methods, h2::Call& call, edge::Caller caller,
                                              const TransferSubject& subject, Ends ends);

  TransferWatch(const h2::Methods& methods, h2::Call& call, edge::Caller caller, const TransferSubject& subject,
                Ends ends);

  void on_cancel(h2::Call&) override;

 private:
  void look();
  void look_again();
  void saw(std::variant<v1::TransferState, h2::Outcome> seen);
  void failed(const h2::Outcome& outcome);

  const h2::Methods& methods_;
  const std::shared_ptr<h2::Call> call_;
  const edge::Caller caller_;
  const TransferSubject subject_;
  const Ends ends_;
  boost::asio::steady_timer pause_;
  std::shared_ptr<TransferLook> look_;
  std::string told_;  // the stage that the client knows
  int failures_ = 0;
  bool gone_ = false;
};

}  // namespace bsn
