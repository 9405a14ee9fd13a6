#include "tunstack/kernel_link/kernel_end.hpp"

#include <ifaddrs.h>
#include <netinet/in.h>

#include <bit>
#include <memory>

namespace tunstack {

namespace {

Bytes octets_of(const sockaddr& address) {
  const void* octets = address.sa_family == AF_INET
                           ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in&>(address).sin_addr)
                           : &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
  return {static_cast<const std::uint8_t*>(octets), address.sa_family == AF_INET ? 4U : 16U};
}

IpPrefix prefix_of(const ifaddrs& one) {
  const Bytes octets = octets_of(*one.ifa_addr);
  std::uint8_t length = 0;
  for (const std::uint8_t octet : octets_of(*one.ifa_netmask))
    length += static_cast<std::uint8_t>(std::popcount(octet));
  if (octets.size() == Ipv4Address::size) return {Ipv4Address::load(octets, 0), length};
  return {Ipv6Address::load(octets, 0), length};
}

}  // namespace

std::vector<IpPrefix> kernel_addresses(const std::string& device) {
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(all, &::freeifaddrs);
  std::vector<IpPrefix> addresses;
  for (const ifaddrs* one = all; one != nullptr; one = one->ifa_next)
    if (one->ifa_addr != nullptr && one->ifa_netmask != nullptr && device == one->ifa_name &&
        (one->ifa_addr->sa_family == AF_INET || one->ifa_addr->sa_family == AF_INET6))
      addresses.push_back(prefix_of(*one));
  return addresses;
}

}  // namespace tunstack
