// What the kernel's end of the device gets: addresses, routes, MTU. Pure, so that it can be shown before it is done.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "protocols/base/address.hpp"

namespace tunstack {

struct LinkPlan {
  std::string device;
  std::size_t mtu = 1500;
  std::vector<IpPrefix> addresses;
  std::vector<IpPrefix> routes;  // into the device, host bits zero
  bool tap = false;              // Ethernet
};

/// The first free address of each prefix that the stack has; link-local prefixes are the kernel's own affair.
/// The error is the prefix that has no free address.
std::expected<std::vector<IpPrefix>, IpPrefix> free_host_addresses(const std::vector<IpPrefix>& stack);

/// The prefixes of the stack that no address of the host covers, and that so need a route.
std::vector<IpPrefix> missing_routes(const std::vector<IpPrefix>& stack, const std::vector<IpPrefix>& host);

/// The commands of iproute2 that do the same, one a line; `device_only`: no more than the device. `user`: who may
/// attach to it besides root, if anybody. Where the kernel would number the device it gets the first number.
std::string ip_commands(LinkPlan plan, bool device_only, const std::string& user = {});

}  // namespace tunstack
