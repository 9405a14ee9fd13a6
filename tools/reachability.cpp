#include "tools/reachability.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tunstack {

namespace {

/// Of those each link has its own, so that none of them goes astray.
bool is_link_local(const WayToStack& way) { return !way.address.is_ipv4() && way.address.ipv6().is_link_local(); }

}  // namespace

std::vector<WayToStack> ways_to(const std::vector<IpPrefix>& stack, const KernelRoutes& routes) {
  std::vector<WayToStack> ways;
  ways.reserve(stack.size());
  for (const IpPrefix& prefix : stack) ways.push_back({prefix.address, routes.to(prefix.address)});
  return ways;
}

std::string address_to_ping(const std::vector<WayToStack>& ways, const std::string& device) {
  std::string of_the_link;
  for (const WayToStack& way : ways) {
    if (!way.leads_there()) continue;
    if (!is_link_local(way)) return to_text(way.address);
    if (of_the_link.empty()) of_the_link = to_text(way.address) + "%" + device;
  }
  return of_the_link;
}

std::string detour_warning(const std::vector<WayToStack>& ways) {
  std::string astray;
  std::string said;
  bool is_somebody_else = false;
  for (const WayToStack& way : ways) {
    if (is_link_local(way) || way.leads_there()) continue;
    astray += (astray.empty() ? "" : ", ") + to_text(way.address);
    said += (said.empty() ? "" : "; ") + to_text(way.address, *way.route);
    is_somebody_else |= way.route->is_local;
  }
  if (astray.empty()) return {};
  return fmt::format(
      "tunstack: packets of this host to {} do not come to the stack\n"
      "  the kernel sends them elsewhere; ip route get says: {}\n"
      "  try: {}\n",
      astray, said,
      is_somebody_else ? "another address: this host has this one itself" : "a prefix that no other link has");
}

}  // namespace tunstack
