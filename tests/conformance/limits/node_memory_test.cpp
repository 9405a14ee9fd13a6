// What nodes take of memory while nothing special happens: a network has thousands of them.
#include "tests/conformance/limits/allocations.hpp"
#include "tests/support/frames.hpp"

namespace tunstack::test::node_memory_test {
namespace {

using namespace std::chrono_literals;

/// Octets that a node takes when it has begun and has answered a ping of each family on each link, itself included.
std::size_t octets_of(const NodeConfig& config) {
  Outbox out;
  const std::size_t before = allocated_octets();
  Node node(config);
  Instant now = config.start;
  for (const Instant end = now + 60s; node.next_deadline() <= end;) {
    now = std::max(now, node.next_deadline());
    node.tick(now, out);
    out.clear();
  }
  for (std::size_t i = 0; i < config.interfaces.size(); ++i)
    for (const IpPrefix& own : config.interfaces[i].addresses) {
      const std::string address = to_text(own.address);
      const Packet ping = own.address.is_ipv4() ? echo4({.source = "203.0.113.9", .destination = address})
                                                : echo6({.source = "fe80::9", .destination = address});
      const bool has_frames = config.interfaces[i].link_address.has_value();
      const Packet packet = has_frames ? framed(ping) : ping;
      node.receive({.interface = static_cast<InterfaceId>(i), .bytes = packet, .now = now}, out);
      out.clear();
    }
  const Counters& counters = node.counters();
  EXPECT_EQ(counters.count(Reason::icmp4_echo_request_for_us), config.interfaces.size());
  EXPECT_GE(counters.count(Reason::icmp6_echo_request_for_us), config.interfaces.size());
  return sizeof(Node) + allocated_octets() - before;
}

constexpr std::size_t kib = 1024;

TEST(NodeMemory, ROB_003_an_idle_host_takes_at_most_48_kib) { EXPECT_LE(octets_of(host_config()), 48 * kib); }

TEST(NodeMemory, ROB_003_an_idle_router_of_two_links_takes_at_most_64_kib) {
  NodeConfig config;
  for (const std::string_view number : {"0", "1"}) {
    InterfaceConfig interface{.name = "tap" + std::string(number), .addresses = {}, .role = Role::router};
    interface.addresses = {parse_prefix("192.0." + std::string(number) + ".2/24").value(),
                           parse_prefix("2001:db8:" + std::string(number) + "::2/64").value()};
    interface.link_address = mac_address(own_mac);
    config.interfaces.push_back(interface);
  }
  for (const char* setting : {"nd.adv.enable=on", "irdp.adv.enable=on", "mld.querier=on", "igmp.enable=on"})
    ASSERT_FALSE(set_option(config.options, setting)) << setting;
  EXPECT_LE(octets_of(config), 64 * kib);
}

TEST(NodeMemory, ROB_003_five_routes_take_at_most_a_kib_and_what_came_and_went_leaves_nothing) {
  const std::vector<ip::Route> five = {{parse_prefix("0.0.0.0/0").value(), InterfaceId{0}},
                                       {parse_prefix("192.0.2.0/24").value(), InterfaceId{0}},
                                       {parse_prefix("198.51.100.0/24").value(), InterfaceId{1}},
                                       {parse_prefix("::/0").value(), InterfaceId{0}},
                                       {parse_prefix("2001:db8::/48").value(), InterfaceId{1}}};
  std::vector<ip::Route> others;
  for (std::uint32_t i = 1; i <= 1000; ++i) others.push_back({{Ipv4Address{i * 2654435761U}, 32}, InterfaceId{1}});
  const auto remove_from = [](ip::Routes& routes, const std::vector<ip::Route>& all) {
    for (const ip::Route& route : all) routes.remove(route.prefix, route.interface);
  };
  const std::size_t before = allocated_octets();
  ip::Routes routes;
  EXPECT_EQ(allocated_octets(), before);
  routes.add(five);
  EXPECT_LE(allocated_octets() - before, kib);
  routes.add(others);
  remove_from(routes, others);
  EXPECT_LE(allocated_octets() - before, 2 * kib);
  remove_from(routes, five);
  EXPECT_EQ(allocated_octets(), before);
}

}  // namespace
}  // namespace tunstack::test::node_memory_test
