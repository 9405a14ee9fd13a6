#include "tunstack/settings/node_settings.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tunstack/fault.hpp"
#include "tunstack/node/advertised.hpp"
#include "tunstack/node/interface_config.hpp"
#include "tunstack/options/effect.hpp"

namespace tunstack {

namespace {

constexpr InterfaceId only{0};

[[noreturn]] void refuse(const OptionFault& fault) { throw UsageFault(fault.what, fault.why, fault.remedy); }

// ---- roles ----

Role parse_role(std::string_view value) {
  if (value == "host") return Role::host;
  if (value == "router") return Role::router;
  throw UsageFault(fmt::format("'{}' is no role", value.substr(0, 40)), "a stack is a host or a router on its link",
                   "role=host or role=router");
}

// ---- addresses ----

bool is_link_local(const IpPrefix& prefix) { return prefix.address.is_link_local(); }

std::string list_of(const std::vector<IpPrefix>& addresses) {
  std::string text;
  for (const IpPrefix& one : addresses) text += (text.empty() ? "" : ", ") + to_text(one);
  return text;
}

IpPrefix parse_address_to_add(const std::string& value) {
  const auto address = parse_host_address(value);
  if (!address) refuse(address.error());
  return *address;
}

void add(std::vector<IpPrefix>& addresses, const std::string& value) {
  const IpPrefix address = parse_address_to_add(value);
  if (std::ranges::find(addresses, address.address, &IpPrefix::address) != addresses.end())
    throw UsageFault(fmt::format("{} is an address of the stack already", to_text(address.address)),
                     fmt::format("it has {}", list_of(addresses)),
                     "for another prefix length take it away in the same request: address-=ADDR address+=ADDR/LEN");
  addresses.push_back(address);
}

[[noreturn]] void refuse_to_remove(const std::string& value, const std::string& why) {
  throw UsageFault(fmt::format("'{}' cannot be taken away", value.substr(0, 60)), why,
                   "'tunstack get address' tells which there are");
}

/// With its prefix length or without.
void remove(std::vector<IpPrefix>& addresses, const std::string& value) {
  const auto given = parse_prefix(value);
  if (!given) refuse_to_remove(value, "it is no address");
  const auto held = std::ranges::find(addresses, given->address, &IpPrefix::address);
  if (held == addresses.end() || (value.contains('/') && held->length != given->length))
    refuse_to_remove(value, fmt::format("no such address was given to the stack: it was given {}", list_of(addresses)));
  addresses.erase(held);
}

bool has_link_local(const Interface& interface) {
  if (!interface.addresses.ipv6) return false;
  return std::ranges::any_of(interface.addresses.ipv6->addresses(), [](const discovery::InterfaceAddress& one) {
    return one.origin == discovery::AddressOrigin::link_local;
  });
}

/// Every interface of IPv6 has a link-local address (RFC 4291 2.1).
void complete(InterfaceConfig& config, const Interface& interface) {
  const bool was_there = std::ranges::any_of(interface.config.addresses, is_link_local);
  const bool is_there = std::ranges::any_of(config.addresses, is_link_local) || has_link_local(interface);
  if (is_there || !has_address_of(config, Family::ipv6)) return;
  if (was_there)
    throw UsageFault("the link-local address of the stack cannot be taken away alone",
                     "an interface with other addresses of IPv6 has one (RFC 4291 2.1)",
                     "give it another one in the same request: address+=fe80::9/64");
  add_link_local_address(config);
}

void check_addresses(const InterfaceConfig& config) {
  if (config.addresses.empty())
    throw UsageFault("the last address of the stack cannot be taken away", "nothing would reach it any more",
                     "give it another one in the same request: address+=ADDR/LEN");
  if (const auto fault = mtu_fault(config))
    throw UsageFault(fmt::format("the link has an MTU of {}", config.mtu), *fault,
                     "start the stack again with another --mtu");
  if (const auto fault = addresses_fault(config.addresses)) refuse(*fault);
  for (const IpAddress& gateway : config.gateways)
    if (const auto fault = gateway_fault(gateway, config.addresses)) refuse(*fault);
}

/// What the node itself has against one of them.
void try_addresses(const Node& node, const std::vector<IpPrefix>& addresses, Instant now) {
  Node copy = node;
  copy.observe(nullptr);
  Outbox out;
  if (const auto refused = copy.set_addresses(only, addresses, now, out))
    throw UsageFault("the stack cannot be given these addresses", std::string(info(*refused).text),
                     "'tunstack state' tells which it has");
}

// ---- routes ----

void check_routes(const std::vector<RouteChange>& changes, ip::Routes routes) {
  for (const RouteChange& change : changes) {
    check_has_effect(change, routes);
    change.adds ? routes.add(change.route) : routes.remove(change.route.prefix, change.route.interface);
  }
}

// ---- all of them ----

void check_advertising(const NodeOptions& options, const InterfaceConfig& config) {
  if (config.role != Role::router) return;
  if (const auto fault = advertising_fault(options, config))
    throw UsageFault("this router cannot be advertised so", *fault, "'tunstack options' lists what the options take");
}

void check_fixed(const NodeOptions& has, const NodeOptions& wanted) {
  const OptionRow* const row = option::fixed_row_changed(has, wanted);
  if (row == nullptr) return;
  throw UsageFault(
      fmt::format("{} cannot be changed while the stack runs", row->key), "it is read at the start",
      fmt::format("start the stack again with --set {}={}", row->key, option::value_text(row->kind, wanted)));
}

constexpr std::string_view role_key = "role=";

/// What is about an interface, where it would have to be said which one.
void check_is_clear(std::string_view text, const NodeState& state) {
  if (state.interfaces.size() > 1 && (text.starts_with("role") || text.starts_with("address")))
    throw UsageFault("the role and the addresses of a node with several links are fixed while it runs",
                     "nothing here says of which link", "start the stack again with others");
}

/// One text: into the part that it is about.
void read(std::string_view text, NodeSettings& settings, const NodeState& state) {
  const InterfaceConfig& config = state.interface(only).config;
  const auto value_of = [&](std::string_view key) { return std::string(text.substr(key.size())); };
  check_is_clear(text, state);
  const auto addresses = [&]() -> std::vector<IpPrefix>& {
    return settings.addresses ? *settings.addresses : settings.addresses.emplace(config.addresses);
  };
  if (text.starts_with(role_key))
    settings.role = parse_role(text.substr(role_key.size()));
  else if (text.starts_with(address_to_add))
    add(addresses(), value_of(address_to_add));
  else if (text.starts_with(address_to_remove))
    remove(addresses(), value_of(address_to_remove));
  else if (text.starts_with(route_to_add))
    settings.routes.push_back(parse_route_to_add(value_of(route_to_add), state));
  else if (text.starts_with(route_to_remove))
    settings.routes.push_back(parse_route_to_remove(value_of(route_to_remove), state));
  else if (text.starts_with("address="))
    throw UsageFault("'address' is not set as a whole", "a stack has several: each one is added or taken away",
                     "address+=ADDR/LEN or address-=ADDR");
  else if (const auto fault =
               set_option(settings.options ? *settings.options : settings.options.emplace(state.options), text))
    refuse(*fault);
}

}  // namespace

NodeSettings read_settings(const Node& node, const std::vector<std::string>& texts, Instant now) {
  const NodeState& state = node.state();
  NodeSettings settings;
  for (const std::string& text : texts) read(text, settings, state);
  InterfaceConfig config = state.interface(only).config;
  if (settings.role) config.role = *settings.role;
  if (settings.addresses) {
    config.addresses = *settings.addresses;
    complete(config, state.interface(only));
    check_addresses(config);
    try_addresses(node, config.addresses, now);
    settings.addresses = config.addresses;
  }
  if (!settings.routes.empty()) check_routes(settings.routes, state.routes);
  if (settings.options) check_fixed(state.options, *settings.options);
  const NodeOptions& options = settings.options ? *settings.options : state.options;
  check_advertising(options, config);
  for (std::size_t i = 1; i < state.interfaces.size(); ++i) check_advertising(options, state.interfaces[i].config);
  return settings;
}

void apply(const NodeSettings& settings, Node& node, Instant now, Outbox& out) {
  if (settings.addresses) node.set_addresses(only, *settings.addresses, now, out);
  if (settings.options) node.change(*settings.options, now, out);
  if (settings.role) node.set_role(only, *settings.role, now, out);
  for (const RouteChange& change : settings.routes)
    change.adds ? node.add_route(change.route, now, out)
                : node.remove_route(change.route.prefix, change.route.interface, now, out);
}

}  // namespace tunstack
