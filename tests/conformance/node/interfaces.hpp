// Nodes with chosen addresses, and packets on other interfaces than the first.
#pragma once

#include "tests/support/host.hpp"

namespace tunstack::test {

/// One interface of MTU 1500 for each list of prefixes; those with IPv6 get their link-local address too.
/// Options as "KEY=VALUE".
inline NodeConfig node_with(std::initializer_list<std::initializer_list<std::string_view>> interfaces,
                            std::initializer_list<std::string_view> settings = {}) {
  NodeConfig config;
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
inline std::vector<SentOn> send_on(Host& host, std::uint8_t interface, const std::vector<Packet>& packets) {
  Outbox out;
  for (const Packet& packet : packets)
    host.node().receive({.interface = InterfaceId{interface}, .bytes = packet, .now = Instant{}}, out);
  std::vector<SentOn> sent;
  for (const OutgoingPacket& packet : out.packets()) {
    sent.push_back({packet.interface, Packet(packet.bytes.begin(), packet.bytes.end())});
    EXPECT_TRUE(checksums_are_right(sent.back().packet)) << "a wrong checksum was sent";
  }
  return sent;
}

}  // namespace tunstack::test
