// Follows the final blocks of a chain into a ChainView, by the gateway's WatchBlocks.
//
// It begins with the first caller who needs it, and watches by that caller's key; when the watch ends, the next one
// starts it again, or who has asked to keep it going. Threads: its loop's.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <vector>

#include "edge/dialect.h"
#include "edge/ethereum/chain_view.h"
#include "edge/inner_call.h"

namespace bsn::edge::ethereum {

class ChainFeed {
 public:
  using Ready = std::function<void(const h2::Outcome& outcome)>;
  using OnBlock = std::function<void(const BlockView& block)>;

  // `wanted`: whether the feed is to go on by itself after an end.
  ChainFeed(const DialectPlace& place, OnBlock on_block, std::function<bool()> wanted);

  const ChainView& view() const { return view_; }

  // Calls `ready` once the view has every block that was final when this was called first, or with what went wrong.
  void when_ready(const Caller& caller, Ready ready);

  // Ends the watch for good.
  void stop();

 private:
  void follow(const Caller& caller);
  void ask_height();
  void got(std::string_view bytes);
  void ended(const h2::Outcome& outcome);
  void tell(const h2::Outcome& outcome);

  const DialectPlace place_;
  const OnBlock on_block_;
  const std::function<bool()> wanted_;
  ChainView view_;
  Caller caller_;
  std::shared_ptr<InnerCall> watch_, height_call_;
  std::optional<std::uint64_t> goal_;  // the height that makes the view ready
  std::vector<Ready> waiting_;         // bounded by the requests of open connections
  boost::asio::steady_timer pause_;
  bool stopped_ = false;
};

}  // namespace bsn::edge::ethereum
