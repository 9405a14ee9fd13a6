#include "protocols/ip/routes.hpp"

#include <algorithm>

namespace tunstack::ip {

std::vector<Route>::iterator Routes::position_of(const IpPrefix& prefix, InterfaceId interface) {
  return std::ranges::find_if(
      routes_, [&](const Route& r) { return r.interface == interface && r.prefix.is_same_prefix(prefix); });
}

void Routes::add(const Route& route) {
  remove(route.prefix, route.interface);
  const auto shorter =
      std::ranges::find_if(routes_, [&](const Route& r) { return r.prefix.length < route.prefix.length; });
  routes_.insert(shorter, route);
}

void Routes::remove(const IpPrefix& prefix, InterfaceId interface) {
  const auto found = position_of(prefix, interface);
  if (found != routes_.end()) routes_.erase(found);
}

const Route* Routes::find(const IpAddress& destination) const {
  const auto found = std::ranges::find_if(routes_, [&](const Route& r) { return r.prefix.contains(destination); });
  return found == routes_.end() ? nullptr : &*found;
}

}  // namespace tunstack::ip
