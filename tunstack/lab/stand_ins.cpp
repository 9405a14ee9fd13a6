#include "tunstack/lab/stand_ins.hpp"

#include <algorithm>

#include "tunstack/node/interface_config.hpp"
#include "tunstack/settings/network_settings.hpp"

namespace tunstack::lab {

namespace {

constexpr const char* between = "[kernel]";  // who stands between several doors; no name of a file

/// No node of a lab has it: 02:76 and the number of the door.
MacAddress mac_of(std::size_t door) {
  return {{0x02, 0x76, 0, 0, static_cast<std::uint8_t>(door >> 8), static_cast<std::uint8_t>(door)}};
}

InterfaceConfig interface_at(const PlannedDoor& door, std::size_t number) {
  InterfaceConfig interface{.name = door.device, .addresses = door.addresses};
  interface.mtu = door.mtu;
  interface.needs_routes = true;  // as the kernel does
  if (door.tap) interface.link_address = mac_of(number);
  add_link_local_address(interface);
  return interface;
}

PlannedNode stand_in(const std::vector<PlannedDoor>& doors) {
  const bool is_between = doors.size() > 1;
  PlannedNode node;
  node.name = is_between ? between : doors[0].name;
  node.computes_routes = false;
  node.config.options.own.reports_ipv6_groups = false;  // as nodes of labs
  for (std::size_t i = 0; i < doors.size(); ++i) {
    InterfaceConfig& interface = node.config.interfaces.emplace_back(interface_at(doors[i], i));
    if (is_between) interface.name = doors[i].name;
    if (is_between) interface.role = Role::router;
    for (const DoorRoute& route : doors[i].routes)
      node.config.routes.push_back({.prefix = route.prefix, .interface = InterfaceId(i), .gateway = route.gateway});
  }
  return node;
}

/// Puts the router in the place of a door, where a text begins so.
void put_between(std::string& text, std::size_t at, const std::string& door, char behind) {
  if (text.compare(at, door.size(), door) == 0 && text.size() > at + door.size() && text[at + door.size()] == behind)
    text.replace(at, door.size(), between);
}

void put_between(LabEvent& event, const std::string& door) {
  if (event.run) put_between(event.run->value, event.run->value.find(' ') + 1, door, ' ');
  if (event.send) put_between(event.send->value, 0, door, ':');
  for (Setting& setting : event.set)
    if (setting.key.starts_with(settings_of_node)) put_between(setting.key, settings_of_node.size(), door, '.');
}

void put_between(LabExpectation& expectation, const std::string& door) {
  if (expectation.state) put_between(expectation.state->value, 0, door, '.');
  if (!expectation.node || expectation.node->value != door) return;
  expectation.interface = expectation.node;
  expectation.node->value = between;
}

}  // namespace

NetworkPlan closed(const LabPlan& plan) {
  NetworkPlan network = plan.network;
  if (plan.doors.empty()) return network;
  const bool is_between = plan.doors.size() > 1;
  const std::size_t number = network.nodes.size();
  network.nodes.push_back(stand_in(plan.doors));
  for (PlannedLink& link : network.links)
    for (LinkEnd& end : link.ends)
      if (end.door) end = {.node = number, .interface = InterfaceId(is_between ? *end.door : 0), .door = std::nullopt};
  return network;
}

std::string stand_in_of(const LabPlan& plan, const std::string& name) {
  const bool is_door = std::ranges::find(plan.doors, name, &PlannedDoor::name) != plan.doors.end();
  return is_door && plan.doors.size() > 1 ? between : name;
}

LabFile with_stand_ins(const LabFile& file) {
  LabFile all = file;
  if (file.doors.size() < 2) return all;
  for (const LabDoor& door : file.doors) {
    for (LabEvent& event : all.events) put_between(event, door.name);
    for (LabExpectation& expectation : all.expectations) put_between(expectation, door.name);
  }
  return all;
}

}  // namespace tunstack::lab
