#include "node/serve/peer_link.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "h2/call.h"
#include "proto/city_node.pb.h"
#include "proto/codec.h"
#include "rpc/reply_outcome.h"

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

class PeerLink final : public h2::CallHandler {
 public:
  explicit PeerLink(std::shared_ptr<NodeShell> shell) : shell_(std::move(shell)) {}

  void on_message(h2::Call& call, std::string& message) override {
    v1::PeerMessages incoming;
    if (!incoming.ParseFromString(message)) return refuse(call, "a message can't be decoded");
    auto envelopes = decode_envelopes(*shell_, incoming);
    if (!envelopes) return refuse(call, envelopes.error().message);
    shell_->deliver(std::move(*envelopes));
  }

  void on_half_close(h2::Call& call) override { answer(call, v1::PeerLinkClosed()); }
  void on_cancel(h2::Call&) override {}

 private:
  static void refuse(h2::Call& call, const std::string& why) {
    spdlog::warn("a peer link is refused: {}", why);
    call.finish({h2::Code::invalid_argument, why});
  }

  const std::shared_ptr<NodeShell> shell_;
};

}  // namespace

h2::Method peer_link(NodeProcess& process) {
  return h2::StreamStart([&process](h2::Call& call) -> std::shared_ptr<h2::CallHandler> {
    std::shared_ptr<NodeShell> shell = process.shell();
    if (shell) return std::make_shared<PeerLink>(std::move(shell));
    call.finish({h2::Code::unavailable, "this city node takes no messages now"});
    return nullptr;
  });
}

}  // namespace bsn
