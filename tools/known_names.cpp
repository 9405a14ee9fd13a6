#include "tools/known_names.hpp"

#include <fmt/format.h>

namespace tunstack {

std::vector<NamedAddress> known_names(const HostPlan& plan, const Network& network) {
  std::vector<NamedAddress> names;
  const auto add = [&](const std::string& name, const std::vector<IpPrefix>& addresses) {
    for (const IpPrefix& own : addresses)
      if (!own.address.is_link_local()) names.push_back({name, own.address});
  };
  for (std::size_t i = 0; i < network.size(); ++i)
    for (const Interface& interface : network.node(NodeId(i)).state().interfaces)
      add(network.name(NodeId(i)), interface.config.addresses);
  if (plan.lab)
    for (const lab::PlannedDoor& door : plan.lab->doors) add(door.name, door.addresses);
  return names;
}

std::string hosts_lines(const HostPlan& plan, const Network& network) {
  if (!plan.chain && !plan.lab) return {};
  std::string lines;
  for (const NamedAddress& named : known_names(plan, network))
    lines += fmt::format("{} {}\n", to_text(named.address), named.name);
  return lines;
}

}  // namespace tunstack
