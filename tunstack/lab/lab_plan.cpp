#include "tunstack/lab/lab_plan.hpp"

#include <algorithm>

#include "tunstack/lab/addressing.hpp"
#include "tunstack/lab/lab_check.hpp"
#include "tunstack/lab/static_route.hpp"
#include "tunstack/network/shortest_paths.hpp"
#include "tunstack/node/interface_config.hpp"
#include "tunstack/settings/misdeed_setting.hpp"

namespace tunstack::lab {

namespace {

constexpr std::size_t usual_mtu = 1500;

std::vector<IpPrefix> values_of(const std::optional<Prefixes>& prefixes) {
  std::vector<IpPrefix> values;
  for (const Placed<IpPrefix>& prefix : prefixes.value_or(Prefixes())) values.push_back(prefix.value);
  return values;
}

std::vector<IpAddress> values_of(const Addresses& addresses) {
  std::vector<IpAddress> values;
  for (const Placed<IpAddress>& address : addresses) values.push_back(address.value);
  return values;
}

/// Locally administered, and telling whose it is: 02:74 and the end of an address, or 02:75 and two numbers.
MacAddress mac_of(const LabInterface& interface, std::size_t link, std::size_t end) {
  if (const auto said = interface.mac ? parse_mac_address(interface.mac->value) : std::nullopt) return *said;
  MacAddress mac{{0x02, 0x75, static_cast<std::uint8_t>(link >> 8), static_cast<std::uint8_t>(link),
                  static_cast<std::uint8_t>(end >> 8), static_cast<std::uint8_t>(end)}};
  if (!interface.addresses || interface.addresses->empty()) return mac;
  mac.octets[1] = 0x74;
  copy_bytes(MutableBytes(mac.octets).subspan(2), interface.addresses->front().value.address.octets().last(4));
  return mac;
}

bool sets(const LabNode& node, std::string_view key) {
  return std::ranges::any_of(node.options, [&](const Setting& one) {
    const OptionRow* const row = find_option(one.key);
    return row != nullptr && row->key == key;
  });
}

/// Only where somebody may ask for groups they are told.
bool hears_queries(const LabNode& node, const LabEnds& ends) {
  return std::ranges::any_of(node.interfaces, [&](const LabInterface& interface) {
    const LabLink* const link = ends.find_link(interface.link.value);
    return link->tap || ends.at(*link).front().door != nullptr;
  });
}

class Planner {
 public:
  explicit Planner(LabFile file) : file_(std::move(file)), ends_(file_) {}

  LabPlan plan() {
    plan_.name = file_.name;
    plan_.network.seed = Seed(file_.seed);
    for (const LabNode& node : file_.nodes) add_node(node);
    for (const LabLink& link : file_.links) add_link(link);
    for (const LabDoor& door : file_.doors) add_door(door);
    add_routes();
    add_names();
    add_room();
    return std::move(plan_);
  }

 private:
  void add_node(const LabNode& node) {
    PlannedNode& planned = plan_.network.nodes.emplace_back();
    planned.name = node.name;
    planned.computes_routes = node.computed_routes.value_or(!node.routes);
    planned.config.seed = plan_.network.seed;
    Faults none;
    planned.config.options = options_of(node, none);
    complete(planned.config.options, node);
    for (const LabInterface& interface : node.interfaces)
      planned.config.interfaces.push_back(config_of(node, interface));
    planned.misbehaviour = misbehaviour_of(node);
    for (const LabFilterRule& rule : node.filter)
      planned.config.filter.insert(planned.config.filter.end(), rule.rules.begin(), rule.rules.end());
    for (const Placed<std::string>& text : node.routes.value_or(Texts()))
      planned.config.routes.push_back(route_of(node, text.value));
  }

  /// Of those that may do wrong, now or by an event.
  std::optional<Misbehaviour> misbehaviour_of(const LabNode& node) const {
    const std::string begins = "node." + node.name + ".misbehave.";
    const bool may_begin = std::ranges::any_of(file_.events, [&](const LabEvent& event) {
      return std::ranges::any_of(event.set, [&](const Setting& one) { return one.key.starts_with(begins); });
    });
    if (node.misbehave.empty() && !may_begin) return std::nullopt;
    Misbehaviour misbehaviour;
    for (const Setting& one : node.misbehave) read_misdeed(one.key, one.value, misbehaviour);
    return misbehaviour;
  }

  void complete(NodeOptions& options, const LabNode& node) const {
    if (!sets(node, "mld.enable") && !hears_queries(node, ends_)) options.own.reports_ipv6_groups = false;
    // Answers of the last nodes of a long row would die on their way back.
    const NodeOptions usual;
    if (file_.nodes.size() < usual.ipv4_ttl) return;
    if (!sets(node, "ip4.ttl")) options.ipv4_ttl = 255;
    if (!sets(node, "ip6.hop_limit")) options.ipv6_hop_limit = 255;
  }

  InterfaceConfig config_of(const LabNode& node, const LabInterface& interface) const {
    const LabLink& link = *ends_.find_link(interface.link.value);
    InterfaceConfig config{.name = interface.name, .addresses = values_of(interface.addresses)};
    config.mtu = mtu_of(link);
    if (interface.mtu) config.mtu = interface.mtu->value;
    config.role = node.is_router() ? Role::router : Role::host;
    config.configures_itself = interface.autoconf;
    config.gateways = values_of(interface.gateways);
    if (link.tap) {
      const auto& ends = ends_.at(link);
      const auto end = std::ranges::find(ends, &interface, &LabEnd::interface) - ends.begin();
      config.link_address =
          mac_of(interface, static_cast<std::size_t>(&link - file_.links.data()), static_cast<std::size_t>(end));
    }
    add_link_local_address(config);
    return config;
  }
  static std::size_t mtu_of(const LabLink& link) { return link.mtu ? link.mtu->value : usual_mtu; }

  static ip::Route route_of(const LabNode& node, const std::string& text) {
    StaticRoute parsed = *parse_static_route(text);
    for (std::size_t i = 0; i < node.interfaces.size(); ++i) {
      const LabInterface& interface = node.interfaces[i];
      const bool holds_it = std::ranges::any_of(values_of(interface.addresses), [&](const IpPrefix& own) {
        return parsed.route.gateway && own.contains(*parsed.route.gateway);
      });
      if (interface.name == parsed.interface || (parsed.interface.empty() && holds_it)) {
        parsed.route.interface = InterfaceId(i);
        break;
      }
    }
    return parsed.route;
  }

  void add_link(const LabLink& link) {
    PlannedLink planned{
        .name = link.name, .prefixes = {}, .ends = {}, .impairments = link.impairments, .cost = link.cost};
    for (const Placed<IpPrefix>& net : link.nets) planned.prefixes.push_back(net.value);
    for (const LabEnd& end : ends_.at(link))
      if (end.node != nullptr)
        planned.ends.push_back({.node = static_cast<std::size_t>(end.node - file_.nodes.data()),
                                .interface = InterfaceId(end.interface - end.node->interfaces.data())});
    for (const LabEnd& end : ends_.at(link))
      if (end.door != nullptr)
        planned.ends.push_back({.door = static_cast<std::size_t>(end.door - file_.doors.data())});
    plan_.network.links.push_back(std::move(planned));
  }

  // ---- doors ----

  void add_door(const LabDoor& door) {
    const LabLink& link = *ends_.find_link(door.link.value);
    PlannedDoor& planned = plan_.doors.emplace_back();
    planned.name = door.name;
    planned.device = door.device ? door.device->value : "tun" + std::to_string(plan_.doors.size() - 1);
    planned.mtu = mtu_of(link);
    planned.tap = link.tap;
    planned.addresses = values_of(door.addresses);
    for (const Placed<std::string>& route : door.routes.value_or(Texts()))
      for (const IpPrefix& prefix : prefixes_of(route.value, link))
        planned.routes.push_back({prefix, gateway_of(door, link, prefix.address.family())});
  }
  static std::vector<IpPrefix> prefixes_of(const std::string& text, const LabLink& link) {
    if (const auto prefix = parse_prefix(text)) return {*prefix};
    std::vector<IpPrefix> all;
    for (const Placed<IpPrefix>& net : link.nets)
      all.push_back(net.value.address.is_ipv4() ? IpPrefix{Ipv4Address{}, 0} : IpPrefix{Ipv6Address{}, 0});
    return all;
  }
  /// The one that is said, or the first router on the link.
  std::optional<IpAddress> gateway_of(const LabDoor& door, const LabLink& link, Family family) const {
    for (const Placed<IpAddress>& gateway : door.gateways)
      if (gateway.value.family() == family) return gateway.value;
    if (!link.tap) return std::nullopt;
    for (const LabEnd& end : ends_.at(link)) {
      if (end.node == nullptr || !end.node->is_router()) continue;
      for (const IpPrefix& own : values_of(end.interface->addresses))
        if (own.address.family() == family) return own.address;
    }
    return std::nullopt;
  }

  /// Who writes down more links has more memory for what is on its way: up to 131,072 packets of 2048 octets.
  void add_room() {
    constexpr std::size_t for_a_link = std::size_t{256} << 10U, most = std::size_t{256} << 20U;
    std::size_t& octets = plan_.network.in_flight.octets;
    octets = std::clamp(plan_.network.links.size() * for_a_link, octets, most);
  }

  // ---- routes ----

  /// Who is between several doors forwards, as far as routes go: a node in its place, until they are computed.
  void add_routes() {
    const bool is_between = plan_.doors.size() > 1;
    if (is_between) put_router_between();
    add_shortest_paths(plan_.network);
    if (is_between) take_it_away();
  }
  void put_router_between() {
    PlannedNode& router = plan_.network.nodes.emplace_back();
    router.computes_routes = false;
    for (const PlannedDoor& door : plan_.doors) {
      InterfaceConfig config{.name = door.name, .addresses = door.addresses};
      config.role = Role::router;
      router.config.interfaces.push_back(std::move(config));
    }
    for (PlannedLink& link : plan_.network.links)
      for (LinkEnd& end : link.ends)
        if (end.door) end = {.node = plan_.network.nodes.size() - 1, .interface = InterfaceId(*end.door)};
  }
  void take_it_away() {
    const std::size_t router = plan_.network.nodes.size() - 1;
    for (PlannedLink& link : plan_.network.links)
      for (LinkEnd& end : link.ends)
        if (end.node == router) end = {.door = static_cast<std::size_t>(end.interface)};
    plan_.network.nodes.pop_back();
  }

  void add_names() {
    for (const PlannedNode& node : plan_.network.nodes)
      for (const InterfaceConfig& interface : node.config.interfaces) add_names(node.name, interface.addresses);
    for (const PlannedDoor& door : plan_.doors) add_names(door.name, door.addresses);
  }
  void add_names(const std::string& name, const std::vector<IpPrefix>& addresses) {
    for (const IpPrefix& own : addresses)
      if (!own.address.is_link_local()) plan_.names.push_back({name, own.address});
  }

  LabFile file_;
  LabEnds ends_;
  LabPlan plan_;
};

}  // namespace

LabPlan plan_lab(const LabFile& file) { return Planner(file).plan(); }

}  // namespace tunstack::lab
