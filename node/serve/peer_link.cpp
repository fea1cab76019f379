#include "node/serve/peer_link.h"

#include <spdlog/spdlog.h>

#include <atomic>
#include <utility>

#include "proto/codec.h"

namespace bsn {
namespace {

// Every envelope of a message, or what is wrong with it.
Result<std::vector<PeerEnvelope>> decode_envelopes(const NodeShell& shell, const v1::PeerMessages& messages) {
  const CityIndex from{messages.from_city()};
  std::vector<PeerEnvelope> envelopes;
  if (!shell.knows(from)) return Error{ErrorCode::corrupt, "city " + std::to_string(from.value) + " is no peer"};
  for (const v1::PeerMessage& message : messages.messages()) {
    const auto chain = shell.find_chain(ChainIndex{message.chain()});
    if (chain == nullptr) continue;
    auto decoded = decode_peer_message(message, chain->name);
    if (!decoded) return decoded.error();
    envelopes.push_back({chain->index, from, share(std::move(*decoded))});
  }
  return envelopes;
}

class PeerLink : public grpc::ServerReadReactor<v1::PeerMessages> {
 public:
  explicit PeerLink(NodeProcess& process) : shell_(process.shell()) {
    if (!shell_) {
      finish({grpc::StatusCode::UNAVAILABLE, "this city node takes no messages now"});
      return;
    }
    StartRead(&incoming_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return finish(grpc::Status::OK);
    auto envelopes = decode_envelopes(*shell_, incoming_);
    if (!envelopes) {
      spdlog::warn("a peer link is refused: {}", envelopes.error().message);
      return finish({grpc::StatusCode::INVALID_ARGUMENT, envelopes.error().message});
    }
    shell_->deliver(std::move(*envelopes));
    StartRead(&incoming_);
  }

  void OnCancel() override { finish(grpc::Status::CANCELLED); }

  void OnDone() override { delete this; }

 private:
  void finish(const grpc::Status& status) {
    if (!finished_.exchange(true)) Finish(status);
  }

  std::shared_ptr<NodeShell> shell_;
  v1::PeerMessages incoming_;
  std::atomic<bool> finished_{false};
};

}  // namespace

grpc::ServerReadReactor<v1::PeerMessages>* start_peer_link(NodeProcess& process) { return new PeerLink(process); }

}  // namespace bsn
