#include "edge/openapi.h"

#include <google/protobuf/descriptor.h>

#include <boost/json.hpp>
#include <map>
#include <set>

#include "edge/endpoint.h"
#include "edge/permissioned/framework.h"

namespace bsn::edge {
namespace {

namespace json = boost::json;
namespace pb = google::protobuf;

json::object reference(std::string_view name) { return {{"$ref", "#/components/schemas/" + std::string(name)}}; }

json::object schema_of_one(const pb::FieldDescriptor& field) {
  switch (field.type()) {
    case pb::FieldDescriptor::TYPE_MESSAGE:
      return reference(field.message_type()->name());
    case pb::FieldDescriptor::TYPE_ENUM: {
      json::array names;
      for (int i = 0; i < field.enum_type()->value_count(); ++i)
        names.push_back(json::string(field.enum_type()->value(i)->name()));
      return {{"type", "string"}, {"enum", names}};
    }
    case pb::FieldDescriptor::TYPE_BYTES:
      return {{"type", "string"}, {"format", "byte"}};
    case pb::FieldDescriptor::TYPE_STRING:
      return {{"type", "string"}};
    case pb::FieldDescriptor::TYPE_BOOL:
      return {{"type", "boolean"}};
    case pb::FieldDescriptor::TYPE_DOUBLE:
      return {{"type", "number"}, {"format", "double"}};
    case pb::FieldDescriptor::TYPE_UINT32:
      return {{"type", "integer"}, {"format", "int64"}};
    default:
      return {{"type", "string"},
              {"format", field.cpp_type() == pb::FieldDescriptor::CPPTYPE_UINT64 ? "uint64" : "int64"}};
  }
}

json::object schema_of(const pb::FieldDescriptor& field) {
  if (!field.is_repeated()) return schema_of_one(field);
  return {{"type", "array"}, {"items", schema_of_one(field)}};
}

// The message's schema and those of the messages in it, under their names.
void add_schemas(const pb::Descriptor& message, std::map<std::string, json::object>& schemas) {
  if (schemas.contains(message.name())) return;
  json::object properties;
  schemas[message.name()] = {};
  for (int i = 0; i < message.field_count(); ++i) {
    const pb::FieldDescriptor& field = *message.field(i);
    properties[field.json_name()] = schema_of(field);
    if (field.message_type()) add_schemas(*field.message_type(), schemas);
  }
  schemas[message.name()] = {{"type", "object"}, {"properties", properties}, {"additionalProperties", false}};
}

json::object error_schema() {
  const json::object text = {{"type", "string"}};
  const json::object details = {{"type", "array"}, {"items", {{"type", "object"}}}};
  const json::object error = {
      {"type", "object"},
      {"required", json::array{"code", "status", "message", "details"}},
      {"properties", {{"code", {{"type", "integer"}}}, {"status", text}, {"message", text}, {"details", details}}}};
  return {{"type", "object"}, {"required", json::array{"error"}}, {"properties", {{"error", error}}}};
}

json::object parameter(std::string_view name, std::string_view where, json::object schema) {
  return {{"name", name}, {"in", where}, {"required", where == "path"}, {"schema", std::move(schema)}};
}

// All plain fields of the request: in the path where the path names them, else in the query.
void add_parameters(const Endpoint& endpoint, const pb::Descriptor& message, const std::string& prefix,
                    json::array& list) {
  for (int i = 0; i < message.field_count(); ++i) {
    const pb::FieldDescriptor& field = *message.field(i);
    const std::string name = prefix + field.name();
    if (field.message_type()) {
      add_parameters(endpoint, *field.message_type(), name + ".", list);
      continue;
    }
    const bool in_path = endpoint.path.find("{" + name + "}") != std::string_view::npos;
    list.push_back(parameter(name, in_path ? "path" : "query", schema_of(field)));
  }
}

json::array parameters(const Endpoint& endpoint) {
  json::array list;
  if (endpoint.verb == http::verb::get) add_parameters(endpoint, *endpoint.request().GetDescriptor(), "", list);
  const json::object text = {{"type", "string"}};
  if (endpoint.streams) list.push_back(parameter("limit", "query", {{"type", "integer"}, {"minimum", 1}}));
  if (endpoint.keyed) list.push_back(parameter("x-bsn-origin", "header", text));
  list.push_back(parameter("x-bsn-timeout", "header", text));
  return list;
}

json::object content(std::string_view type, json::object schema) { return {{type, {{"schema", std::move(schema)}}}}; }

json::object operation(const Endpoint& endpoint) {
  const std::string_view answered = endpoint.streams ? "application/x-ndjson" : "application/json";
  json::object made = {
      {"operationId", endpoint.rpc.substr(endpoint.rpc.rfind('/') + 1)},
      {"summary", endpoint.summary},
      {"parameters", parameters(endpoint)},
      {"responses",
       {{"200",
         {{"description", "OK"},
          {"content", content(answered, reference(endpoint.response().GetDescriptor()->name()))}}},
        {"default",
         {{"description", "refused or failed"}, {"content", content("application/json", reference("Error"))}}}}}};
  if (endpoint.verb == http::verb::post) {
    made["requestBody"] = {
        {"required", true},
        {"content", content("application/json", reference(endpoint.request().GetDescriptor()->name()))}};
  }
  if (endpoint.keyed) made["security"] = json::array{json::object{{"accessKey", json::array{}}}};
  return made;
}

// ---- BSN's permissioned shape ----

json::object schema_of(const BodyField& field) {
  const json::object text = {{"type", "string"}};
  if (field.kind == BodyField::Kind::list) return {{"type", "array"}, {"items", text}};
  if (field.kind == BodyField::Kind::map) return {{"type", "object"}, {"additionalProperties", text}};
  return text;
}

json::object schema_of(std::span<const BodyField> fields) {
  json::object properties;
  json::array needed;
  for (const BodyField& field : fields) {
    properties[field.name] = schema_of(field);
    if (field.needed) needed.push_back(json::string(field.name));
  }
  json::object made = {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!needed.empty()) made["required"] = std::move(needed);
  return made;
}

json::object whole_schema(json::object header, json::object body) {
  return {{"type", "object"},
          {"required", json::array{"header"}},
          {"properties", {{"header", std::move(header)}, {"mac", {{"type", "string"}}}, {"body", std::move(body)}}}};
}

json::object permissioned_operation(const std::string& id, std::string_view summary,
                                    std::span<const BodyField> fields) {
  const json::object asks = {
      {"type", "object"},
      {"required", json::array{"userCode", "appCode"}},
      {"properties",
       {{"userCode", {{"type", "string"}}}, {"appCode", {{"type", "string"}}}, {"tId", {{"type", "string"}}}}}};
  const json::object says = {{"type", "object"},
                             {"properties", {{"code", {{"type", "integer"}}}, {"msg", {{"type", "string"}}}}}};
  const json::object answered =
      content("application/json", whole_schema(says, {{"type", "object"}, {"nullable", true}}));
  return {{"operationId", id},
          {"summary", summary},
          {"parameters", json::array{parameter("x-bsn-origin", "header", {{"type", "string"}}),
                                     parameter("x-bsn-timeout", "header", {{"type", "string"}})}},
          {"requestBody",
           {{"required", true}, {"content", content("application/json", whole_schema(asks, schema_of(fields)))}}},
          {"responses",
           {{"200", {{"description", "code 0"}, {"content", answered}}},
            {"default", {{"description", "code -1: refused or failed"}, {"content", answered}}}}}};
}

void add_permissioned(json::object& paths) {
  paths["/api/app/getAppInfo"] =
      json::object{{"post", permissioned_operation("getAppInfo", "How a service is to be called.", {})}};
  for (const Framework* framework : frameworks()) {
    for (const PermissionedCall& call : framework->calls) {
      const std::string base = "/api/" + std::string(framework->segment) + "/v1/";
      const std::string id =
          std::string(framework->segment) + "." + std::string(call.path.substr(call.path.find('/') + 1));
      paths[base + std::string(call.path)] =
          json::object{{"post", permissioned_operation(id, call.summary, call.fields)}};
    }
  }
}

}  // namespace

std::string openapi() {
  json::object paths;
  std::map<std::string, json::object> schemas;
  for (const Endpoint& endpoint : endpoints()) {
    const std::string verb = endpoint.verb == http::verb::get ? "get" : "post";
    paths[std::string(endpoint.path)] = json::object{{verb, operation(endpoint)}};
    if (endpoint.verb == http::verb::post) add_schemas(*endpoint.request().GetDescriptor(), schemas);
    add_schemas(*endpoint.response().GetDescriptor(), schemas);
  }
  add_permissioned(paths);
  json::object named = {{"Error", error_schema()}};
  for (auto& [name, schema] : schemas) named[name] = std::move(schema);
  const json::object key = {{"type", "apiKey"}, {"in", "header"}, {"name", "x-api-key"}};
  const json::object document = {
      {"openapi", "3.0.3"},
      {"info", {{"title", "The gateway of a blockchain service network"}, {"version", "1"}}},
      {"paths", std::move(paths)},
      {"components", {{"schemas", std::move(named)}, {"securitySchemes", {{"accessKey", key}}}}}};
  return json::serialize(document) + "\n";
}

}  // namespace bsn::edge
