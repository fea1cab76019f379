#include "node/contract_kv.h"

#include <array>

namespace bsn {
namespace {

constexpr std::size_t key_bytes_max = 128;

// The length makes it injective: no project can name another's key.
std::string state_key(std::string_view project, const std::string& key) {
  std::string made = "k/" + std::to_string(project.size()) + ":";
  return made.append(project).append("/").append(key);
}

std::optional<std::string> check_key(const Arguments& args) {
  if (!args[0].empty() && args[0].size() <= key_bytes_max) return std::nullopt;
  return "KEY has 1 to 128 bytes";
}

ContractOutcome put(std::string_view project, const Arguments& args, StateOverlay& state) {
  state.set(state_key(project, args[0]), args[1]);
  return {};
}

ContractOutcome insert(std::string_view project, const Arguments& args, StateOverlay& state) {
  const std::string key = state_key(project, args[0]);
  if (state.get(key)) return refuse("there is a value already");
  state.set(key, args[1]);
  return {};
}

ContractOutcome compare_and_set(std::string_view project, const Arguments& args, StateOverlay& state) {
  const std::string key = state_key(project, args[0]);
  if (state.get(key) != std::string_view(args[1])) return refuse("the value is another one");
  state.set(key, args[2]);
  return {};
}

ContractOutcome remove(std::string_view project, const Arguments& args, StateOverlay& state) {
  const std::string key = state_key(project, args[0]);
  const bool was = state.get(key).has_value();
  state.erase(key);
  return {true, was ? "1" : "0"};
}

ContractOutcome get(std::string_view project, const Arguments& args, StateOverlay& state) {
  return {true, std::string(state.get(state_key(project, args[0])).value_or(""))};
}

ContractOutcome exists(std::string_view project, const Arguments& args, StateOverlay& state) {
  return {true, state.get(state_key(project, args[0])) ? "1" : "0"};
}

constexpr std::array functions = {
    ContractFunction{"put", Operation::submit, 2, 2, check_key, put},
    ContractFunction{"insert", Operation::submit, 2, 2, check_key, insert},
    ContractFunction{"compare_and_set", Operation::submit, 3, 3, check_key, compare_and_set},
    ContractFunction{"delete", Operation::submit, 1, 1, check_key, remove},
    ContractFunction{"get", Operation::query, 1, 1, check_key, get},
    ContractFunction{"exists", Operation::query, 1, 1, check_key, exists},
};

}  // namespace

Contract kv_contract() { return functions; }

}  // namespace bsn
