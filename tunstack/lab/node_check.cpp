// Nodes: their roles, options, filters, routes and faults, and the interfaces that they have.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "protocols/base/mac_address.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/lab/lab_check.hpp"
#include "tunstack/lab/static_route.hpp"
#include "tunstack/lab/transit_filter.hpp"
#include "tunstack/node/advertised.hpp"
#include "tunstack/node/interface_config.hpp"
#include "tunstack/options/suggestion.hpp"
#include "tunstack/settings/misdeed_setting.hpp"

namespace tunstack::lab {

namespace {

struct Service {
  std::string_view name, option;
};
constexpr Service services[] = {{"udp-echo", "udp.echo"}, {"udp-discard", "udp.discard"}};

template <class Range>
std::vector<std::string> texts_of(const Range& names) {
  std::vector<std::string> texts;
  texts.reserve(std::size(names));
  for (const std::string_view name : names) texts.emplace_back(name);
  return texts;
}

std::string link_suggestion(const std::string& name, const LabFile& file) {
  return did_you_mean(name, names_of_links(file)) + fmt::format("[link.{}] makes one", name.empty() ? "NAME" : name);
}

void set(NodeOptions& options, const std::string& key, const std::string& value, Place place, Place value_place,
         Faults& faults) {
  if (find_option(key) == nullptr) {
    const OptionFault fault = unknown_option(key);
    faults.push_back({place, fault.what, fault.remedy});
  } else if (const auto fault = set_option(options, key + "=" + value)) {
    faults.push_back({value_place, fault->what + ": " + fault->why, fault->remedy});
  }
}

void set_seconds(NodeOptions& options, const char* key, const std::optional<Placed<Duration>>& time, Faults& faults) {
  if (!time) return;
  const double seconds = std::chrono::duration<double>(time->value).count();
  set(options, key, fmt::format("{}s", seconds), time->place, time->place, faults);
}

void set_advertising(NodeOptions& options, const LabAdvertise& advertise, Faults& faults) {
  set(options, "nd.adv.enable", "on", advertise.place, advertise.place, faults);
  std::string prefixes;
  for (const Placed<IpPrefix>& prefix : advertise.prefixes)
    prefixes += (prefixes.empty() ? "" : ",") + to_text(prefix.value);
  if (!prefixes.empty())
    set(options, "nd.adv.prefixes", prefixes, advertise.place, advertise.prefixes[0].place, faults);
  set_seconds(options, "nd.adv.max", advertise.interval, faults);
  set_seconds(options, "nd.adv.lifetime", advertise.lifetime, faults);
}

class NodeCheck {
 public:
  NodeCheck(LabFile& file, const LabEnds& ends, LabNode& node, Faults& faults)
      : file_(file), ends_(ends), node_(node), faults_(faults) {}

  void check() {
    if (node_.role.value != "host" && node_.role.value != "router")
      refuse(node_.role.place, fmt::format("'{}' is no role", node_.role.value),
             did_you_mean(node_.role.value, {"host", "router"}) + "host or router");
    if (node_.interfaces.empty())
      refuse(node_.place, fmt::format("the node {} has no interface", node_.name),
             R"(interfaces.NAME = { link = "LINK" })");
    for (const LabInterface& interface : node_.interfaces) check_interface(interface);
    check_router_tasks();
    check_options();
    for (LabFilterRule& rule : node_.filter) check_filter(rule);
    for (const Placed<std::string>& route : node_.routes.value_or(Texts())) check_route(route);
    for (const Setting& one : node_.misbehave) check_misbehaviour(one);
  }

 private:
  void check_interface(const LabInterface& interface) {
    if (interface.link.value.empty())
      return refuse(interface.place, fmt::format("the interface {} is at no link", interface.name), R"(link = "LINK")");
    const LabLink* const link = ends_.find_link(interface.link.value);
    if (link == nullptr)
      return refuse(interface.link.place, fmt::format("there is no link '{}'", interface.link.value),
                    link_suggestion(interface.link.value, file_));
    if (interface.mac) check_mac(*interface.mac, *link);
    if (interface.mtu && interface.mtu->value < 1280 && has_ipv6(interface))
      refuse(interface.mtu->place,
             fmt::format("an MTU of {} is too little for IPv6: the minimum is 1280 (RFC 8200 5)", interface.mtu->value),
             "a larger one, or IPv4 addresses alone");
    if (interface.autoconf && node_.is_router())
      refuse(interface.place, "a router does not learn its addresses", R"(addresses, or role = "host")");
    for (const Placed<IpAddress>& gateway : interface.gateways) check_gateway(interface, gateway);
  }
  void check_mac(const Placed<std::string>& text, const LabLink& link) {
    const auto mac = parse_mac_address(text.value);
    if (!mac || mac->is_group() || *mac == MacAddress{})
      refuse(text.place, fmt::format("'{}' cannot be the address of a station", text.value),
             R"(six octets: "02:00:5e:00:53:01")");
    else if (!link.tap)
      refuse(text.place, fmt::format("the link {} has no link-layer addresses", link.name),
             "tap = true for the link, or no mac");
  }
  void check_gateway(const LabInterface& interface, const Placed<IpAddress>& gateway) {
    std::vector<IpPrefix> own;
    for (const Placed<IpPrefix>& address : interface.addresses.value_or(Prefixes())) own.push_back(address.value);
    if (const auto fault = gateway_fault(gateway.value, own)) return refuse(gateway.place, fault->what, fault->remedy);
    check_is_there(interface, gateway);
  }
  /// Whether somebody on the link of the interface has the address.
  void check_is_there(const LabInterface& interface, const Placed<IpAddress>& address) {
    const LabLink* const link = ends_.find_link(interface.link.value);
    if (address.value.is_link_local() || link == nullptr) return;
    for (const LabEnd& end : ends_.at(*link))
      for (const Placed<IpPrefix>& own : end.addresses().value_or(Prefixes()))
        if (own.value.address == address.value && end.interface != &interface) return;
    refuse(address.place, fmt::format("no other end of the link {} has {}", link->name, to_text(address.value)),
           "the address of a neighbor");
  }
  static bool has_ipv6(const LabInterface& interface) {
    return std::ranges::any_of(interface.addresses.value_or(Prefixes()),
                               [](const Placed<IpPrefix>& own) { return !own.value.address.is_ipv4(); });
  }

  void check_router_tasks() {
    if (node_.is_router()) return;
    if (node_.advertise) refuse(node_.advertise->place, "a host cannot advertise itself as a router", needs_role);
    if (!node_.filter.empty()) refuse(node_.filter[0].place, "a host has no packets in transit to filter", needs_role);
  }

  void check_options() {
    const std::size_t before = faults_.size();
    const NodeOptions options = options_of(node_, faults_);
    if (faults_.size() != before || !node_.is_router()) return;
    for (const LabInterface& interface : node_.interfaces) {
      InterfaceConfig config{.name = interface.name, .addresses = {}, .role = Role::router};
      for (const Placed<IpPrefix>& own : interface.addresses.value_or(Prefixes()))
        config.addresses.push_back(own.value);
      if (const LabLink* const link = ends_.find_link(interface.link.value); link != nullptr && link->mtu)
        config.mtu = link->mtu->value;
      if (const auto fault = advertising_fault(options, config))
        refuse(node_.advertise ? node_.advertise->place : node_.place,
               fmt::format("{} cannot be advertised so: {}", node_.name, *fault), "tunstack options nd.adv irdp.adv");
    }
  }

  void check_filter(LabFilterRule& rule) {
    const auto parsed = parse_transit_filter(rule.match.value);
    if (!parsed) return refuse(rule.match.place, parsed.error(), R"(match = "udp dst port 53")");
    rule.rules = *parsed;
    if (const std::string wrong = take_action(rule.action.value, rule.rules); !wrong.empty())
      refuse(rule.action.place, wrong, "accept, drop, prohibit, or reject CODE with a code up to 15");
  }

  void check_route(const Placed<std::string>& text) {
    const auto parsed = parse_static_route(text.value);
    if (!parsed)
      return refuse(text.place, fmt::format("'{}': {}", text.value, parsed.error()),
                    R"("198.51.100.0/24 via 192.0.2.3" or "blackhole 198.51.100.0/24")");
    if (!parsed->route.forwards()) return;
    const auto is_named = [&](const LabInterface& one) { return one.name == parsed->interface; };
    const auto named = std::ranges::find_if(node_.interfaces, is_named);
    if (!parsed->interface.empty() && named == node_.interfaces.end())
      return refuse(text.place, fmt::format("{} has no interface '{}'", node_.name, parsed->interface),
                    fmt::format("{}one of those that it has", did_you_mean(parsed->interface, interface_names())));
    const std::optional<IpAddress>& next_hop = parsed->route.gateway;
    if (!next_hop) return;
    const Placed<IpAddress> gateway{*next_hop, text.place};
    const auto holds_it = [&](const LabInterface& one) { return holds(one, gateway.value); };
    const auto by = named != node_.interfaces.end() ? named : std::ranges::find_if(node_.interfaces, holds_it);
    if (by == node_.interfaces.end() || !holds(*by, gateway.value))
      return refuse(text.place,
                    fmt::format("{} cannot reach the next hop {}: it is on none of its links", node_.name,
                                to_text(gateway.value)),
                    "the address of a neighbor; a link-local one with dev INTERFACE");
    check_is_there(*by, gateway);
  }
  static bool holds(const LabInterface& interface, const IpAddress& address) {
    return std::ranges::any_of(interface.addresses.value_or(Prefixes()),
                               [&](const Placed<IpPrefix>& own) { return own.value.contains(address); }) ||
           (address.is_link_local() && has_ipv6(interface));
  }
  std::vector<std::string> interface_names() const {
    std::vector<std::string> names;
    names.reserve(node_.interfaces.size());
    for (const LabInterface& interface : node_.interfaces) names.push_back(interface.name);
    return names;
  }

  void check_misbehaviour(const Setting& one) {
    const auto known = known_misdeeds();
    if (std::ranges::find(known, one.key) == known.end())
      return refuse(one.place, fmt::format("'{}' is no fault that a node can have", one.key),
                    fmt::format("{}{}", did_you_mean(one.key, known), fmt::join(known, ", ")));
    try {
      Misbehaviour misbehaviour;
      read_misdeed(one.key, one.value, misbehaviour);
    } catch (const UsageFault& fault) {
      refuse(one.value_place, fmt::format("{}: {}", fault.what(), fault.why()), fault.remedy());
    }
  }

  void refuse(Place place, std::string what, std::string remedy) {
    faults_.push_back({place, std::move(what), std::move(remedy)});
  }

  static constexpr const char* needs_role = R"(role = "router")";
  LabFile& file_;
  const LabEnds& ends_;
  LabNode& node_;
  Faults& faults_;
};

}  // namespace

NodeOptions options_of(const LabNode& node, Faults& faults) {
  static const NodeOptions of_lab = tunstack::options_of(Profile::lab);
  NodeOptions options = of_lab;
  for (const Placed<std::string>& name : node.services) {
    const auto* const service = std::ranges::find(services, name.value, &Service::name);
    if (service != std::end(services))
      set(options, std::string(service->option), "on", name.place, name.place, faults);
    else
      faults.push_back({name.place, fmt::format("'{}' is no service", name.value),
                        did_you_mean(name.value, {"udp-echo", "udp-discard"}) + "udp-echo, udp-discard"});
  }
  if (node.advertise) set_advertising(options, *node.advertise, faults);
  for (const Setting& one : node.options) set(options, one.key, one.value, one.place, one.value_place, faults);
  return options;
}

void check_nodes(LabFile& file, const LabEnds& ends, Faults& faults) {
  for (LabNode& node : file.nodes) NodeCheck(file, ends, node, faults).check();
}

}  // namespace tunstack::lab
