// Nodes with chosen addresses, and packets on other interfaces than the first.
#pragma once

#include "tests/support/host.hpp"
#include "tunstack/node/interface_config.hpp"

namespace tunstack::test {

/// One interface of MTU 1500 for each list of prefixes; those with IPv6 get their link-local address too.
/// Nothing is told about groups. Options as "KEY=VALUE".
inline NodeConfig node_with(std::initializer_list<std::initializer_list<std::string_view>> interfaces,
                            std::initializer_list<std::string_view> settings = {}) {
  NodeConfig config;
  config.options.own.reports_ipv6_groups = false;
  for (const auto& prefixes : interfaces) {
    InterfaceConfig interface{"tun" + std::to_string(config.interfaces.size()), {}, 1500};
    for (const std::string_view prefix : prefixes) interface.addresses.push_back(parse_prefix(prefix).value());
    add_link_local_address(interface);
    config.interfaces.push_back(interface);
  }
  for (const std::string_view setting : settings)
    EXPECT_FALSE(set_option(config.options, setting).has_value()) << setting;
  return config;
}

struct SentOn {
  InterfaceId interface;
  Packet packet;
};

/// What the host sends, and where, in answer to packets that come in on one interface, one after the other.
inline std::vector<SentOn> send_on(Driver& host, std::uint8_t interface, const std::vector<Packet>& packets) {
  std::vector<SentOn> sent;
  for (const SentPacket& one : host.receive(packets, InterfaceId{interface}))
    sent.push_back({one.interface, one.octets});
  return sent;
}

}  // namespace tunstack::test
