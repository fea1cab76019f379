#include "tests/node/scripted_engine.h"

#include <algorithm>

namespace bsn {
namespace {

class ScriptedEngine : public ConsensusEngine {
 public:
  ScriptedEngine(const ScriptedEngineOptions& options, const EngineConfig& config, const BlockSealed& tip, Instant now)
      : options_(options), config_(config), tip_(tip) {
    if (options_.leader_known) wakeup_ = now;
  }

  void step(Instant now, const EngineInput& input, std::vector<EngineOutput>& out) override {
    std::visit([&](const auto& one) { on(now, one, out); }, input);
  }

  void advance_to(Instant now, std::vector<EngineOutput>& out) override {
    wakeup_.reset();
    if (options_.leader_known && !said_) out.push_back(LeaderIs{ValidatorIndex{0}, 1});
    said_ = true;
    if (cut_ && *cut_ <= now) {
      cut_.reset();
      out.push_back(WantBatch{tip_.height + 1});
    } else {
      wakeup_ = cut_;
    }
  }

  std::optional<Instant> next_wakeup() const override { return wakeup_; }
  std::uint32_t fault_bound() const override { return options_.fault_bound; }
  bool forwards_to_leader_only() const override { return options_.leader_only; }

 private:
  bool leads() const { return config_.self->value == 0; }

  void on(Instant, const MessageArrived& arrived, std::vector<EngineOutput>& out) {
    const auto* message = std::get_if<BftProposal>(&*arrived.message);
    if (message == nullptr || arrived.from.value != 0 || leads()) return;
    if (message->height == tip_.height + 1) out.push_back(Decide{message->proposal});
    if (message->height > tip_.height + 1) out.push_back(FetchBlocks{arrived.from, message->height});
  }

  void on(Instant now, const WorkWaiting& waiting, std::vector<EngineOutput>&) {
    if (!leads() || waiting.transactions == 0 || cut_) return;
    cut_ = now + options_.interval;
    wakeup_ = earlier(wakeup_, cut_);
  }

  void on(Instant now, const BatchOffered& batch, std::vector<EngineOutput>& out) {
    if (batch.transactions.empty()) return;
    const auto proposal =
        std::make_shared<const Proposal>(Proposal{tip_.height + 1, tip_.hash, now, *config_.self, batch.transactions});
    out.push_back(Decide{proposal});  // first: what it stores is this engine's only memory
    out.push_back(SendConsensus{std::nullopt, BftProposal{proposal->height, 0, -1, proposal}});
  }

  void on(Instant, const BlockSealed& sealed, std::vector<EngineOutput>&) { tip_ = sealed; }

  ScriptedEngineOptions options_;
  EngineConfig config_;
  BlockSealed tip_;
  std::optional<Instant> wakeup_;
  std::optional<Instant> cut_;
  bool said_ = false;
};

}  // namespace

std::unique_ptr<ConsensusEngine> make_scripted_engine(const ScriptedEngineOptions& options, const EngineConfig& config,
                                                      const BlockSealed& tip, Instant now) {
  return std::make_unique<ScriptedEngine>(options, config, tip, now);
}

}  // namespace bsn
