// A router between two links without addresses, as TUN devices are, with somebody on each and networks beyond.
#pragma once

#include "tests/support/host.hpp"
#include "tests/support/ipv4_parts.hpp"
#include "tunstack/node/interface_config.hpp"

namespace tunstack::test::forwarding {

inline constexpr InterfaceId near{0}, far{1};

// Who is where: a neighbor behind each door, and networks behind the neighbor at the far one.
inline constexpr std::string_view near4 = "192.0.2.1", far4 = "198.51.100.1", beyond4 = "203.0.113.9";
inline constexpr std::string_view near6 = "2001:db8::1", far6 = "2001:db8:1::1", beyond6 = "2001:db8:9::9";
inline constexpr std::string_view router_near4 = "192.0.2.2", router_far4 = "198.51.100.2";
inline constexpr std::string_view router_near6 = "2001:db8::2", router_far6 = "2001:db8:1::2";

inline InterfaceConfig door(const char* name, std::initializer_list<std::string_view> addresses,
                            std::size_t mtu = 1500) {
  InterfaceConfig interface{.name = name, .addresses = {}, .mtu = mtu, .role = Role::router};
  for (const std::string_view address : addresses) interface.addresses.push_back(parse_prefix(address).value());
  add_link_local_address(interface);
  return interface;
}

inline ip::Route route(std::string_view prefix, InterfaceId interface, std::string_view gateway) {
  return {parse_prefix(prefix).value(), interface, parse_address(gateway).value()};
}

/// The far link has an MTU of its own.
inline NodeConfig two_doors(std::initializer_list<std::string_view> settings = {}, std::size_t far_mtu = 1500) {
  NodeConfig config{.interfaces = {door("tun0", {"192.0.2.2/24", "2001:db8::2/64"}),
                                   door("tun1", {"198.51.100.2/24", "2001:db8:1::2/64"}, far_mtu)},
                    .options = {},
                    .seed = 1};
  config.routes = {route("203.0.113.0/24", far, far4), route("2001:db8:9::/48", far, far6)};
  config.options.own.reports_ipv6_groups = false;
  for (const std::string_view setting : settings)
    if (const auto fault = set_option(config.options, setting)) throw std::invalid_argument(fault->what);
  return config;
}

class Router : public Driver {
 public:
  explicit Router(const NodeConfig& config = two_doors()) : Driver(config) {}
  explicit Router(std::initializer_list<std::string_view> settings) : Driver(two_doors(settings)) {}

  /// What it sends because of a packet that comes in at the near door.
  std::vector<SentPacket> send(const Packet& packet) { return receive({packet}, near); }
  /// The one packet that leaves by `door`; a failure and an empty one if there is not exactly one packet.
  Packet one_out(const Packet& packet, InterfaceId door, InterfaceId from = near) {
    const auto sent = receive({packet}, from);
    EXPECT_EQ(sent.size(), 1U);
    if (sent.size() != 1) return {};
    EXPECT_EQ(sent[0].interface, door);
    EXPECT_TRUE(checksums_are_right(sent[0].octets));
    return sent[0].octets;
  }
  /// Goes on by the far door.
  Packet passed(const Packet& packet) { return one_out(packet, far); }
  /// What its sender is told.
  Packet error(const Packet& packet) { return one_out(packet, near); }
};

/// Nothing leaves, the reason is counted, and a plain echo is answered afterwards.
inline void expect_dropped(Router& router, const Packet& packet, Reason reason, InterfaceId from = near) {
  SCOPED_TRACE(info(reason).name);
  const std::uint64_t before = router.count(reason);
  EXPECT_THAT(router.receive({packet}, from), testing::IsEmpty());
  EXPECT_EQ(router.count(reason), before + 1);
  EXPECT_THAT(router.send(echo4()), testing::SizeIs(1)) << "a plain echo after it";
}

inline void expect_error4(const Packet& error, unsigned type, unsigned code, const Packet& about) {
  ASSERT_GE(error.size(), 28U);
  EXPECT_EQ(icmp4_type(error), type);
  EXPECT_EQ(icmp4_code(error), code);
  EXPECT_EQ(source_of(error), router_near4) << "where the packet came in (ICMP4-ERR-006)";
  EXPECT_EQ(destination_of(error), source_of(about));
  const Packet quote = from(error, 28);
  EXPECT_EQ(quote, part(about, 0, quote.size())) << "as it arrived";
}

inline void expect_error6(const Packet& error, unsigned type, unsigned code, const Packet& about) {
  ASSERT_GE(error.size(), 48U);
  EXPECT_EQ(icmp6_type(error), type);
  EXPECT_EQ(icmp6_code(error), code);
  EXPECT_EQ(source_of(error), router_near6);
  EXPECT_EQ(destination_of(error), source_of(about));
  const Packet quote = from(error, 48);
  EXPECT_EQ(quote, part(about, 0, quote.size())) << "as it arrived";
}

}  // namespace tunstack::test::forwarding
