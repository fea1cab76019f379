// The contracts that every chain of the simulation carries: "kv", "asset", "ether", "xchain" and "hub", as tables of
// functions.
//
// A function is a write (submit) or a read (query). It sees the state through an overlay, so that a write that refuses
// has no effect at all. Functions are deterministic: they see the state, the caller's project and the arguments.
//
// Errors of a call, in the order in which they are found:
//   NOT_FOUND / UNKNOWN_CONTRACT            no such contract or function
//   INVALID_ARGUMENT / MALFORMED            a read submitted, a write queried, wrong number or form of arguments
//   FAILED_PRECONDITION / CONTRACT_REFUSED  the function looked at the state and said no; only known at execution
//
// Isolation: kv keys belong to a project, so no project sees another's; asset accounts belong to the chain, so that
// projects can pay each other. Who may spend from an account is not modelled.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/block.h"
#include "core/call.h"
#include "node/state_overlay.h"

namespace bsn {

using Arguments = std::vector<std::string>;

// What came out of a function: its result, or why it refused.
struct ContractOutcome {
  bool ok = true;
  std::string value;
};

inline ContractOutcome refuse(std::string why) { return {false, std::move(why)}; }

struct ContractFunction {
  std::string_view name;
  Operation operation = Operation::query;
  std::size_t min_args = 0;
  std::size_t max_args = 0;
  // What is wrong with the form of the arguments, whose number is right; nullopt: nothing.
  std::optional<std::string> (*check)(const Arguments& args) = nullptr;
  // Runs with arguments that passed `check`.
  ContractOutcome (*run)(std::string_view project, const Arguments& args, StateOverlay& state) = nullptr;
};

// The functions of one contract.
using Contract = std::span<const ContractFunction>;

// nullptr: no such contract or function.
const ContractFunction* find_function(std::string_view contract, std::string_view function);

// Whether a chain peer may take the call up: nullopt, or the refusal to answer. Looks at no state.
std::optional<Reply> check_contract_call(const Call& call);

// Executes an ordered write. Whatever check_contract_call would refuse (a faulty proposer may order it) is refused
// here.
ContractOutcome run_write(const Transaction& transaction, StateOverlay& state);

// Executes a read that passed check_contract_call.
ContractOutcome run_read(const Call& call, StateOverlay& state);

}  // namespace bsn
