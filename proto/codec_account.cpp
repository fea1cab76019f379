// Accounts and quotas, as a gateway stores them and as an administrator sends them.
#include <utility>

#include "proto/codec.h"
#include "proto/codec_checks.h"

namespace bsn {
namespace {

template <class Names>
std::vector<std::string> decode_names(Checks& checks, const Names& messages, std::string_view field) {
  std::vector<std::string> names;
  checks.require(static_cast<std::size_t>(messages.size()) <= AccountLimits::grants, "grants too many names");
  for (const std::string& name : messages) {
    if (!checks.ok()) break;
    names.push_back(checks.required_text(name, 2 * CallLimits::name_bytes + 1, field));
  }
  return names;
}

}  // namespace

v1::Grants encode(const Grants& grants) {
  v1::Grants message;
  for (const std::string& network : grants.networks) message.add_networks(network);
  for (const std::string& service : grants.services) message.add_services(service);
  for (const std::string& method : grants.methods) message.add_methods(method);
  message.set_read(grants.read);
  message.set_write(grants.write);
  return message;
}

Result<Grants> decode(const v1::Grants& message) {
  Checks checks("Grants");
  Grants grants;
  grants.networks = decode_names(checks, message.networks(), "networks");
  grants.services = decode_names(checks, message.services(), "services");
  grants.methods = decode_names(checks, message.methods(), "methods");
  grants.read = message.read();
  grants.write = message.write();
  return checks.give(std::move(grants));
}

v1::PortalAccount encode(const PortalAccount& portal) {
  v1::PortalAccount message;
  message.set_name(portal.name);
  message.set_revoked(portal.revoked);
  return message;
}

Result<PortalAccount> decode(const v1::PortalAccount& message) {
  Checks checks("PortalAccount");
  PortalAccount portal{checks.required_text(message.name(), CallLimits::name_bytes, "name"), message.revoked()};
  return checks.give(std::move(portal));
}

v1::AccessKey encode(const AccessKey& key) {
  v1::AccessKey message;
  message.set_id(key.id);
  message.set_kind(static_cast<std::uint32_t>(key.kind));
  message.set_verifier(encode(key.verifier));
  message.set_ends_ns(key.ends_ns);
  message.set_revoked(key.revoked);
  return message;
}

Result<AccessKey> decode(const v1::AccessKey& message) {
  Checks checks("AccessKey");
  AccessKey key;
  key.id = checks.required_text(message.id(), 2 * CallLimits::name_bytes, "id");
  key.kind = checks.enum_up_to(KeyKind::sm2, message.kind(), "kind");
  key.verifier = checks.digest(message.verifier(), "verifier");
  checks.require(message.ends_ns() >= 0, "ends_ns is negative");
  key.ends_ns = message.ends_ns();
  key.revoked = message.revoked();
  return checks.give(std::move(key));
}

v1::ProjectAccount encode(const ProjectAccount& project) {
  v1::ProjectAccount message;
  message.set_name(project.name);
  message.set_portal(project.portal);
  *message.mutable_grants() = encode(project.grants);
  *message.mutable_plan() = encode(project.plan);
  if (project.routing) *message.mutable_routing() = encode(*project.routing);
  for (const AccessKey& key : project.keys) *message.add_keys() = encode(key);
  message.set_keys_made(project.keys_made);
  message.set_revoked(project.revoked);
  return message;
}

Result<ProjectAccount> decode(const v1::ProjectAccount& message) {
  Checks checks("ProjectAccount");
  ProjectAccount project;
  project.name = checks.required_text(message.name(), CallLimits::name_bytes, "name");
  project.portal = checks.required_text(message.portal(), CallLimits::name_bytes, "portal");
  project.grants = checks.take(decode(message.grants()));
  project.plan = checks.take(decode(message.plan()));
  if (message.has_routing()) project.routing = checks.take(decode(message.routing()));
  checks.require(static_cast<std::size_t>(message.keys_size()) <= AccountLimits::listed, "has too many keys");
  for (const v1::AccessKey& key : message.keys()) {
    if (!checks.ok()) break;
    project.keys.push_back(checks.take(decode(key)));
  }
  project.keys_made = message.keys_made();
  project.revoked = message.revoked();
  return checks.give(std::move(project));
}

v1::AccountsRecord encode(const Accounts& accounts) {
  v1::AccountsRecord message;
  message.set_revision(accounts.revision);
  for (const PortalAccount& portal : accounts.portals) *message.add_portals() = encode(portal);
  for (const ProjectAccount& project : accounts.projects) *message.add_projects() = encode(project);
  return message;
}

Result<Accounts> decode(const v1::AccountsRecord& message) {
  Checks checks("AccountsRecord");
  Accounts accounts;
  accounts.revision = message.revision();
  checks.require(static_cast<std::size_t>(message.portals_size()) <= AccountLimits::portals, "has too many portals");
  checks.require(static_cast<std::size_t>(message.projects_size()) <= AccountLimits::projects, "has too many projects");
  for (const v1::PortalAccount& portal : message.portals()) {
    if (!checks.ok()) break;
    accounts.portals.push_back(checks.take(decode(portal)));
  }
  for (const v1::ProjectAccount& project : message.projects()) {
    if (!checks.ok()) break;
    accounts.projects.push_back(checks.take(decode(project)));
  }
  if (checks.ok()) checks.require(!check(accounts), check(accounts).value_or(""));
  return checks.give(std::move(accounts));
}

v1::QuotaRecord encode(const QuotaRecord& record) {
  v1::QuotaRecord message;
  message.set_project(record.project);
  message.set_day(record.day);
  message.set_granted(record.granted);
  return message;
}

Result<QuotaRecord> decode(const v1::QuotaRecord& message) {
  Checks checks("QuotaRecord");
  checks.require(message.day() >= 0, "day is negative");
  QuotaRecord record{checks.required_text(message.project(), CallLimits::name_bytes, "project"), message.day(),
                     message.granted()};
  return checks.give(std::move(record));
}

v1::QuotaAsk encode(const QuotaAsk& ask) {
  v1::QuotaAsk message;
  message.set_project(ask.project);
  message.set_calls(ask.calls);
  message.set_limit(ask.limit);
  return message;
}

Result<QuotaAsk> decode(const v1::QuotaAsk& message) {
  Checks checks("QuotaAsk");
  QuotaAsk ask{checks.required_text(message.project(), CallLimits::name_bytes, "project"), message.calls(),
               message.limit()};
  return checks.give(std::move(ask));
}

namespace {

template <class Share>
v1::QuotaShare encode_share(const Share& share) {
  v1::QuotaShare message;
  message.set_project(share.project);
  message.set_day(share.day);
  message.set_calls(share.calls);
  return message;
}

template <class Share>
Result<Share> decode_share(const v1::QuotaShare& message) {
  Checks checks("QuotaShare");
  checks.require(message.day() >= 0, "day is negative");
  Share share{checks.required_text(message.project(), CallLimits::name_bytes, "project"), message.day(),
              message.calls()};
  return checks.give(std::move(share));
}

}  // namespace

v1::QuotaShare encode(const QuotaGrant& grant) { return encode_share(grant); }
Result<QuotaGrant> decode_grant(const v1::QuotaShare& message) { return decode_share<QuotaGrant>(message); }
v1::QuotaShare encode(const QuotaReturn& returned) { return encode_share(returned); }
Result<QuotaReturn> decode_return(const v1::QuotaShare& message) { return decode_share<QuotaReturn>(message); }

}  // namespace bsn
