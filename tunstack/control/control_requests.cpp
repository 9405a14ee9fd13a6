#include "tunstack/control/control_requests.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tunstack/control/control_line.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/notation/packet_text.hpp"
#include "tunstack/options/effect.hpp"
#include "tunstack/options/former_keys.hpp"
#include "tunstack/options/options.hpp"
#include "tunstack/options/suggestion.hpp"
#include "tunstack/report/bounded_json.hpp"
#include "tunstack/report/state_report.hpp"
#include "tunstack/settings/network_settings.hpp"
#include "tunstack/why/outcome_json.hpp"

namespace tunstack {

namespace {

using Json = nlohmann::ordered_json;

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
  if (found == request.end() || !found->is_array()) return texts;
  for (const Json& text : *found)
    if (text.is_string()) texts.push_back(text.get<std::string>());
  return texts;
}

const InterfaceConfig& first_interface(const Node& node) { return node.state().interfaces[0].config; }

std::vector<std::string> texts_of(const std::vector<IpPrefix>& prefixes) {
  std::vector<std::string> texts;
  texts.reserve(prefixes.size());
  for (const IpPrefix& prefix : prefixes) texts.push_back(to_text(prefix));
  return texts;
}

/// By the keys that `set` takes.
Json all_that_can_be_got(const Node& node) {
  std::vector<IpPrefix> addresses;
  for (const Interface& interface : node.state().interfaces)
    addresses.insert(addresses.end(), interface.config.addresses.begin(), interface.config.addresses.end());
  Json all{{"role", first_interface(node).role == Role::host ? "host" : "router"},
           {"address", fmt::format("{}", fmt::join(texts_of(addresses), " "))}};
  for (const OptionArea& area : option_areas())
    for (const OptionRow& row : area.rows)
      if (!option::is_secret(row)) all[std::string(row.key)] = option::value_text(row.kind, node.state().options);
  return all;
}

[[noreturn]] void throw_unknown(const std::string& key) {
  const OptionFault fault = unknown_option(key);
  throw UsageFault(fault.what, fault.why, fault.remedy);
}

/// As captures have them: "node.r2.KEY=VALUE" where it is not about the node behind the device.
std::vector<std::string> of_node(std::vector<std::string> settings, const Json& request) {
  if (const std::string name = text_in(request, "node"); !name.empty())
    for (std::string& setting : settings) setting.insert(0, fmt::format("{}{}.", settings_of_node, name));
  return settings;
}

notation::Octets octets_in(const Json& request) {
  auto octets = notation::parse_octets(text_in(request, "octets"));
  if (!octets) throw UsageFault("the octets of the request are none", octets.error().what, "give them in hexadecimal");
  return std::move(*octets);
}

}  // namespace

struct ControlRequests::Verb {
  std::string_view name;
  Json (ControlRequests::*answer)(const Json& request, ControlAnswer& answer);
};

const ControlRequests::Verb ControlRequests::verbs[] = {
    {"state", &ControlRequests::state},     {"watch", &ControlRequests::watch}, {"get", &ControlRequests::get},
    {"set", &ControlRequests::set},         {"send", &ControlRequests::send},   {"ask", &ControlRequests::ask},
    {"program", &ControlRequests::program}, {"play", &ControlRequests::play},
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
    ControlAnswer answer;
    answer.line = control_line((this->*verb.answer)(*request, answer));
    return answer;
  }
  throw UsageFault(fmt::format("'{}' is no request", asked.substr(0, 40)), "this stack does not know it",
                   did_you_mean(asked, names) + "docs/control.md lists all");
} catch (const Fault& fault) {
  return {control_line(fault_json(fault.what(), fault.why(), fault.remedy())), {}};
} catch (const std::exception& error) {  // which must not end the stack
  return {control_line(fault_json("the request cannot be done", error.what(), "ask for something else")), {}};
}

NodeId ControlRequests::node_of(const Json& request) const {
  const std::string name = text_in(request, "node");
  if (name.empty()) return stack_.network.node_at(InterfaceId{0});
  return node_named(stack_.network, name);
}

Json ControlRequests::state(const Json& request, ControlAnswer&) {
  Json report = state_report(stack_.network.node(node_of(request)), stack_.now(), stack_.outlets());
  report["node"] = stack_.network.name(node_of(request));
  report["nodes"] = stack_.network.node_names();
  return report;
}

Json ControlRequests::watch(const Json& request, ControlAnswer& answer) {
  answer.watch = {EventFilter(text_in(request, "filter")), flag_in(request, "drops")};
  for (const std::string& name : answer.watch->filter.nodes())
    if (!stack_.network.find_node(name))
      throw UsageFault(fmt::format("'node {}' matches nothing", name.substr(0, 60)), "there is no such node",
                       did_you_mean(name, stack_.network.node_names()) + "a node of the stack");
  return {{"watching", true}};
}

Json ControlRequests::get(const Json& request, ControlAnswer&) {
  Json all = all_that_can_be_got(stack_.network.node(node_of(request)));
  const std::vector<std::string> wanted = texts_in(request, "keys");
  if (wanted.empty()) return {{"options", all}};
  Json found = Json::object();
  for (const std::string& written : wanted) {
    const std::string key = option::present_key(written);
    if (const auto known = all.find(key); known != all.end())
      found[key] = *known;
    else if (find_option(key) == nullptr)
      throw_unknown(key);
  }
  return {{"options", found}};
}

/// All of them, or none.
Json ControlRequests::set(const Json& request, ControlAnswer&) {
  const std::vector<std::string> texts = of_node(texts_in(request, "settings"), request);
  const NetworkSettings settings = read_settings(stack_.network, texts, stack_.now());
  stack_.act([&](Network& network, Instant now, Outbox& out) {
    stack_.changes(texts, now);
    apply(settings, network, now, out);
  });
  const NodeId which = node_of(request);
  return {{"changed", true}, {"addresses", texts_of(first_interface(stack_.network.node(which)).addresses)}};
}

Json ControlRequests::send(const Json& request, ControlAnswer&) {
  const notation::Octets octets = octets_in(request);
  const bool is_frame = flag_in(request, "frame");
  MaybeReason withheld;
  const NodeId which = node_of(request);
  stack_.act([&](Network& network, Instant now, Outbox& out) {
    constexpr InterfaceId first{0};
    stack_.sends(text_in(request, "node"), octets, is_frame, now);
    network.act(which, now, out, [&](Node& node, Instant when, Outbox& box) {
      withheld = is_frame ? node.send_frame(first, octets, when, box) : node.send_packet(first, octets, when, box);
    });
  });
  return {{"withheld", withheld ? Json(info(*withheld).name) : Json()}};
}

Json ControlRequests::program(const Json& request, ControlAnswer& answer) {
  const std::vector<std::string> words = texts_in(request, "words");
  if (!stack_.start_program || words.empty())
    throw UsageFault("no program is named", "the words of the request are none", R"(for example ["ping","192.0.2.1"])");
  const auto [job, source, target] = stack_.start_program(node_of(request), words);
  answer.job = job;
  return {{"started", true},
          {"node", stack_.network.name(node_of(request))},
          {"source", to_text(source)},
          {"target", to_text(target)}};
}

Json ControlRequests::play(const Json& request, ControlAnswer&) {
  if (!stack_.play)
    throw UsageFault("the stack plays no lab", "events and expectations are those of a lab, where that is asked for",
                     "start it with --lab LAB --play");
  return stack_.play(flag_in(request, "texts"), flag_in(request, "end"));
}

/// A copy answers, so that nothing changes by asking.
Json ControlRequests::ask(const Json& request, ControlAnswer&) {
  const notation::Octets octets = octets_in(request);
  const bool is_of_one = !text_in(request, "node").empty();
  Network copy = is_of_one ? Network(stack_.network.node(node_of(request))) : stack_.network;
  Instant now = stack_.now();
  if (const std::string setting = text_in(request, "setting"); !setting.empty()) {
    Outbox out;
    apply(read_settings(copy, {setting}, now), copy, now, out);
    now = why::settled(copy, now);
  }
  return why::to_json(why::ask(copy, {InterfaceId{0}, octets, now, flag_in(request, "link_layer_group")}));
}

}  // namespace tunstack
