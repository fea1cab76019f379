#include "node/serve/watch_blocks.h"

#include <algorithm>
#include <utility>

#include "h2/loop.h"
#include "proto/city_node.pb.h"
#include "proto/codec.h"
#include "rpc/reply_outcome.h"

namespace bsn {
namespace {

constexpr Height most_lag = 1'024;
constexpr std::size_t most_unsent = 1 << 20;

class WatchBlocks final : public h2::CallHandler,
                          public BlockWatcher,
                          public std::enable_shared_from_this<WatchBlocks> {
 public:
  WatchBlocks(std::shared_ptr<NodeShell> shell, h2::Call& stream)
      : shell_(std::move(shell)), stream_(stream.shared_from_this()) {}

  // Starts from this height; 0: from the next block on.
  void start(ChainIndex chain, Height from) {
    chain_ = chain;
    tip_ = shell_->feed().add(chain, shared_from_this());
    next_ = from == 0 ? tip_ + 1 : from;
    send_blocks();
  }

  void grown_to(Height tip) override {
    tip_ = std::max(tip_, tip);
    send_blocks();
    if (stalled_at_ && tip_ - *stalled_at_ > most_lag) {
      end(refusal(Status::resource_exhausted, Reason::none, "the consumer reads too slowly"));
    }
  }

  // From the thread that stops the node.
  void feed_ended() override {
    stream_->loop().post([self = shared_from_this()] {
      self->end(
          refusal(Status::unavailable, Reason::stopping, "the city node is stopping; resume with the next height"));
    });
  }

  void on_sent(h2::Call&) override { send_blocks(); }
  void on_cancel(h2::Call&) override {}

 private:
  void send_blocks() {
    const Height before = next_;
    while (stream_->open() && next_ <= tip_ && stream_->unsent() < most_unsent) {
      const auto blocks = shell_->store().blocks(chain_, next_, 1, 0);
      if (!blocks) return end(refusal(Status::data_loss, Reason::none, blocks.error().message));
      if (blocks->empty()) return;
      stream_->send(blocks->front().SerializeAsString());
      ++next_;
    }
    if (next_ > tip_) {
      stalled_at_.reset();
    } else if (!stalled_at_ || next_ > before) {
      stalled_at_ = tip_;
    }
  }

  void end(const Reply& why) { stream_->finish(outcome_of(why)); }

  const std::shared_ptr<NodeShell> shell_;
  const std::shared_ptr<h2::Call> stream_;
  ChainIndex chain_;
  Height next_ = 1;                   // to be sent
  Height tip_ = 0;                    // stored
  std::optional<Height> stalled_at_;  // the tip when something was sent last, but not all
};

}  // namespace

std::shared_ptr<h2::CallHandler> start_watch_blocks(NodeProcess& process, h2::Call& stream,
                                                    const v1::WatchBlocksRequest& request) {
  const auto refuse = [&](const Reply& reply) {
    stream.finish(outcome_of(reply));
    return nullptr;
  };
  const std::shared_ptr<NodeShell> shell = process.shell();
  if (!shell) return refuse(process.refuse_without_shell());
  const Result<ChainName> name = decode(request.chain());
  if (!name) return refuse(refusal(Status::invalid_argument, Reason::malformed, name.error().message));
  const auto chain = shell->find_chain(*name);
  if (chain == nullptr) {
    return refuse(refusal(Status::not_found, Reason::not_hosted, to_string(*name) + " is not hosted here"));
  }
  const auto watch = std::make_shared<WatchBlocks>(shell, stream);
  watch->start(chain->index, request.from_height());
  return stream.open() ? watch : nullptr;
}

}  // namespace bsn
