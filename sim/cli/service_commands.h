// The verb `bsnsim service`: its options, how they stand on the command line, and what it does.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "sim/cli/commands.h"
#include "sim/service.h"

namespace bsn {

struct ServiceOptions : PlaceOptions {
  ServiceOrder order;  // deploy; its id is the service of every other verb
  ServiceUpgrade upgrade;
  ServiceMove move;
  bool wait = true;     // until the service has got there ...
  int timeout_s = 300;  // ... at most so long
  bool quiet = false;
  bool json = false;
};

// Adds the verb; `done` gets the exit code of the one that was given. `options` outlives the app.
void add_service_verbs(CLI::App& app, ServiceOptions& options, const std::function<void(int)>& done);

int command_service_deploy(const ServiceOptions& options);
int command_service_list(const ServiceOptions& options);
int command_service_upgrade(const ServiceOptions& options);
int command_service_move(const ServiceOptions& options);
int command_service_retire(const ServiceOptions& options);

}  // namespace bsn
