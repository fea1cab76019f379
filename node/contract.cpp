#include "node/contract.h"

#include <algorithm>

#include "node/contract_asset.h"
#include "node/contract_ether.h"
#include "node/contract_hub.h"
#include "node/contract_kv.h"
#include "node/contract_xchain.h"

namespace bsn {
namespace {

Contract find_contract(std::string_view name) {
  if (name == "kv") return kv_contract();
  if (name == "asset") return asset_contract();
  if (name == "xchain") return xchain_contract();
  if (name == "hub") return hub_contract();
  if (name == "ether") return ether_contract();
  return {};
}

std::optional<std::string> wrong_arguments(const ContractFunction& function, const Arguments& args) {
  if (args.size() < function.min_args || args.size() > function.max_args) {
    std::string range = std::to_string(function.min_args);
    if (function.max_args != function.min_args) range += " to " + std::to_string(function.max_args);
    return std::string(function.name) + " takes " + range + " arguments, not " + std::to_string(args.size());
  }
  return function.check == nullptr ? std::nullopt : function.check(args);
}

}  // namespace

const ContractFunction* find_function(std::string_view contract, std::string_view function) {
  const Contract all = find_contract(contract);
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == function; });
  return found == all.end() ? nullptr : &*found;
}

std::optional<Reply> check_contract_call(const Call& call) {
  const ContractFunction* function = find_function(call.contract, call.function);
  if (function == nullptr) {
    return refusal(Status::not_found, Reason::unknown_contract,
                   "no function " + call.function + " in a contract " + call.contract);
  }
  if (function->operation != call.operation) {
    return refusal(Status::invalid_argument, Reason::malformed,
                   call.function + " is for " + std::string(to_string(function->operation)));
  }
  if (auto wrong = wrong_arguments(*function, call.args)) {
    return refusal(Status::invalid_argument, Reason::malformed, std::move(*wrong));
  }
  return std::nullopt;
}

ContractOutcome run_write(const Transaction& transaction, StateOverlay& state) {
  const ContractFunction* function = find_function(transaction.contract, transaction.function);
  if (function == nullptr || function->operation != Operation::submit) return refuse("no such function");
  if (auto wrong = wrong_arguments(*function, transaction.args)) return refuse(std::move(*wrong));
  return function->run(transaction.project, transaction.args, state);
}

ContractOutcome run_read(const Call& call, StateOverlay& state) {
  return find_function(call.contract, call.function)->run(call.project, call.args, state);
}

}  // namespace bsn
