#include "tests/node/scripted_tree_engine.h"

#include <algorithm>
#include <utility>

#include "node/block_tree.h"
#include "node/gossip.h"

namespace bsn {
namespace {

std::uint64_t one(const Proposal&, const BlockTree::Node&) { return 1; }

class ScriptedTreeEngine : public ConsensusEngine {
 public:
  using Outputs = std::vector<EngineOutput>;

  ScriptedTreeEngine(const ScriptedTreeOptions& options, const EngineConfig& config, const DurableState& durable,
                     Instant now)
      : options_(options), config_(config), random_(config.random), tree_({}, durable, one), gossip_(config.peers) {
    if (config_.self) due_ = next_block(now);
  }

  void step(Instant now, const EngineInput& input, Outputs& out) override {
    std::visit([&](const auto& what) { on(now, what, out); }, input);
  }

  void advance_to(Instant now, Outputs& out) override {
    if (!due_ || *due_ > now) return;
    due_ = next_block(now);
    out.push_back(WantBatch{tree_.tip().height + 1});
  }

  std::optional<Instant> next_wakeup() const override { return due_; }
  std::uint32_t fault_bound() const override { return 0; }
  bool forwards_to_leader_only() const override { return false; }
  bool grows_a_tree() const override { return true; }

 private:
  Instant next_block(Instant now) {
    return now + nanoseconds(1) + random_.exponential(options_.interval * config_.validators);
  }

  void on(Instant, const WorkWaiting&, Outputs&) {}

  void on(Instant, const BlockSealed& sealed, Outputs& out) {
    if (!sealed.fetched) return;
    tree_.accept_fetched(sealed.proposal, one);
    follow_best(out);
  }

  void on(Instant now, const BatchOffered& batch, Outputs& out) {
    const BlockTree::Node& tip = tree_.tip();
    const Instant time = tip.proposal ? std::max(now, tip.proposal->time) : now;
    const std::string seal = "made by " + std::to_string(config_.self->value);
    const ProposalPtr proposal =
        make_proposal({tip.height + 1, tip.digest, time, *config_.self, batch.transactions, seal});
    tree_.add(proposal, 1);
    follow_best(out);  // first: it is stored before it is sent
    gossip_.first_seen(proposal_digest(*proposal));
    gossip_.spread(TreeBlock{proposal}, std::nullopt, out);
  }

  void on(Instant, const MessageArrived& arrived, Outputs& out) {
    if (const auto* block = std::get_if<TreeBlock>(&*arrived.message)) return hear(arrived.from, block->proposal, out);
    if (const auto* request = std::get_if<TreeRequest>(&*arrived.message)) {
      for (const ProposalPtr& found : tree_.answer(*request)) {
        out.push_back(SendConsensus{arrived.from, TreeBlock{found}});
      }
    }
  }

  void hear(ValidatorIndex from, const ProposalPtr& first, Outputs& out) {
    if (first->height <= tree_.root().height || tree_.find(proposal_digest(*first)) != nullptr) return;
    std::vector<ProposalPtr> open{first};
    while (!open.empty()) {
      const ProposalPtr proposal = open.back();
      open.pop_back();
      const BlockTree::Added added = tree_.add(proposal, 1);
      if (added == BlockTree::Added::orphan) {
        tree_.hold(proposal);
        continue;
      }
      if (added != BlockTree::Added::added) continue;
      if (gossip_.first_seen(proposal_digest(*proposal))) gossip_.spread(TreeBlock{proposal}, from, out);
      for (const ProposalPtr& waiting : tree_.take_waiting(proposal_digest(*proposal))) open.push_back(waiting);
    }
    follow_best(out);
    if (first->height > tree_.tip().height + options_.fetch_distance) {
      out.push_back(FetchBlocks{from, first->height - options_.confirmations});
    } else if (const auto missing = tree_.missing(); !missing.empty()) {
      out.push_back(SendConsensus{from, TreeRequest{missing, tree_.root().height}});
    }
  }

  void follow_best(Outputs& out) {
    const auto longer = [](const auto& a, const auto& b) { return a.total > b.total; };
    if (auto change = tree_.move_to(tree_.best(longer))) out.push_back(std::move(*change));
    const Height tip = tree_.tip().height;
    if (tip <= options_.confirmations) return;
    if (const auto final = tree_.finalise(tip - options_.confirmations)) out.push_back(*final);
  }

  ScriptedTreeOptions options_;
  EngineConfig config_;
  Random random_;
  BlockTree tree_;
  Gossip gossip_;
  std::optional<Instant> due_;
};

}  // namespace

std::unique_ptr<ConsensusEngine> make_scripted_tree_engine(const ScriptedTreeOptions& options,
                                                           const EngineConfig& config, const DurableState& durable,
                                                           Instant now) {
  return std::make_unique<ScriptedTreeEngine>(options, config, durable, now);
}

}  // namespace bsn
