#include "node/serve/watch_blocks.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "proto/codec.h"
#include "rpc/refusal.h"

namespace bsn {
namespace {

constexpr Height most_lag = 1'024;

class WatchBlocks : public grpc::ServerWriteReactor<v1::Block>,
                    public BlockWatcher,
                    public std::enable_shared_from_this<WatchBlocks> {
 public:
  WatchBlocks(std::shared_ptr<NodeShell> shell, grpc::CallbackServerContext* context)
      : shell_(std::move(shell)), context_(context) {}

  // Starts from this height; 0: from the next block on.
  void start(ChainIndex chain, Height from) {
    self_ = shared_from_this();
    chain_ = chain;
    const Height tip = shell_->feed().add(chain, self_);
    const std::lock_guard lock(mutex_);
    tip_ = std::max(tip_, tip);
    next_ = from == 0 ? tip + 1 : from;
    started_ = true;
    write_if_idle();
  }

  // Ends before it began.
  void refuse(const Reply& reply) {
    self_ = shared_from_this();
    finished_ = true;
    Finish(finish_status(*context_, reply));
  }

  void grown_to(Height tip) override {
    const std::lock_guard lock(mutex_);
    tip_ = std::max(tip_, tip);
    if (writing_) {
      check_lag();
    } else {
      write_if_idle();
    }
  }

  void feed_ended() override {
    const std::lock_guard lock(mutex_);
    end(refusal(Status::unavailable, Reason::stopping, "the city node is stopping; resume with the next height"));
  }

  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    if (!ok) end(refusal(Status::cancelled, Reason::none, "the consumer is gone"));
    if (ending_) return finish();
    write_if_idle();
  }

  void OnCancel() override {
    const std::lock_guard lock(mutex_);
    writing_ = false;  // what is in flight will never be read
    end(refusal(Status::cancelled, Reason::none, "the consumer is gone"));
  }

  void OnDone() override { self_.reset(); }

 private:
  // Under mutex_, as all below.
  void write_if_idle() {
    if (!started_ || writing_ || ending_ || next_ > tip_) return;
    auto blocks = shell_->store().blocks(chain_, next_, 1, 0);
    if (!blocks) return end(refusal(Status::data_loss, Reason::none, blocks.error().message));
    if (blocks->empty()) return;
    outgoing_ = std::move(blocks->front());
    ++next_;
    writing_ = true;
    tip_at_write_ = tip_;
    StartWrite(&outgoing_);
  }

  void check_lag() {
    const Height lag = tip_ - tip_at_write_;
    if (lag > most_lag) end(refusal(Status::resource_exhausted, Reason::none, "the consumer reads too slowly"));
    if (lag > 2 * most_lag) context_->TryCancel();
  }

  void end(Reply why) {
    if (!ending_) why_ = std::move(why);
    ending_ = true;
    if (!writing_) finish();
  }

  void finish() {
    if (finished_) return;
    finished_ = true;
    Finish(finish_status(*context_, why_));
  }

  std::shared_ptr<NodeShell> shell_;
  grpc::CallbackServerContext* context_;
  ChainIndex chain_;

  std::mutex mutex_;
  Height next_ = 1;          // to be written
  Height tip_ = 0;           // stored
  Height tip_at_write_ = 0;  // when the write in flight began
  v1::Block outgoing_;
  bool started_ = false;
  bool writing_ = false;
  bool ending_ = false;
  bool finished_ = false;
  Reply why_;
  std::shared_ptr<WatchBlocks> self_;  // until OnDone
};

}  // namespace

grpc::ServerWriteReactor<v1::Block>* start_watch_blocks(NodeProcess& process, grpc::CallbackServerContext* context,
                                                        const v1::WatchBlocksRequest& request) {
  const std::shared_ptr<NodeShell> shell = process.shell();
  const auto reactor = std::make_shared<WatchBlocks>(shell, context);
  const Result<ChainName> name = decode(request.chain());
  const auto chain = shell && name ? shell->find_chain(*name) : nullptr;
  if (!shell) {
    reactor->refuse(process.refuse_without_shell());
  } else if (!name) {
    reactor->refuse(refusal(Status::invalid_argument, Reason::malformed, name.error().message));
  } else if (chain == nullptr) {
    reactor->refuse(refusal(Status::not_found, Reason::not_hosted, to_string(*name) + " is not hosted here"));
  } else {
    reactor->start(chain->index, request.from_height());
  }
  return reactor.get();
}

}  // namespace bsn
