#include "tools/lab_host.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "tunstack/fault.hpp"
#include "tunstack/lab/built_in.hpp"

namespace tunstack {

namespace {

constexpr const char* conflicting[] = {"ADDR/LEN", "--address", "--autoconf", "--chain",     "--corrupt",
                                       "--delay",  "--dev",     "--door",     "--duplicate", "--gateway",
                                       "--loss",   "--mac",     "--mtu",      "--profile",   "--reorder",
                                       "--role",   "--route",   "--set",      "--tap"};

/// The first interface at the door, or null for the ends of who is outside.
const LinkEnd* first_node_end(const PlannedLink& link) {
  const auto found = std::ranges::find_if(link.ends, [](const LinkEnd& end) { return !end.door; });
  return found == link.ends.end() ? nullptr : &*found;
}

const PlannedLink& link_at_door(const NetworkPlan& network, std::size_t door) {
  return *std::ranges::find_if(network.links, [&](const PlannedLink& link) {
    return std::ranges::any_of(link.ends, [&](const LinkEnd& end) { return end.door == door; });
  });
}

LinkPlan link_plan(const lab::PlannedDoor& door, bool leave_alone) {
  LinkPlan link{.device = door.device, .mtu = door.mtu, .addresses = {}, .routes = {}, .tap = door.tap};
  if (leave_alone) return link;
  link.addresses = door.addresses;
  for (const lab::DoorRoute& route : door.routes) link.routes.push_back({route.prefix, route.gateway});
  return link;
}

}  // namespace

void plan_lab_host(const HostArguments& arguments, HostPlan& plan) {
  lab::LabFile file = load_lab(arguments.lab);
  plan.lab = lab::plan_lab(file);
  if (arguments.play) plan.played = std::move(file);
  plan.played_from = arguments.lab.lab;
  const NetworkPlan& network = plan.lab->network;
  for (std::size_t i = 0; i < plan.lab->doors.size(); ++i) {
    const LinkEnd& end = *first_node_end(link_at_door(network, i));
    const NodeConfig& node = network.nodes[end.node].config;
    if (i == 0) plan.node.options = node.options;
    plan.node.interfaces.push_back(node.interfaces[static_cast<std::size_t>(end.interface)]);
    plan.links.push_back(link_plan(plan.lab->doors[i], plan.leave_link_alone));
  }
}

NetworkPlan lab_network(const lab::LabPlan& lab, const NodeConfig& first) {
  NetworkPlan network = lab.network;
  network.seed = first.seed;
  network.start = first.start;
  for (PlannedNode& node : network.nodes) node.config.time_of_day_at_start = first.time_of_day_at_start;
  for (std::size_t i = 0; i < lab.doors.size(); ++i) {
    const PlannedLink& link = link_at_door(network, i);
    if (link.ends.size() > 2) continue;  // of which no node is told whether it is up
    const LinkEnd& end = *first_node_end(link);
    network.nodes[end.node].config.interfaces[static_cast<std::size_t>(end.interface)].up = first.interfaces[i].up;
  }
  return network;
}

void refuse_lab_conflicts(const CLI::App& command) {
  if (command.count("--lab") == 0) return;
  for (const char* const name : conflicting) {
    const CLI::Option* const option = command.get_option_no_throw(name);
    if (option != nullptr && option->count() != 0)
      throw UsageFault(
          fmt::format("--lab and {} exclude each other", name), "a lab says itself what its network is",
          "leave one of them out; --with link.NAME.KEY=VALUE or node.NAME.options.KEY=VALUE changes a lab");
  }
  const CLI::Option* const host = command.get_option_no_throw("--host");
  if (host != nullptr && host->count() != 0 && host->results() != std::vector<std::string>{"none"})
    throw UsageFault("--lab and --host ADDR/LEN exclude each other", "[host] of the lab has the addresses of this host",
                     "leave out --host; or --host none, and give each link its addresses yourself");
}

std::vector<std::string> lab_arguments(const LabArguments& arguments) {
  const bool is_built_in = lab::find_built_in(arguments.lab) != nullptr;
  std::vector<std::string> all{
      "--lab", is_built_in ? arguments.lab : std::filesystem::absolute(arguments.lab).lexically_normal().string()};
  for (const std::string& one : arguments.with) all.insert(all.end(), {"--with", one});
  return all;
}

std::string lab_text_of(const lab::LabPlan& lab) {
  constexpr std::size_t enough = 8;
  std::string text = lab.name.empty() ? "a lab of" : fmt::format("the lab {}:", lab.name);
  const auto& nodes = lab.network.nodes;
  for (std::size_t i = 0; i < std::min(nodes.size(), enough); ++i)
    text += fmt::format("{} {}", i == 0 ? "" : ",", nodes[i].name);
  return nodes.size() > enough ? text + fmt::format(" and {} more", nodes.size() - enough) : text;
}

}  // namespace tunstack
