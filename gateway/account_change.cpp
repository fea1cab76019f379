#include "gateway/account_change.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/packet.h"

namespace bsn {
namespace {

template <class List>
auto find_named(List& list, const std::string& name) {
  return std::find_if(list.begin(), list.end(), [&](const auto& each) { return each.name == name; });
}

auto find_key(ProjectAccount& project, const std::string& id) {
  return std::find_if(project.keys.begin(), project.keys.end(), [&](const AccessKey& key) { return key.id == id; });
}

Error no(const char* what, const std::string& name) {
  return {ErrorCode::not_found, fmt::format("there is no {} '{}'", what, name)};
}

Error wrong(const std::string& why) { return {ErrorCode::invalid_configuration, why}; }

ProjectAccount* project_with(Accounts& accounts, const std::string& key) {
  return const_cast<ProjectAccount*>(project_of_key(accounts, key));
}

// Revoked keys are remembered for lists only; the oldest are forgotten when there are many.
Result<Done> add_key(ProjectAccount& project, KeyKind kind, const Digest& verifier) {
  const auto live =
      std::count_if(project.keys.begin(), project.keys.end(), [](const auto& key) { return !key.revoked; });
  if (static_cast<std::size_t>(live) >= AccountLimits::keys) {
    return Error{ErrorCode::exhausted, fmt::format("project {} has {} keys: revoke one first", project.name, live)};
  }
  if (project.keys.size() >= AccountLimits::listed) {
    project.keys.erase(
        std::find_if(project.keys.begin(), project.keys.end(), [](const auto& key) { return key.revoked; }));
  }
  project.keys.push_back({fmt::format("{}-{}", project.name, ++project.keys_made), kind, verifier});
  return Done{};
}

Result<Done> apply(Accounts& accounts, const CreatePortal& order) {
  if (find_named(accounts.portals, order.name) != accounts.portals.end()) {
    return Error{ErrorCode::already_exists, fmt::format("there is a portal '{}' already", order.name)};
  }
  if (accounts.portals.size() >= AccountLimits::portals) return Error{ErrorCode::exhausted, "there are 1,000 portals"};
  accounts.portals.push_back({order.name});
  return Done{};
}

Result<Done> apply(Accounts& accounts, const CreateProject& order) {
  const auto portal = find_named(accounts.portals, order.portal);
  if (portal == accounts.portals.end()) return no("portal", order.portal);
  if (portal->revoked) return wrong(fmt::format("portal {} is revoked", order.portal));
  if (is_remote_project(order.name)) {
    return wrong(fmt::format("'{}': names that begin with {} are kept for other chains; choose another", order.name,
                             remote_project_prefix));
  }
  if (find_named(accounts.projects, order.name) != accounts.projects.end()) {
    return Error{ErrorCode::already_exists,
                 fmt::format("there is (or was) a project '{}' already; names are not used twice", order.name)};
  }
  if (accounts.projects.size() >= AccountLimits::projects) {
    return Error{ErrorCode::exhausted, "there are 10,000 projects"};
  }
  ProjectAccount project{order.name, order.portal};
  project.grants = order.grants;
  project.plan = order.plan;
  accounts.projects.push_back(std::move(project));
  return Done{};
}

Result<Done> apply(Accounts& accounts, const CreateKey& order) {
  const auto project = find_named(accounts.projects, order.project);
  if (project == accounts.projects.end()) return no("project", order.project);
  if (!active(accounts, *project)) return wrong(fmt::format("project {} or its portal is revoked", order.project));
  return add_key(*project, order.kind, order.verifier);
}

Result<Done> apply(Accounts& accounts, const RotateKey& order) {
  ProjectAccount* project = project_with(accounts, order.key);
  if (!project) return no("key", order.key);
  if (!active(accounts, *project)) return wrong(fmt::format("project {} or its portal is revoked", project->name));
  const auto old = find_key(*project, order.key);
  if (old->revoked) return wrong(fmt::format("key {} is revoked", order.key));
  if (old->ends_ns != 0) return wrong(fmt::format("key {} was rotated before", order.key));
  old->ends_ns = order.ends_ns;
  return add_key(*project, old->kind, order.verifier);
}

Result<Done> apply(Accounts& accounts, const RevokePortal& order) {
  const auto portal = find_named(accounts.portals, order.name);
  if (portal == accounts.portals.end()) return no("portal", order.name);
  portal->revoked = true;
  return Done{};
}

Result<Done> apply(Accounts& accounts, const RevokeProject& order) {
  const auto project = find_named(accounts.projects, order.name);
  if (project == accounts.projects.end()) return no("project", order.name);
  project->revoked = true;
  return Done{};
}

Result<Done> apply(Accounts& accounts, const RevokeKey& order) {
  ProjectAccount* project = project_with(accounts, order.key);
  if (!project) return no("key", order.key);
  find_key(*project, order.key)->revoked = true;
  return Done{};
}

}  // namespace

Result<Accounts> changed(const Accounts& accounts, const AccountChange& change) {
  Accounts next = accounts;
  const Result<Done> done = std::visit([&](const auto& one) { return apply(next, one); }, change);
  if (!done) return done.error();
  ++next.revision;
  if (auto bad = check_next(accounts, next)) return wrong(*bad);
  return next;
}

const AccessKey& newest_key(const ProjectAccount& project) { return project.keys.back(); }

const ProjectAccount* project_of_key(const Accounts& accounts, const std::string& key) {
  for (const ProjectAccount& project : accounts.projects) {
    const auto is_it = [&](const AccessKey& each) { return each.id == key; };
    if (std::any_of(project.keys.begin(), project.keys.end(), is_it)) return &project;
  }
  return nullptr;
}

bool active(const Accounts& accounts, const ProjectAccount& project) {
  const auto portal = find_named(accounts.portals, project.portal);
  return !project.revoked && portal != accounts.portals.end() && !portal->revoked;
}

std::vector<std::string> keys_to_rotate(const ProjectAccount& project) {
  std::vector<std::string> ids;
  for (const AccessKey& key : project.keys) {
    if (key.kind == KeyKind::api && !key.revoked && key.ends_ns == 0) ids.push_back(key.id);
  }
  return ids;
}

}  // namespace bsn
