#include "tunstack/kernel_link/kernel_end.hpp"

#include <ifaddrs.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>

#include <bit>
#include <memory>

#include "tunstack/kernel_link/rtnetlink.hpp"

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

int read_device(const nlattr* attribute, void* index) {
  if (mnl_attr_get_type(attribute) == RTA_OIF) *static_cast<unsigned*>(index) = mnl_attr_get_u32(attribute);
  return MNL_CB_OK;
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

bool kernel_reaches(const IpAddress& address, const std::string& device) {
  NetlinkRequest request(RTM_GETROUTE, 0);
  auto& body = request.body<rtmsg>();
  body.rtm_family = address.is_ipv4() ? AF_INET : AF_INET6;
  body.rtm_dst_len = static_cast<std::uint8_t>(address.octets().size() * 8);
  request.put(RTA_DST, address.octets());
  unsigned index = 0;
  const auto read_route = [](const nlmsghdr* message, void* found) {
    return mnl_attr_parse(message, sizeof(rtmsg), read_device, found);
  };
  return request.send(read_route, &index) == 0 && index != 0 && index == attributes_of_link(device).index;
}

}  // namespace tunstack
