// A server for tests, with methods that echo, wait, or answer much.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>

#include "h2/server.h"

namespace bsn::h2::test {

// /t/Echo: one message back. /t/Large: a message of as many bytes as the request says. /t/Wait: never answered.
// /t/Stream: each message back. /t/Slow: a stream whose messages are left unread.
class EchoServer {
 public:
  explicit EchoServer(Budgets budgets = {}, int loops = 1, std::shared_ptr<const Tls> tls = nullptr) {
    ServerOptions options;
    options.tls = std::move(tls);
    options.budgets = budgets;
    options.loops = loops;
    auto listening = Server::listen(std::move(options));
    EXPECT_TRUE(listening.ok());
    server = std::move(*listening);
    add_methods();
    server->start();
    address = server->address();
  }

  std::unique_ptr<Server> server;
  std::string address;
  std::atomic<int> started{0};  // calls that a handler saw
  std::atomic<int> cancelled{0};
  std::atomic<int> messages{0};  // on streams

 private:
  class Handler : public CallHandler {
   public:
    explicit Handler(EchoServer& server, bool slow = false) : server_(server), slow_(slow) {}
    void on_message(Call& call, std::string& message) override {
      ++server_.messages;
      if (slow_) return call.pause();
      call.send(message);
    }
    void on_half_close(Call& call) override { call.finish({}); }
    void on_cancel(Call&) override { ++server_.cancelled; }

   private:
    EchoServer& server_;
    const bool slow_;
  };

  void add_methods() {
    Methods& methods = server->methods();
    const auto handler = std::make_shared<Handler>(*this);
    const auto slow = std::make_shared<Handler>(*this, true);
    methods.add("/t/Echo", UnaryStart([this](Call& call, std::string& message) {
                  ++started;
                  call.send(message);
                  call.finish({});
                  return nullptr;
                }));
    methods.add("/t/Large", UnaryStart([this](Call& call, std::string& message) {
                  ++started;
                  call.send(std::string(std::stoul(message), 'x'));
                  call.finish({});
                  return nullptr;
                }));
    methods.add("/t/Wait", UnaryStart([this, handler](Call&, std::string&) {
                  ++started;
                  return handler;
                }));
    methods.add("/t/Stream", StreamStart([this, handler](Call&) {
                  ++started;
                  return handler;
                }));
    methods.add("/t/Slow", StreamStart([this, slow](Call&) {
                  ++started;
                  return slow;
                }));
  }
};

}  // namespace bsn::h2::test
