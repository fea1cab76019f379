// One city node of a bsn-node process: a data folder, and the city node that it was told to be, if any yet.
//
// Any thread may call any function.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "core/result.h"
#include "node/serve/listeners.h"
#include "node/serve/node_shell.h"
#include "rpc/data_dir.h"

namespace bsn {

// Hears whether the node takes calls. Called from any thread; must not block.
class ServingListener {
 public:
  virtual ~ServingListener() = default;
  virtual void serving_changed(bool serving) = 0;
};

class NodeProcess {
 public:
  // Takes the folder; a node that was commissioned before comes back as it was. The loop, which need not turn yet,
  // outlives it.
  static Result<std::unique_ptr<NodeProcess>> open(const std::string& data_dir, h2::Loop& loop);
  // Precondition: the loop turns, or stop() was called.
  ~NodeProcess();

  // To be called at the end of each of the loop's turns, on its thread.
  void turn() {
    if (NodeShell* shell = working_.load(std::memory_order_acquire)) shell->turn();
  }

  // Becomes this city node; or, being one, goes over to an assignment of a higher revision, while it runs. An equal or
  // lower one changes nothing. Errors: already_running when it is one and the revision is 0, which is a first
  // commission's; invalid_configuration when the assignment can't follow the present one.
  Result<Done> commission(const NodeSpec& spec);

  // The city node; null before the commission and after stop().
  std::shared_ptr<NodeShell> shell() const;

  // Why a call can't be handed to a shell: what shell() == null means.
  Reply refuse_without_shell() const;

  // Commissioned, not of a city that is being built, not stopping.
  bool serving() const;

  // Tells the listener what holds now and, as long as it lives, every change.
  void listen(const std::shared_ptr<ServingListener>& listener);

  // No new calls; waits at most `patience` for open ones and refuses the rest. Not on the loop's thread. Idempotent.
  void stop(Duration patience);

 private:
  NodeProcess(DataDir folder, h2::Loop& loop) : folder_(std::move(folder)), loop_(loop) {}
  Result<Done> become(const NodeSpec& spec);
  Result<Done> go_over(NodeShell& shell, const NodeSpec& spec);
  void tell_listeners();

  DataDir folder_;
  h2::Loop& loop_;
  std::mutex commissioning_;  // one commission at a time
  std::mutex telling_;        // so that nobody hears old news last; taken before mutex_
  mutable std::mutex mutex_;
  std::shared_ptr<NodeShell> shell_;
  std::atomic<NodeShell*> working_{nullptr};  // the same, for turn()
  Listeners<ServingListener> listeners_;
  bool stopping_ = false;
};

}  // namespace bsn
