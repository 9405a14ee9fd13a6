#include "tunstack/node/interface_config.hpp"

#include <algorithm>

namespace tunstack {

namespace {

bool is_ipv6(const IpPrefix& prefix) { return !prefix.address.is_ipv4(); }

Ipv6Address link_local_address_like(const Ipv6Address& address) {
  Ipv6Address link_local{{0xfe, 0x80}};
  std::copy_n(address.octets.begin() + 8, 8, link_local.octets.begin() + 8);
  return link_local;
}

}  // namespace

std::optional<std::string> mtu_fault(const InterfaceConfig& interface) {
  const bool has_ipv6 = std::ranges::any_of(interface.addresses, is_ipv6);
  const std::size_t minimum = has_ipv6 ? ipv6_minimum_mtu : ipv4_minimum_mtu;
  if (interface.mtu < minimum)
    return "the minimum is " + std::to_string(minimum) +
           (has_ipv6 ? " on a link with IPv6 (RFC 8200 5)" : " for IPv4 (RFC 791 3.2)");
  if (interface.mtu > maximum_mtu) return "the maximum is " + std::to_string(maximum_mtu);
  return std::nullopt;
}

void add_link_local_address(InterfaceConfig& interface) {
  const auto first = std::ranges::find_if(interface.addresses, is_ipv6);
  const bool has_link_local = std::ranges::any_of(interface.addresses, [](const IpPrefix& prefix) {
    return is_ipv6(prefix) && prefix.address.ipv6().is_link_local();
  });
  if (first == interface.addresses.end() || has_link_local) return;
  interface.addresses.push_back({link_local_address_like(first->address.ipv6()), 64});
}

}  // namespace tunstack
