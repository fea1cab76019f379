// What the HTTP/2 engine tells a connection, and how the engine is set up.
#pragma once

#include <nghttp2/nghttp2.h>

namespace bsn::h2 {

class Connection;

// A session for the server's side of `connection`, which is told what comes. nullptr: no memory.
nghttp2_session* open_server_session(Connection& connection);

}  // namespace bsn::h2
