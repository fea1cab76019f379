// The outer form of BSN's permissioned calls: {"header": {"userCode", "appCode", "tId"}, "mac", "body"} there and
// {"header": {"code", "msg"}, "mac", "body"} back (bsnbase.io 5-4-3).
#pragma once

#include <boost/json.hpp>
#include <span>
#include <string>

#include "core/result.h"
#include "edge/http.h"
#include "edge/permissioned/framework.h"
#include "h2/outcome.h"

namespace bsn::edge {

struct Envelope {
  std::string user;  // userCode: the project
  std::string app;   // appCode: the service, which is a chain
  std::string mac;   // as sent; empty: none
  boost::json::object body;
};

// Error (corrupt): it is no such JSON; what is wrong with it. What is not known is an error: it is not signed.
Result<Envelope> read_envelope(const std::string& text);

// What is wrong with the body; nullopt: it has the form that the table says.
std::optional<std::string> check_body(const boost::json::object& body, std::span<const BodyField> fields);

// What the mac signs: userCode, appCode and the fields of the body in the table's order, one after the other.
std::string signed_text(const Envelope& envelope, std::span<const BodyField> fields);

// The mac of an answer is empty, which clients take for "not signed" and do not verify.
HttpResponse permissioned_answer(boost::json::value body);
HttpResponse permissioned_refusal(const h2::Outcome& outcome);

}  // namespace bsn::edge
