#include "sim/service_step_json.h"

#include <boost/json/serialize.hpp>

#include "sim/config_tree.h"
#include "sim/service_keys.h"

namespace bsn {
namespace {

const ChoiceKind<ServiceStep::Kind> step_kind{
    {{"deploy", "started", "upgrade", "move", "arrived", "left", "retire", "drained"}}};

}  // namespace

template <class V>
void describe(V& v, ServiceStep& step) {
  v.need("step", step.kind, step_kind, "");
  v.need("service", step.service, NameKind{}, "");
  if (step.kind == ServiceStep::Kind::deploy) v.need("order", step.order, Section<ServiceOrder>{}, "");
  describe(v, step.upgrade);
  v.key("from", step.move.from, TextKind{64}, "");
  v.key("to", step.move.to, TextKind{64}, "");
}

boost::json::object service_step_json(const ServiceStep& step) {
  return Section<ServiceStep>{}.print(step).as_object();
}

Result<ServiceStep> parse_service_step(const boost::json::value& value) {
  const Result<ConfigNodePtr> root = parse_config(boost::json::serialize(value), "a step of a service");
  if (!root) return root.error();
  Findings findings;
  ServiceStep step;
  Section<ServiceStep>{}.read(**root, step, {findings, {}});
  if (!findings.empty()) return Error{ErrorCode::corrupt, findings.error().message};
  return step;
}

}  // namespace bsn
