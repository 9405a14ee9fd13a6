#include "tunstack/lab/stand_ins.hpp"

#include "tunstack/node/interface_config.hpp"

namespace tunstack::lab {

namespace {

/// No node of a lab has it: 02:76 and the number of the door.
MacAddress mac_of(std::size_t door) {
  return {{0x02, 0x76, 0, 0, static_cast<std::uint8_t>(door >> 8), static_cast<std::uint8_t>(door)}};
}

PlannedNode host_at(const PlannedDoor& door, std::size_t number) {
  PlannedNode host;
  host.name = door.name;
  host.computes_routes = false;
  InterfaceConfig interface{.name = door.device, .addresses = door.addresses};
  interface.mtu = door.mtu;
  if (door.tap) interface.link_address = mac_of(number);
  add_link_local_address(interface);
  host.config.interfaces.push_back(std::move(interface));
  host.config.options.own.reports_ipv6_groups = false;  // as nodes of labs
  for (const DoorRoute& route : door.routes)
    host.config.routes.push_back({.prefix = route.prefix, .interface = InterfaceId{0}, .gateway = route.gateway});
  return host;
}

}  // namespace

NetworkPlan closed(const LabPlan& plan) {
  NetworkPlan network = plan.network;
  const std::size_t first = network.nodes.size();
  for (std::size_t i = 0; i < plan.doors.size(); ++i) network.nodes.push_back(host_at(plan.doors[i], i));
  for (PlannedLink& link : network.links)
    for (LinkEnd& end : link.ends)
      if (end.door) end = {.node = first + *end.door, .interface = InterfaceId{0}, .door = std::nullopt};
  return network;
}

}  // namespace tunstack::lab
