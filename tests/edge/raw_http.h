// A client that writes HTTP/1.1 byte by byte, also what no decent client would send. All waiting ends after ten
// seconds.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "edge/http.h"

namespace bsn::edge::test {

struct Answer {
  unsigned status = 0;  // 0: the connection ended without an answer
  HttpResponse whole;
  const std::string& body() const { return whole.body(); }
  std::string field(const std::string& name) const { return std::string(whole[name]); }
  boost::json::value json() const {
    boost::system::error_code wrong;
    auto value = boost::json::parse(body(), wrong);
    EXPECT_FALSE(wrong) << body();
    return value;
  }
  // Of an error body.
  std::string error(const std::string& key) const {
    return boost::json::value_to<std::string>(json().at("error").at(key));
  }
};

class RawHttp {
 public:
  explicit RawHttp(const std::string& address) : socket_(io_) {
    const std::size_t colon = address.rfind(':');
    const auto port = static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1)));
    boost::system::error_code failed;
    socket_.connect({boost::asio::ip::make_address(address.substr(0, colon)), port}, failed);
    EXPECT_FALSE(failed) << failed.message();
    const timeval limit{10, 0};
    setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  }

  // False: the other side has closed.
  bool send(std::string_view bytes) {
    boost::system::error_code failed;
    boost::asio::write(socket_, boost::asio::buffer(bytes.data(), bytes.size()), failed);
    return !failed;
  }

  Answer read() {
    http::response_parser<http::string_body> parser;
    parser.body_limit(64 * 1024 * 1024);
    boost::system::error_code failed;
    http::read(socket_, buffer_, parser, failed);
    if (failed) return {};
    Answer answer;
    answer.whole = parser.release();
    answer.status = answer.whole.result_int();
    return answer;
  }

  // Whether the other side has closed, or does so within the limit.
  bool ended() {
    char byte = 0;
    return ::recv(socket_.native_handle(), &byte, 1, 0) == 0;
  }

  Answer get(const std::string& target, const std::string& headers = "x-api-key: all-key\r\n") {
    send("GET " + target + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n");
    return read();
  }
  Answer post(const std::string& target, const std::string& body,
              const std::string& headers = "x-api-key: all-key\r\n") {
    send("POST " + target + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body);
    return read();
  }

 private:
  boost::asio::io_context io_;
  boost::asio::ip::tcp::socket socket_;
  boost::beast::flat_buffer buffer_;
};

}  // namespace bsn::edge::test
