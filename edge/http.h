// The words of HTTP/1.1 as this folder uses them: Boost.Beast's, with bodies held as strings.
#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <string>
#include <string_view>

namespace bsn::edge {

namespace http = boost::beast::http;
using HttpRequest = http::request<http::string_body>;
using HttpResponse = http::response<http::string_body>;

// A header's value; empty when it is not there.
inline std::string_view header(const HttpRequest& request, std::string_view name) {
  const auto found = request.find(boost::beast::string_view(name.data(), name.size()));
  return found == request.end() ? std::string_view() : std::string_view(found->value().data(), found->value().size());
}

inline std::string_view target(const HttpRequest& request) {
  return {request.target().data(), request.target().size()};
}

inline HttpResponse response(unsigned status, std::string_view content_type, std::string body) {
  HttpResponse made{http::int_to_status(status), 11, std::move(body)};
  made.set(http::field::content_type, boost::beast::string_view(content_type.data(), content_type.size()));
  return made;
}

}  // namespace bsn::edge
