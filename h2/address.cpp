#include "h2/address.h"

#include <charconv>
#include <optional>
#include <utility>

namespace bsn::h2 {
namespace {

using boost::asio::ip::tcp;

}  // namespace

std::optional<tcp::endpoint> parse_address(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  std::string host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  std::uint16_t port = 0;
  const char* end = address.data() + address.size();
  const auto [stop, wrong] = std::from_chars(address.data() + colon + 1, end, port);
  boost::system::error_code no_address;
  const auto parsed = boost::asio::ip::make_address(host, no_address);
  if (wrong != std::errc() || stop != end || no_address) return std::nullopt;
  return tcp::endpoint(parsed, port);
}

Result<tcp::acceptor> listen_on(boost::asio::io_context& io, const std::string& address) {
  const auto endpoint = parse_address(address);
  if (!endpoint) return Error{ErrorCode::invalid_configuration, "'" + address + "' is not HOST:PORT"};
  tcp::acceptor acceptor(io);
  boost::system::error_code failed;
  acceptor.open(endpoint->protocol(), failed);
  if (!failed) acceptor.set_option(tcp::acceptor::reuse_address(true), failed);
  if (!failed) acceptor.bind(*endpoint, failed);
  if (!failed) acceptor.listen(boost::asio::socket_base::max_listen_connections, failed);
  if (!failed) return acceptor;
  return Error{ErrorCode::already_running,
               "can't listen on " + address + " (" + failed.message() + "); is the port in use?"};
}

std::string text_of(const tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(endpoint.port());
}

}  // namespace bsn::h2
