#include "sim/live/portal_messages.h"

#include <algorithm>

#include "proto/codec.h"

namespace bsn {
namespace {

constexpr std::size_t name_bytes = CallLimits::name_bytes;

// Remembers the first thing that is wrong.
class Fields {
 public:
  std::string name(const std::string& text, const char* field) {
    if (text.empty()) complain(std::string(field) + " is missing");
    return optional_name(text, field);
  }
  std::string optional_name(const std::string& text, const char* field) {
    if (text.size() > name_bytes) complain(std::string(field) + " is longer than 64 bytes");
    return text;
  }
  template <class Texts>
  std::vector<std::string> names(const Texts& texts, const char* field) {
    std::vector<std::string> list;
    if (texts.size() > WireLimits::cities) complain(std::string(field) + " is too long a list");
    for (int n = 0; wrong_.empty() && n < texts.size(); ++n) list.push_back(name(texts[n], field));
    return list;
  }
  template <class T>
  Result<T> give(T value) const {
    if (wrong_.empty()) return value;
    return Error{ErrorCode::corrupt, wrong_};
  }

 private:
  void complain(std::string what) {
    if (wrong_.empty()) wrong_ = std::move(what);
  }
  std::string wrong_;
};

Capacity decode(const v1::ServiceCapacity& message) {
  return {message.calls_per_second(), message.storage_bytes(), message.traffic_bytes_per_day()};
}

void fill(const Capacity& capacity, v1::ServiceCapacity& message) {
  message.set_calls_per_second(capacity.calls_per_second);
  message.set_storage_bytes(capacity.storage);
  message.set_traffic_bytes_per_day(capacity.traffic_per_day);
}

template <class Texts>
std::vector<std::string> list(const Texts& texts) {
  return {texts.begin(), texts.end()};
}

}  // namespace

v1::DeployServiceRequest encode(const ServiceOrder& order) {
  v1::DeployServiceRequest request;
  request.set_service(order.id);
  request.set_framework(order.framework);
  request.set_project(order.project);
  for (const std::string& city : order.validators) request.add_validators(city);
  for (const std::string& city : order.followers) request.add_followers(city);
  fill(order.capacity, *request.mutable_capacity());
  for (const std::string& contract : order.contracts) request.add_contracts(contract);
  return request;
}

Result<ServiceStep> decode(const v1::DeployServiceRequest& request) {
  Fields fields;
  ServiceStep step;
  step.kind = ServiceStep::Kind::deploy;
  step.service = step.order.id = fields.name(request.service(), "service");
  step.order.framework = fields.name(request.framework(), "framework");
  step.order.project = fields.optional_name(request.project(), "project");
  step.order.validators = fields.names(request.validators(), "validators");
  step.order.followers = fields.names(request.followers(), "followers");
  if (request.has_capacity()) step.order.capacity = decode(request.capacity());
  step.order.contracts = fields.names(request.contracts(), "contracts");
  return fields.give(std::move(step));
}

Result<ServiceStep> decode(const v1::UpgradeServiceRequest& request) {
  Fields fields;
  ServiceStep step;
  step.kind = ServiceStep::Kind::upgrade;
  step.service = fields.name(request.service(), "service");
  step.upgrade.capacity = decode(request.capacity());
  step.upgrade.contracts = fields.names(request.contracts(), "contracts");
  return fields.give(std::move(step));
}

Result<ServiceStep> decode(const v1::MoveServiceRequest& request) {
  Fields fields;
  ServiceStep step;
  step.kind = ServiceStep::Kind::move;
  step.service = fields.name(request.service(), "service");
  step.move = {fields.name(request.from(), "from"), fields.name(request.to(), "to")};
  return fields.give(std::move(step));
}

Result<ServiceStep> decode(const v1::RetireServiceRequest& request) {
  Fields fields;
  ServiceStep step;
  step.kind = ServiceStep::Kind::retire;
  step.service = fields.name(request.service(), "service");
  return fields.give(std::move(step));
}

v1::UpgradeServiceRequest encode_upgrade(const std::string& service, const ServiceUpgrade& upgrade) {
  v1::UpgradeServiceRequest request;
  request.set_service(service);
  fill(upgrade.capacity, *request.mutable_capacity());
  for (const std::string& contract : upgrade.contracts) request.add_contracts(contract);
  return request;
}

v1::ServiceInfo encode(const ServiceReport& report) {
  v1::ServiceInfo info;
  info.set_service(report.service);
  info.set_framework(report.framework);
  info.set_project(report.project);
  info.set_version(report.version);
  info.set_state(report.state);
  for (const std::string& city : report.validators) info.add_validators(city);
  for (const std::string& city : report.followers) info.add_followers(city);
  fill(report.capacity, *info.mutable_capacity());
  for (const std::string& contract : report.contracts) info.add_contracts(contract);
  info.mutable_use()->set_calls(report.calls);
  info.mutable_use()->set_over_capacity(report.over_capacity);
  info.mutable_use()->set_traffic_bytes(report.traffic);
  info.mutable_use()->set_storage_bytes(report.storage);
  return info;
}

ServiceReport decode(const v1::ServiceInfo& info) {
  ServiceReport report;
  report.service = info.service();
  report.framework = info.framework();
  report.project = info.project();
  report.version = info.version();
  report.state = info.state();
  report.validators = list(info.validators());
  report.followers = list(info.followers());
  report.capacity = decode(info.capacity());
  report.contracts = list(info.contracts());
  report.calls = info.use().calls();
  report.over_capacity = info.use().over_capacity();
  report.traffic = info.use().traffic_bytes();
  report.storage = info.use().storage_bytes();
  return report;
}

grpc::Status refusal_status(const Error& error) {
  switch (error.code) {
    case ErrorCode::corrupt:
      return {grpc::StatusCode::INVALID_ARGUMENT, error.message};
    case ErrorCode::invalid_configuration:
      return {grpc::StatusCode::FAILED_PRECONDITION, error.message};
    case ErrorCode::not_found:
      return {grpc::StatusCode::NOT_FOUND, error.message};
    case ErrorCode::already_exists:
      return {grpc::StatusCode::ALREADY_EXISTS, error.message};
    case ErrorCode::exhausted:
      return {grpc::StatusCode::RESOURCE_EXHAUSTED, error.message};
    case ErrorCode::unavailable:
      return {grpc::StatusCode::UNAVAILABLE, error.message};
    default:
      return {grpc::StatusCode::INTERNAL, error.message};
  }
}

}  // namespace bsn
