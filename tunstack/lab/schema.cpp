#include "tunstack/lab/schema.hpp"

#include <fmt/format.h>

#include "tunstack/lab/lab_keys.hpp"
#include "tunstack/network/misbehaviour.hpp"

namespace tunstack::lab {

namespace {

using Json = nlohmann::ordered_json;

const Json text_form = {{"type", "string"}};
const Json texts_form = {{"type", "array"}, {"items", text_form}};
const Json scalar_form = {{"type", {"string", "number", "boolean", "array"}}};

Json form_of(ValueKind kind, const NumberLimits& limits) {
  using enum ValueKind;
  switch (kind) {
    case truth:
      return {{"type", "boolean"}};
    case number:
      return {{"type", "integer"}, {"minimum", limits.least}, {"maximum", limits.most}};
    case share:
      return {{"anyOf",
               {{{"type", "number"}, {"minimum", 0}, {"maximum", 1}},
                {{"type", "string"}, {"pattern", "^([0-9.]+%?|every [0-9]+(st|nd|rd|th))$"}}}}};
    case time:
      return {{"type", "string"}, {"pattern", "^[0-9.]+(us|ms|s|m|min|h)$"}};
    case rate:
      return {{"type", "string"}, {"pattern", "^[0-9.]+ *(|k|M|G)bit/s$"}};
    case comparison:
      return {{"type", {"number", "string", "boolean"}}};
    case texts:
    case prefixes:
    case addresses:
      return texts_form;
    case gateways:
      return {{"anyOf", {text_form, texts_form}}};
    case scalar:
      return scalar_form;
    case settings:
      return {{"type", "object"}};
    case ignored:
      return Json::object();
    default:
      return text_form;
  }
}

/// `nested` says the form of keys that are tables.
template <class Part, class Nested>
Json table_form(LabKeys<Part> keys, const Nested& nested) {
  Json properties = Json::object();
  for (const LabKey<Part>& key : keys) {
    Json form =
        key.take == nullptr && key.kind != ValueKind::ignored ? nested(key.name) : form_of(key.kind, key.limits);
    form["description"] = key.help;
    properties[std::string(key.name)] = std::move(form);
  }
  return {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
}
template <class Part>
Json table_form(LabKeys<Part> keys) {
  return table_form(keys, [](std::string_view) { return Json::object(); });
}

Json list_of(Json form) { return {{"type", "array"}, {"items", std::move(form)}}; }
Json each_named(Json form) { return {{"type", "object"}, {"additionalProperties", std::move(form)}}; }

/// Yes or no, or a number where there is a choice of them.
Json form_of(const MisdeedRow& misdeed) {
  Json truth = {{"type", "boolean"}};
  if (misdeed.most == 1) return truth;
  return {{"anyOf", {truth, {{"type", "integer"}, {"minimum", misdeed.least}, {"maximum", misdeed.most}}}}};
}

Json misbehave_form() {
  Json properties = Json::object();
  for (const MisdeedRow& misdeed : misdeed_rows()) {
    Json form = form_of(misdeed);
    form["description"] = misdeed.text;
    properties[std::string(misdeed.name)] = std::move(form);
  }
  return {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
}

Json node_form() {
  Json form = table_form(node_keys(), [](std::string_view key) {
    if (key == "interfaces") return each_named(table_form(interface_keys()));
    if (key == "advertise") return table_form(advertise_keys());
    return list_of(table_form(filter_keys()));
  });
  form["properties"]["misbehave"].update(misbehave_form());
  return form;
}

std::string misdeeds_text() {
  std::string text = "### misbehave\n\n| fault | takes | the node |\n|---|---|---|\n";
  for (const MisdeedRow& misdeed : misdeed_rows())
    text +=
        fmt::format("| `{}` | {} | {} |\n", misdeed.name,
                    misdeed.most == 1 ? "true" : fmt::format("{} to {}", misdeed.least, misdeed.most), misdeed.text);
  return text;
}

template <class Part>
std::string table_text(const char* header, LabKeys<Part> keys) {
  std::string text = fmt::format("### {}\n\n| key | says |\n|---|---|\n", header);
  for (const LabKey<Part>& key : keys) text += fmt::format("| `{}` | {} |\n", key.name, key.help);
  return text + "\n";
}

}  // namespace

Json lab_schema() {
  Json schema = {{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", "A lab of tunstack"}};
  const Json form = table_form(file_keys(), [](std::string_view key) -> Json {
    if (key == "host") return {{"anyOf", {table_form(door_keys()), each_named(table_form(door_keys()))}}};
    if (key == "link") return each_named(table_form(link_keys()));
    if (key == "node") return each_named(node_form());
    if (key == "topology") return table_form(topology_keys());
    if (key == "event") return list_of(table_form(event_keys()));
    return list_of(table_form(expectation_keys()));
  });
  schema.update(form);
  return schema;
}

std::string keys_as_markdown() {
  std::string text = table_text("A lab", file_keys());
  text += table_text("[host]", door_keys()) + table_text("[link.NAME]", link_keys()) +
          table_text("[node.NAME]", node_keys()) + table_text("interfaces.NAME", interface_keys()) +
          table_text("advertise", advertise_keys()) + table_text("[[node.NAME.filter]]", filter_keys()) +
          table_text("[topology]", topology_keys()) + table_text("[[event]]", event_keys()) +
          table_text("[[expect]]", expectation_keys());
  return text + misdeeds_text();
}

}  // namespace tunstack::lab
