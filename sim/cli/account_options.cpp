// `bsnsim portal|project|key ...` as it stands on the command line.
#include "sim/cli/account_commands.h"

namespace bsn {
namespace {

using What = AccountOptions::What;
using Done = std::function<void(int)>;

CLI::App& add(CLI::App& verb, AccountOptions& options, What what, const char* name, const char* help, const Done& done,
              int (*command)(const AccountOptions&)) {
  CLI::App& added = *verb.add_subcommand(name, help);
  added.add_option("--name", options.name, "name of the cluster")->capture_default_str();
  added.add_flag("--json", options.json, "as JSON");
  added.callback([&options, what, done, command] {
    options.what = what;
    done(command(options));
  });
  return added;
}

void add_subject(CLI::App& verb, AccountOptions& options, const char* name, const char* help) {
  verb.add_option(name, options.subject, help)->required();
}

void add_grace(CLI::App& verb, AccountOptions& options) {
  verb.add_option("--grace", options.grace, "so long the old keys are good, such as \"30 min\"")->capture_default_str();
}

void add_public_key(CLI::App& verb, AccountOptions& options, const char* help) {
  CLI::Option* hex = verb.add_option("--public-key", options.public_key, help);
  verb.add_option("--pem", options.pem, "file with a public key (secp256r1, secp256k1, SM2) that signs BSN's own calls")
      ->excludes(hex);
}

void add_portal(CLI::App& app, AccountOptions& options, const Done& done) {
  CLI::App& verb = *app.add_subcommand("portal", "business fronts: each owns projects");
  verb.require_subcommand(1);
  add_subject(add(verb, options, What::portal, "create", "a portal without projects", done, command_account_create),
              options, "portal", "its name");
  add(verb, options, What::portal, "list", "all portals", done, command_account_list);
  CLI::App& rotate =
      add(verb, options, What::portal, "rotate", "new API keys for all of its projects", done, command_account_rotate);
  add_subject(rotate, options, "portal", "its name");
  add_grace(rotate, options);
  add_subject(add(verb, options, What::portal, "revoke", "refuses all keys of all of its projects, for good", done,
                  command_account_revoke),
              options, "portal", "its name");
}

void add_project_create(CLI::App& verb, AccountOptions& options, const Done& done) {
  CLI::App& create =
      add(verb, options, What::project, "create", "a project without keys", done, command_account_create);
  add_subject(create, options, "project", "its name");
  create.add_option("--portal", options.portal, "that owns it")->required();
  create.add_option("--networks", options.networks, "that it may use: fabric,neo; '*': all")
      ->required()
      ->delimiter(',');
  create.add_option("--services", options.services, "only these chains: fabric/trade; default: all")->delimiter(',');
  create.add_option("--methods", options.methods, "only these: kv.get,asset; default: all")->delimiter(',');
  create.add_flag("--read-only", options.read_only, "no writes");
  create.add_option("--tps", options.calls_per_second, "calls per second; default: unlimited");
  create.add_option("--burst", options.burst, "calls at once; default: those of a second");
  create.add_option("--per-day", options.calls_per_day, "calls on a day of UTC; default: unlimited");
}

void add_project(CLI::App& app, AccountOptions& options, const Done& done) {
  CLI::App& verb = *app.add_subcommand("project", "who calls: with grants, a plan and access keys");
  verb.require_subcommand(1);
  add_project_create(verb, options, done);
  add(verb, options, What::project, "list", "all projects with what they may do", done, command_account_list);
  CLI::App& rotate = add(verb, options, What::project, "rotate", "new API keys in place of its present ones", done,
                         command_account_rotate);
  add_subject(rotate, options, "project", "its name");
  add_grace(rotate, options);
  add_subject(
      add(verb, options, What::project, "revoke", "refuses all of its keys, for good", done, command_account_revoke),
      options, "project", "its name");
}

void add_key(CLI::App& app, AccountOptions& options, const Done& done) {
  CLI::App& verb = *app.add_subcommand("key", "the access keys of projects");
  verb.require_subcommand(1);
  CLI::App& create = add(verb, options, What::key, "create", "an API key, shown once; or one to sign with", done,
                         command_account_create);
  add_subject(create, options, "project", "whose key it is");
  add_public_key(create, options, "of an Ed25519 key, 64 hex digits: its owner signs and sends no secret");
  add(verb, options, What::key, "list", "all keys, without what is secret", done, command_account_list);
  CLI::App& rotate =
      add(verb, options, What::key, "rotate", "a new key in place of this one", done, command_account_rotate);
  add_subject(rotate, options, "key", "its id, as `bsnsim key list` shows it");
  add_grace(rotate, options);
  add_public_key(rotate, options, "of the new key, when the old one is an Ed25519 key");
  add_subject(add(verb, options, What::key, "revoke", "refuses it from now on", done, command_account_revoke), options,
              "key", "its id");
  CLI::App& fresh = add(verb, options, What::key, "new", "makes an Ed25519 key pair in a file; asks no gateway", done,
                        command_key_new);
  add_subject(fresh, options, "project", "for whom it will sign");
  fresh.add_option("-o,--output", options.key_file, "file, made with mode 0600")->required();
}

}  // namespace

void add_account_verbs(CLI::App& app, AccountOptions& options, const std::function<void(int)>& done) {
  add_portal(app, options, done);
  add_project(app, options, done);
  add_key(app, options, done);
}

}  // namespace bsn
