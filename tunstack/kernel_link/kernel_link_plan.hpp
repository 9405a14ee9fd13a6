// What the kernel's end of the device gets: addresses, routes, MTU. Pure, so that it can be shown before it is done.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "protocols/base/address.hpp"

namespace tunstack {

struct LinkRoute {
  IpPrefix prefix;                        // host bits zero
  std::optional<IpAddress> gateway = {};  // on a link where stations are asked for: who takes the packets

  friend bool operator==(const LinkRoute&, const LinkRoute&) = default;
};

struct LinkPlan {
  std::string device;
  std::size_t mtu = 1500;
  std::vector<IpPrefix> addresses;
  std::vector<LinkRoute> routes;  // into the device
  bool tap = false;               // Ethernet
  std::string network = {};       // the named network namespace that it is in; empty: that of the stack
};

/// The first address of the prefix that is not taken and that a host may have, if there is one.
std::optional<IpPrefix> free_host_address(const IpPrefix& prefix, const std::vector<IpPrefix>& taken);
/// The first free address of each prefix that the stack has; link-local prefixes are the kernel's own affair.
/// The error is the prefix that has no free address.
std::expected<std::vector<IpPrefix>, IpPrefix> free_host_addresses(const std::vector<IpPrefix>& stack);

/// "default" for a prefix of length 0, as ip has it.
std::string route_text(const IpPrefix& prefix);

/// To the prefixes of the stack that no address of the host covers.
std::vector<LinkRoute> missing_routes(const std::vector<IpPrefix>& stack, const std::vector<IpPrefix>& host);

/// The command of iproute2 that gives the kernel an address on the device, or a route into it.
std::string address_command(const IpPrefix& address, const std::string& device);
std::string route_command(const LinkRoute& route, const std::string& device);

/// The commands of iproute2 that do the same, one a line; `device_only`: no more than the device. `user`: who may
/// attach to it besides root, if anybody. Where the kernel would number the device it gets the first number.
std::string ip_commands(LinkPlan plan, bool device_only, const std::string& user = {});

}  // namespace tunstack
