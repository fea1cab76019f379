#include "core/account.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "core/call.h"

namespace bsn {
namespace {

using Wrong = std::optional<std::string>;

bool in_range(double value) { return std::isfinite(value) && value >= 0 && value <= 1e9; }

bool good_name(const std::string& name) {
  const auto plain = [](char c) { return c > ' ' && c <= '~' && c != '/'; };
  return !name.empty() && name.size() <= CallLimits::name_bytes && std::all_of(name.begin(), name.end(), plain);
}

Wrong check_portals(const Accounts& accounts) {
  if (accounts.portals.size() > AccountLimits::portals) return "there are more than 1,000 portals";
  std::set<std::string> names;
  for (const PortalAccount& portal : accounts.portals) {
    if (!good_name(portal.name)) return "a portal's name must be 1 to 64 printable characters without space or slash";
    if (!names.insert(portal.name).second) return "portal " + portal.name + " is there twice";
  }
  return std::nullopt;
}

Wrong check_figures(const ProjectAccount& project) {
  for (const auto* list : {&project.grants.networks, &project.grants.services, &project.grants.methods}) {
    if (list->size() > AccountLimits::grants) return "project " + project.name + " is granted more than 256 names";
    const auto bad = [](const std::string& name) {
      return name.empty() || name.size() > 2 * CallLimits::name_bytes + 1;
    };
    if (std::any_of(list->begin(), list->end(), bad))
      return "project " + project.name + " is granted an impossible name";
  }
  if (!in_range(project.plan.calls_per_second) || !in_range(project.plan.burst)) {
    return "the plan of project " + project.name + " is out of range";
  }
  return std::nullopt;
}

Wrong check_keys(const ProjectAccount& project, std::set<Digest>& verifiers) {
  const auto live =
      std::count_if(project.keys.begin(), project.keys.end(), [](const auto& key) { return !key.revoked; });
  if (static_cast<std::size_t>(live) > AccountLimits::keys || project.keys.size() > AccountLimits::listed) {
    return "project " + project.name + " has too many keys: revoke some (16 may be in use)";
  }
  for (const AccessKey& key : project.keys) {
    if (key.id.empty()) return "project " + project.name + " has a key without a name";
    if (key.verifier.is_zero()) return "key " + key.id + " is none";
    if (!key.revoked && !verifiers.insert(key.verifier).second) return "key " + key.id + " is another one's too";
  }
  return std::nullopt;
}

Wrong check_projects(const Accounts& accounts) {
  if (accounts.projects.size() > AccountLimits::projects) return "there are more than 10,000 projects";
  std::set<std::string> portals;
  for (const PortalAccount& portal : accounts.portals) portals.insert(portal.name);
  std::set<std::string> names;
  std::set<Digest> verifiers;
  for (const ProjectAccount& project : accounts.projects) {
    if (!good_name(project.name)) return "a project's name must be 1 to 64 printable characters without space or slash";
    if (!names.insert(project.name).second) return "project " + project.name + " is there twice";
    if (!portals.contains(project.portal)) return "project " + project.name + " belongs to no portal";
    if (auto wrong = check_figures(project)) return wrong;
    if (auto wrong = check_keys(project, verifiers)) return wrong;
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(KeyKind kind) {
  static constexpr std::array<std::string_view, 5> names = {"api", "ed25519", "secp256r1", "secp256k1", "sm2"};
  return names[static_cast<std::size_t>(kind)];
}

Accounts accounts_of(const std::vector<ProjectSpec>& projects) {
  Accounts accounts;
  accounts.portals.push_back({topology_portal});
  for (const ProjectSpec& spec : projects) {
    ProjectAccount project{spec.name, topology_portal};
    project.grants.networks = spec.networks;
    project.plan = spec.plan;
    project.routing = spec.routing;
    project.keys.push_back({spec.name + "-1", KeyKind::api, spec.key_hash});
    project.keys_made = 1;
    accounts.projects.push_back(std::move(project));
  }
  return accounts;
}

std::optional<std::string> check(const Accounts& accounts) {
  if (auto wrong = check_portals(accounts)) return wrong;
  return check_projects(accounts);
}

std::optional<std::string> check_next(const Accounts& now, const Accounts& next) {
  if (auto wrong = check(next)) return wrong;
  if (next.projects.size() < now.projects.size()) return "a project can't be left out: revoke it";
  for (std::size_t i = 0; i < now.projects.size(); ++i) {
    if (next.projects[i].name == now.projects[i].name) continue;
    return "project " + now.projects[i].name + " can't become " + next.projects[i].name;
  }
  return std::nullopt;
}

}  // namespace bsn
