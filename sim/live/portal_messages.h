// The one door between services (sim/service.h) and the portal's messages (proto/portal.proto).
//
// encode never fails. decode believes nothing of a request: names are short, lists bounded, figures in range; what is
// wrong becomes an Error (corrupt) that names the field. Whether it can be done is sim/service_check.h's question.
#pragma once

#include <grpcpp/support/status.h>

#include <string>

#include "core/result.h"
#include "proto/portal.pb.h"
#include "sim/report.h"
#include "sim/service.h"
#include "sim/service_step.h"

namespace bsn {

v1::DeployServiceRequest encode(const ServiceOrder& order);

// The portal's wishes as steps: decoded, not taken.
Result<ServiceStep> decode(const v1::DeployServiceRequest& request);
Result<ServiceStep> decode(const v1::UpgradeServiceRequest& request);
Result<ServiceStep> decode(const v1::MoveServiceRequest& request);
Result<ServiceStep> decode(const v1::RetireServiceRequest& request);

v1::UpgradeServiceRequest encode_upgrade(const std::string& service, const ServiceUpgrade& upgrade);

v1::ServiceInfo encode(const ServiceReport& report);
ServiceReport decode(const v1::ServiceInfo& info);  // from the operator, whom its own command line trusts

// The status that says what kind of no it is.
grpc::Status refusal_status(const Error& error);

}  // namespace bsn
