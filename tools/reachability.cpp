#include "tools/reachability.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tunstack {

namespace {

/// Of those each link has its own, so that none of them goes astray.
bool is_link_local(const WayToStack& way) { return way.address.is_link_local(); }

std::string answer_of_kernel(const WayToStack& way) {
  return way.route ? to_text(way.address, *way.route) : to_text(way.address) + ": no answer";
}

bool goes_astray(const WayToStack& way) { return !is_link_local(way) && !way.leads_there(); }

/// Empty if none goes astray.
std::string remedy_of_detour(const std::vector<WayToStack>& ways) {
  const auto way = std::ranges::find_if(ways, goes_astray);
  if (way == ways.end()) return {};
  const auto& route = way->route;
  return route && route->is_local
             ? "another address: this host has this one itself"
             : fmt::format("a prefix that no other link has, or --route {}", to_text(way->address));
}

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
  for (const WayToStack& way : ways) {
    if (!goes_astray(way)) continue;
    astray += (astray.empty() ? "" : ", ") + to_text(way.address);
    said += (said.empty() ? "" : "; ") + answer_of_kernel(way);
  }
  if (astray.empty()) return {};
  return fmt::format(
      "tunstack: packets of this host to {} do not come to the stack\n"
      "  the kernel sends them elsewhere; ip route get says: {}\n"
      "  try: {}\n",
      astray, said, remedy_of_detour(ways));
}

std::string no_packet_text(const std::vector<WayToStack>& ways, const std::string& device, std::uint64_t for_others,
                           const std::string& usual_remedy) {
  std::string said;
  for (const WayToStack& way : ways)
    if (!is_link_local(way) || ways.size() == 1) said += (said.empty() ? "" : "; ") + answer_of_kernel(way);
  const std::string target = address_to_ping(ways, device);
  const std::string detour = remedy_of_detour(ways);
  return fmt::format(
      "tunstack: no packet for the stack came{}\n"
      "  ip route get says: {}\n"
      "  try: {}{}\n",
      for_others == 0
          ? ""
          : fmt::format("; {} for groups or other stations, such as the kernel sends by itself", for_others),
      said, target.empty() ? "" : fmt::format("ping {}; ", target), detour.empty() ? usual_remedy : detour);
}

}  // namespace tunstack
