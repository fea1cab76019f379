// The verbs `bsnsim portal`, `project` and `key`: who may call the gateway of a running cluster.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/cli/commands.h"

namespace bsn {

struct AccountOptions : PlaceOptions {
  enum class What : std::uint8_t { portal, project, key };
  What what = What::portal;
  std::string subject;  // whom it is about; of `key create` and `key new`: the project
  std::string portal;   // of a new project
  std::vector<std::string> networks, services, methods;
  bool read_only = false;
  double calls_per_second = 0, burst = 0;
  std::uint64_t calls_per_day = 0;
  std::string public_key;      // 64 hex digits; empty: an API key
  std::string pem;             // file with a public key of BSN's permissioned shape; empty: none
  std::string key_file;        // of `key new`
  std::string grace = "24 h";  // as parse_duration reads it
  bool json = false;
};

// Adds the verbs; `done` gets the exit code of the one that was given. `options` outlives the app.
void add_account_verbs(CLI::App& app, AccountOptions& options, const std::function<void(int)>& done);

int command_account_create(const AccountOptions& options);
int command_account_list(const AccountOptions& options);
int command_account_rotate(const AccountOptions& options);
int command_account_revoke(const AccountOptions& options);
int command_key_new(const AccountOptions& options);

}  // namespace bsn
