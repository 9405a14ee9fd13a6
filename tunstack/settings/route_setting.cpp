#include "tunstack/settings/route_setting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "tunstack/fault.hpp"

namespace tunstack {

namespace {

constexpr const char* example =
    "for example route+='203.0.113.0/24 via 198.51.100.1', route+='blackhole 203.0.113.0/24'";

struct Action {
  std::string_view word;
  ip::RouteAction action;
};
constexpr Action actions[] = {{"blackhole", ip::RouteAction::blackhole},
                              {"unreachable", ip::RouteAction::unreachable},
                              {"prohibit", ip::RouteAction::prohibit}};

[[noreturn]] void refuse(const std::string& text, const std::string& why) {
  throw UsageFault(fmt::format("'{}' cannot be a route", text.substr(0, 60)), why, example);
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

IpPrefix prefix_of(const std::string& text, const std::string& word) {
  const auto prefix = parse_prefix(word);
  if (!prefix) refuse(text, fmt::format("'{}' is no prefix", word.substr(0, 40)));
  return network_of(*prefix);
}

InterfaceId interface_named(const std::string& text, const std::string& name, const NodeState& state) {
  const auto found = std::ranges::find(state.interfaces, name, [](const Interface& one) { return one.config.name; });
  if (found == state.interfaces.end()) refuse(text, fmt::format("the node has no interface '{}'", name.substr(0, 40)));
  return InterfaceId(found - state.interfaces.begin());
}

/// The interface on whose link the gateway is.
InterfaceId interface_towards(const std::string& text, const IpAddress& gateway, const NodeState& state) {
  for (std::size_t i = 0; i < state.interfaces.size(); ++i)
    for (const IpPrefix& own : state.interfaces[i].config.addresses)
      if (!gateway.is_link_local() && own.contains(gateway)) return InterfaceId(i);
  refuse(text, gateway.is_link_local() ? "every link has such addresses: dev NAME has to say which one is meant"
                                       : fmt::format("{} is on no link of the node", to_text(gateway)));
}

IpAddress gateway_of(const std::string& text, const std::string& word, const IpPrefix& prefix) {
  const auto gateway = parse_address(word);
  if (!gateway) refuse(text, fmt::format("'{}' is no address", word.substr(0, 40)));
  if (gateway->family() != prefix.address.family()) refuse(text, "prefix and gateway are of different families");
  return *gateway;
}

/// A gateway is a neighbor, not the node itself nor a group.
void check_gateway(const std::string& text, const IpAddress& gateway, InterfaceId interface, const NodeState& state) {
  const AddressKind kind = gateway.is_ipv4() ? state.addresses.kind_on(interface, gateway.ipv4())
                                             : state.addresses.kind_on(interface, gateway.ipv6());
  if (is_own(kind)) refuse(text, fmt::format("{} is an address of the node itself", to_text(gateway)));
  if (kind != AddressKind::unicast)
    refuse(text, fmt::format("{} is the address of no single neighbor", to_text(gateway)));
  const auto& own = state.interface(interface).config.addresses;
  if (!gateway.is_link_local() && std::ranges::none_of(own, [&](const IpPrefix& p) { return p.contains(gateway); }))
    refuse(text, fmt::format("{} is not on that link", to_text(gateway)));
}

/// A host on such a link hands everything to its other end.
void check_has_choice(const std::string& text, const NodeState& state) {
  if (state.is_on_one_plain_link && state.interfaces[0].is_host())
    refuse(text, "a host with one TUN device sends everything by that: a route would have no effect (role=router)");
}

/// What follows behind the prefix, in pairs.
void read_rest(const std::string& text, std::span<const std::string> words, ip::Route& route, const NodeState& state) {
  bool has_interface = false;
  if (words.size() % 2 != 0) refuse(text, fmt::format("behind '{}' something is missing", words.back().substr(0, 40)));
  for (std::size_t i = 0; i < words.size(); i += 2) {
    if (words[i] == "via") {
      route.gateway = gateway_of(text, words[i + 1], route.prefix);
    } else if (words[i] == "dev") {
      route.interface = interface_named(text, words[i + 1], state);
      has_interface = true;
    } else {
      refuse(text, fmt::format("'{}' is none of via and dev", words[i].substr(0, 40)));
    }
  }
  if (!has_interface && !route.gateway) refuse(text, "via GATEWAY or dev NAME has to say where it leads");
  if (!has_interface) route.interface = interface_towards(text, *route.gateway, state);
  if (route.gateway) check_gateway(text, *route.gateway, route.interface, state);
}

}  // namespace

RouteChange parse_route_to_add(const std::string& text, const NodeState& state) {
  const std::vector<std::string> words = words_of(text);
  if (words.empty()) refuse(text, "it is empty");
  check_has_choice(text, state);
  ip::Route route;
  if (const auto action = std::ranges::find(actions, words[0], &Action::word); action != std::end(actions)) {
    if (words.size() != 2) refuse(text, fmt::format("behind '{}' stands a prefix alone", words[0]));
    route.prefix = prefix_of(text, words[1]);
    route.action = action->action;
    return {true, route};
  }
  route.prefix = prefix_of(text, words[0]);
  read_rest(text, std::span(words).subspan(1), route, state);
  return {true, route};
}

RouteChange parse_route_to_remove(const std::string& text, const NodeState& state) {
  const std::vector<std::string> words = words_of(text);
  if (words.size() != 1 && (words.size() != 3 || words[1] != "dev")) refuse(text, "it is PREFIX or PREFIX dev NAME");
  const IpPrefix prefix = prefix_of(text, words[0]);
  for (const ip::Route& held : state.routes.routes())
    if (held.prefix == prefix && (words.size() == 1 || held.interface == interface_named(text, words[2], state)))
      return {false, held};
  throw UsageFault(fmt::format("there is no route to {}", to_text(prefix)),
                   "none to this very prefix was given to the node", "'tunstack state' tells which there are");
}

void check_has_effect(const RouteChange& change, const ip::Routes& before) {
  const ip::Route& added = change.route;
  if (!change.adds || added.forwards()) return;
  for (const ip::Route& held : before.routes())
    if (held.prefix == added.prefix && held.forwards())
      throw UsageFault(fmt::format("a route to {} that refuses would have no effect", to_text(added.prefix)),
                       "another route leads there, which is taken while its link is up",
                       fmt::format("take that one away in the same request: route-={}", to_text(added.prefix)));
}

}  // namespace tunstack
