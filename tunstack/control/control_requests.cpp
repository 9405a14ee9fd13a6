#include "tunstack/control/control_requests.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "tunstack/fault.hpp"
#include "tunstack/node/advertised.hpp"
#include "tunstack/notation/packet_text.hpp"
#include "tunstack/options/effect.hpp"
#include "tunstack/options/options.hpp"
#include "tunstack/options/suggestion.hpp"
#include "tunstack/report/bounded_json.hpp"
#include "tunstack/report/state_report.hpp"
#include "tunstack/why/outcome_json.hpp"

namespace tunstack {

namespace {

using Json = nlohmann::ordered_json;

std::string line_of(Json answer) {
  Json whole{{"schema", control_schema}};
  whole.update(answer);
  // A device may have any name; JSON may not.
  return whole.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json fault_json(const std::string& what, const std::string& why, const std::string& remedy) {
  return {{"fault", {{"what", what}, {"why", why}, {"remedy", remedy}}}};
}

std::string text_in(const Json& request, const char* name) {
  const auto found = request.find(name);
  if (found == request.end() || found->is_null()) return {};
  if (found->is_string()) return found->get<std::string>();
  throw UsageFault(fmt::format("'{}' of the request is no text", name), "docs/control.md says what requests hold",
                   "use the tunstack of the same version");
}

bool flag_in(const Json& request, const char* name) {
  const auto found = request.find(name);
  return found != request.end() && found->is_boolean() && found->get<bool>();
}

std::vector<std::string> texts_in(const Json& request, const char* name) {
  std::vector<std::string> texts;
  const auto found = request.find(name);
  if (found == request.end()) return texts;
  for (const Json& text : *found)
    if (text.is_string()) texts.push_back(text.get<std::string>());
  return texts;
}

void set_or_refuse(NodeOptions& options, const std::string& setting) {
  if (const auto fault = set_option(options, setting)) throw UsageFault(fault->what, fault->why, fault->remedy);
}

const OptionRow& option_or_refuse(const std::string& key) {
  if (const OptionRow* const row = find_option(key)) return *row;
  const OptionFault fault = unknown_option(key);
  throw UsageFault(fault.what, fault.why, fault.remedy);
}

[[noreturn]] void throw_fixed(const OptionRow& row, const NodeOptions& wanted) {
  throw UsageFault(
      fmt::format("{} cannot be changed while the stack runs", row.key), "it is read at the start",
      fmt::format("start the stack again with --set {}={}", row.key, option::value_text(row.kind, wanted)));
}

/// Values that fit each by itself, but not together (RFC 4861 6.2.1, RFC 1256 4.1).
void check_advertising(const NodeState& state, const NodeOptions& options) {
  for (const Interface& interface : state.interfaces) {
    std::optional<std::string> fault;
    if (options.router.advertises) fault = fault_of(advertising_config(options.router, interface.config));
    if (!fault && options.router4.advertises)
      if (const auto fault4 = fault_of(irdp_config(options.router4, interface.config))) fault = std::string(*fault4);
    if (fault && interface.config.role == Role::router)
      throw UsageFault("this router cannot be advertised so", *fault, "'tunstack options' lists what the options take");
  }
}

NodeOptions changed(const NodeState& state, const std::vector<std::string>& settings) {
  NodeOptions options = state.options;
  for (const std::string& setting : settings) set_or_refuse(options, setting);
  check_advertising(state, options);
  return options;
}

constexpr std::string_view role_key = "role=";

/// What the settings say of the role, and the others.
std::optional<Role> take_role(std::vector<std::string>& settings) {
  std::optional<Role> role;
  for (const std::string& setting : settings) {
    if (!setting.starts_with(role_key)) continue;
    const std::string_view value = std::string_view(setting).substr(role_key.size());
    if (value != "host" && value != "router")
      throw UsageFault(fmt::format("'{}' is no role", value.substr(0, 40)), "a stack is a host or a router on its link",
                       "role=host or role=router");
    role = value == "host" ? Role::host : Role::router;
  }
  std::erase_if(settings, [](const std::string& setting) { return setting.starts_with(role_key); });
  return role;
}

notation::Octets octets_in(const Json& request) {
  auto octets = notation::parse_octets(text_in(request, "octets"));
  if (!octets) throw UsageFault("the octets of the request are none", octets.error().what, "give them in hexadecimal");
  return std::move(*octets);
}

}  // namespace

struct ControlRequests::Verb {
  std::string_view name;
  Json (ControlRequests::*answer)(const Json& request, std::optional<Watch>& watch);
};

const ControlRequests::Verb ControlRequests::verbs[] = {
    {"state", &ControlRequests::state}, {"watch", &ControlRequests::watch}, {"get", &ControlRequests::get},
    {"set", &ControlRequests::set},     {"send", &ControlRequests::send},   {"ask", &ControlRequests::ask},
};

ControlAnswer ControlRequests::answer(std::string_view text) try {
  const auto request = parse_object(text);
  if (!request)
    throw UsageFault("the request cannot be read", "a request is one JSON object in one line",
                     R"(for example {"request":"state"})");
  const std::string asked = text_in(*request, "request");
  std::vector<std::string> names;
  for (const Verb& verb : verbs) {
    names.emplace_back(verb.name);
    if (verb.name != asked) continue;
    std::optional<Watch> watch;
    std::string line = line_of((this->*verb.answer)(*request, watch));
    return {std::move(line), std::move(watch)};
  }
  throw UsageFault(fmt::format("'{}' is no request", asked.substr(0, 40)), "this stack does not know it",
                   did_you_mean(asked, names) + "docs/control.md lists all");
} catch (const Fault& fault) {
  return {line_of(fault_json(fault.what(), fault.why(), fault.remedy())), {}};
}

Json ControlRequests::state(const Json&, std::optional<Watch>&) {
  return state_report(stack_.node, stack_.now(), stack_.outlets());
}

Json ControlRequests::watch(const Json& request, std::optional<Watch>& watch) {
  watch = {EventFilter(text_in(request, "filter")), flag_in(request, "drops")};
  return {{"watching", true}};
}

Json ControlRequests::get(const Json& request, std::optional<Watch>&) {
  const NodeOptions& options = stack_.node.state().options;
  std::set<const OptionRow*> wanted;
  for (const std::string& key : texts_in(request, "keys")) wanted.insert(&option_or_refuse(key));
  Json found = Json::object();
  for (const OptionArea& area : option_areas())
    for (const OptionRow& row : area.rows)
      if (!option::is_secret(row) && (wanted.empty() || wanted.contains(&row)))
        found[std::string(row.key)] = option::value_text(row.kind, options);
  return {{"options", found}};
}

/// All of them, or none.
Json ControlRequests::set(const Json& request, std::optional<Watch>&) {
  std::vector<std::string> settings = texts_in(request, "settings");
  const auto role = take_role(settings);
  const NodeOptions options = changed(stack_.node.state(), settings);
  if (const OptionRow* const fixed = option::fixed_row_changed(stack_.node.state().options, options))
    throw_fixed(*fixed, options);
  stack_.act([&](Instant now, Outbox& out) {
    if (!settings.empty()) stack_.node.change(options, now, out);
    if (role) stack_.node.set_role(InterfaceId{0}, *role, now, out);
  });
  return {{"changed", true}};
}

Json ControlRequests::send(const Json& request, std::optional<Watch>&) {
  const notation::Octets octets = octets_in(request);
  const bool is_frame = flag_in(request, "frame");
  MaybeReason withheld;
  stack_.act([&](Instant now, Outbox& out) {
    constexpr InterfaceId only{0};
    withheld =
        is_frame ? stack_.node.send_frame(only, octets, now, out) : stack_.node.send_packet(only, octets, now, out);
  });
  return {{"withheld", withheld ? Json(info(*withheld).name) : Json()}};
}

/// A copy answers, so that nothing changes by asking.
Json ControlRequests::ask(const Json& request, std::optional<Watch>&) {
  const notation::Octets octets = octets_in(request);
  Node copy = stack_.node;
  copy.observe(nullptr);
  Instant now = stack_.now();
  if (const std::string setting = text_in(request, "setting"); !setting.empty()) {
    const NodeOptions options = changed(copy.state(), {setting});
    Outbox out;
    if (const OptionRow* const fixed = copy.change(options, now, out)) throw_fixed(*fixed, options);
    now = why::settled(copy, now);
  }
  return why::to_json(why::ask(copy, {InterfaceId{0}, octets, now, flag_in(request, "link_layer_group")}));
}

}  // namespace tunstack
