// The seam for the frameworks of BSN's permissioned services: a framework is a table of calls in a file of its own, and
// a line in frameworks.cpp. The table says what a call's body holds and in which order it is signed, and how it is
// answered; /openapi.json is made from it too.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "edge/permissioned/chain_access.h"

namespace bsn::edge {

// One field of a body. What is signed of it: a text as it is (a whole number in decimal), a list's texts one after the
// other, a map's names and texts in the order of the names.
struct BodyField {
  enum class Kind : std::uint8_t { text, list, map };
  std::string_view name;
  Kind kind = Kind::text;
  bool needed = true;
};

// A call whose signature was found good, and whose body has the form that its table says.
struct PermissionedRequest {
  ChainAccess& chain;
  const boost::json::object& body;
  std::string once;  // idempotency key, the same for the same signature

  // Of a text field; empty: it is not there.
  std::string text(std::string_view field) const;
  // Of a list field.
  std::vector<std::string> list(std::string_view field) const;
  // The transaction's id in a field, 64 hex digits with or without 0x.
  std::optional<Digest> digest(std::string_view field) const;
};

using PermissionedRequestPtr = std::shared_ptr<const PermissionedRequest>;

// The body of the answer, or why there is none.
using PermissionedDone = std::function<void(const h2::Outcome& outcome, boost::json::value body)>;

struct PermissionedCall {
  std::string_view path;  // "node/reqChainCode"
  std::string_view summary;
  std::span<const BodyField> fields;  // in the order in which they are signed
  // Calls `done` once. The request outlives that, `chain` also.
  void (*serve)(const PermissionedRequestPtr& request, const PermissionedDone& done);
};

struct Framework {
  std::string_view segment;   // of the path: "fiscobcos"
  std::string_view network;   // of ours: "fisco-bcos"
  std::string_view app_type;  // as getAppInfo says it
  std::span<const PermissionedCall> calls;
};

std::span<const Framework* const> frameworks();

// How a call ends whose body can't be served as it is.
h2::Outcome unfit(std::string why);

// The parameters in `funcParam`, the JSON text of an array, or of an object, whose values count in their order.
// nullopt: it is neither, or a value is a list or an object.
std::optional<std::vector<std::string>> parameters_in(const std::string& json_text);

// ---- steps that several frameworks' calls have in common; each goes on to `done` when it fails ----

// Calls the contract as the fields contractName, funcName and funcParam say.
void call_by_func_param(const PermissionedRequestPtr& request, const PermissionedDone& done,
                        std::function<void(const Reply& reply)> use);

// The block that a field's number names.
using UseBlock = std::function<void(const BlockPtr& block)>;
void find_block(const PermissionedRequestPtr& request, const char* field, const PermissionedDone& done, UseBlock use);

// Where the transaction is that a field names; also one that its contract refused stands in a block.
using UseTransaction = std::function<void(const BlockPtr& block, std::size_t place)>;
void find_transaction(const PermissionedRequestPtr& request, const char* field, const PermissionedDone& done,
                      UseTransaction use);

// "" for a write that is in no block.
std::string hex_or_empty(const Digest& digest);

// UNIX time of a block's clock.
std::int64_t unix_ns_of(Instant time);

const Framework& fabric_framework();
const Framework& fisco_bcos_framework();
const Framework& cita_framework();
const Framework& xuperchain_framework();

}  // namespace bsn::edge
