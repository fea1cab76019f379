// Addresses of servers as text: "127.0.0.1:80", "[::1]:80"; port 0: the system chooses.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <optional>
#include <string>

#include "core/result.h"

namespace bsn::h2 {

// Takes the address. Error: already_running when it is taken, invalid_configuration when it is none.
Result<boost::asio::ip::tcp::acceptor> listen_on(boost::asio::io_context& io, const std::string& address);

// nullopt: it is no such address. "localhost" is 127.0.0.1; other names are not looked up.
std::optional<boost::asio::ip::tcp::endpoint> parse_address(const std::string& address);

std::string text_of(const boost::asio::ip::tcp::endpoint& endpoint);

}  // namespace bsn::h2
