// The client's side of a stream of messages against our own server; the other side in production is gRPC C++.
#include "h2/client_stream.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <mutex>

#include "tests/h2/echo_server.h"

namespace bsn::h2::test {
namespace {

// A stream on a loop of its own, and what it said.
class Talk {
 public:
  Talk(const std::string& address, const std::string& path) {
    loop_.start();
    loop_.post([this, address, path] {
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
      stream_ = ClientStream::open(loop_, {address, path}, std::move(listener));
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

TEST(ClientStream, MessagesGoBothWaysInOrder) {
  EchoServer server;
  Talk talk(server.address, "/t/Stream");
  talk.send({"one", "", "three"});  // before it is connected, perhaps
  EXPECT_EQ(talk.messages(3), (std::vector<std::string>{"one", "", "three"}));
  talk.send({"four"});
  EXPECT_EQ(talk.messages(4).back(), "four");
  EXPECT_EQ(talk.ends(), 0u);
}

// Both directions need windows many times larger than those that are open at first.
TEST(ClientStream, MuchMoreThanTheWindows) {
  EchoServer server;
  Talk talk(server.address, "/t/Stream");
  std::vector<std::string> sent;
  for (int i = 0; i < 20; ++i) sent.emplace_back(1'000'000 + static_cast<std::size_t>(i), static_cast<char>('a' + i));
  talk.send(sent);
  EXPECT_TRUE(talk.messages(sent.size()) == sent);
}

TEST(ClientStream, AServerThatTakesNothingKeepsTheRestWaiting) {
  EchoServer server;
  Talk talk(server.address, "/t/Slow");
  talk.send({std::string(8'000'000, 'x')});
  talk.close();
  EXPECT_EQ(talk.ends(), 0u);
}

TEST(ClientStream, ARefusalIsItsOutcome) {
  EchoServer server;
  Talk talk(server.address, "/t/Nothing");
  const Outcome outcome = talk.outcome();
  EXPECT_EQ(outcome.code, static_cast<int>(Code::unimplemented));
  EXPECT_EQ(outcome.message, "there is no method /t/Nothing");
}

TEST(ClientStream, NobodyThere) {
  std::string address;
  { address = EchoServer().address; }
  EXPECT_EQ(Talk(address, "/t/Stream").outcome().code, static_cast<int>(Code::unavailable));
  const Outcome wrong = Talk("nowhere", "/t/Stream").outcome();
  EXPECT_EQ(wrong.code, static_cast<int>(Code::unavailable));
  EXPECT_NE(wrong.message.find("'nowhere'"), std::string::npos);
}

TEST(ClientStream, AServerThatGoesAwayEndsIt) {
  auto server = std::make_unique<EchoServer>();
  Talk talk(server->address, "/t/Stream");
  talk.send({"hello"});
  EXPECT_EQ(talk.messages(1).size(), 1u);
  server->server->stop({});
  EXPECT_NE(talk.outcome().code, 0);
}

TEST(ClientStream, WhoClosesItHearsNothingMoreAndTheServerDoes) {
  EchoServer server;
  Talk talk(server.address, "/t/Stream");
  talk.send({"hello"});
  EXPECT_EQ(talk.messages(1).size(), 1u);
  talk.close();
  server.server->stop(std::chrono::milliseconds(100));
  EXPECT_EQ(server.cancelled, 1);
  EXPECT_EQ(talk.ends(), 0u);
}

}  // namespace
}  // namespace bsn::h2::test
