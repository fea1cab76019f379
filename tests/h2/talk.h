// A client's stream on a loop of its own, and what the other side said.
#pragma once

#include <condition_variable>
#include <future>
#include <mutex>
#include <string>
#include <vector>

#include "h2/client_stream.h"

namespace bsn::h2::test {

class Talk {
 public:
  Talk(const std::string& address, const std::string& path, std::shared_ptr<const Tls> tls = nullptr) {
    loop_.start();
    loop_.post([this, address, path, tls] {
      ClientStream::Listener listener;
      listener.on_message = [this](const std::string& message) {
        const std::lock_guard lock(mutex_);
        messages_.push_back(message);
        changed_.notify_all();
      };
      listener.on_closed = [this](const Outcome& outcome) {
        const std::lock_guard lock(mutex_);
        outcomes_.push_back(outcome);
        changed_.notify_all();
      };
      ClientStream::Target target{address, path};
      target.tls = tls;
      stream_ = ClientStream::open(loop_, std::move(target), std::move(listener));
    });
  }
  ~Talk() { loop_.stop(); }

  void send(const std::vector<std::string>& messages) {
    loop_.post([this, messages] {
      for (const std::string& message : messages) stream_->send(message);
      stream_->flush();
    });
  }
  // Waits until it is done.
  void close() {
    std::promise<void> closed;
    loop_.post([&] {
      stream_->close();
      closed.set_value();
    });
    closed.get_future().wait();
  }

  // The first `count` messages, or as many as came within ten seconds.
  std::vector<std::string> messages(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(10), [&] { return messages_.size() >= count; });
    return messages_;
  }
  // How it was closed.
  Outcome outcome() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(10), [&] { return !outcomes_.empty(); });
    return outcomes_.size() == 1 ? outcomes_[0] : Outcome(Code::internal, std::to_string(outcomes_.size()) + " ends");
  }
  std::size_t ends() {
    const std::lock_guard lock(mutex_);
    return outcomes_.size();
  }

 private:
  Loop loop_;
  std::shared_ptr<ClientStream> stream_;
  std::mutex mutex_;  // guards the next two
  std::condition_variable changed_;
  std::vector<std::string> messages_;
  std::vector<Outcome> outcomes_;
};

}  // namespace bsn::h2::test
