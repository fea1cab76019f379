// How a server is set up.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "h2/budgets.h"
#include "h2/methods.h"
#include "h2/outcome.h"
#include "h2/plain_call.h"

namespace bsn::h2 {

class Loop;
class Tls;

struct ServerOptions {
  std::string listen = "127.0.0.1:0";  // host:port, the host as a number; port 0: the system chooses
  int loops = 1;                       // threads; connections are spread over them evenly
  Loop* on = nullptr;                  // everything happens on this loop of someone else's, which outlives the server
  Budgets budgets;
  std::shared_ptr<const Tls> tls;  // of for_server; nullptr: in the clear
  Methods methods;
  PlainStart plain;  // who serves what is not gRPC; empty: nobody, it gets 405 or 415

  // Completes an outcome that the library itself made for a call that no handler saw (or saw in full): the place to add
  // the application's own reason. Called on the loops' threads.
  std::function<void(Outcome&)> dress_refusal;
};

}  // namespace bsn::h2
