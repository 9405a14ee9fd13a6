// Datagrams of which fewer octets arrive than their total length says (RFC 1812 5.2.2).
#include "tests/conformance/forwarding/two_doors.hpp"

namespace tunstack::test::truncated_test {

using namespace forwarding;
namespace {

using testing::IsEmpty;
using testing::SizeIs;

/// `packet` with the total length of one that is `more` octets longer.
Packet cut_from_longer(Packet packet, unsigned more = 40) {
  set_be16(packet, 2, static_cast<unsigned>(packet.size()) + more);
  mend_header_checksum(packet);
  return packet;
}

void expect_reported(Router& router, const Packet& packet) {
  const Packet error = router.error(packet);
  expect_error4(error, 12, 0, packet);
  EXPECT_EQ(be32(error, 24), 0x02000000U) << "at the total length";
  EXPECT_EQ(from(error, 28), packet) << "all that arrived";
}

TEST(Truncated, ICMP4_PP_005_a_router_points_at_the_total_length) {
  Router router;
  const Packet to_router = cut_from_longer(echo4({}, counting(32)));
  ASSERT_EQ(be16(to_router, 2), 100U);
  ASSERT_THAT(to_router, SizeIs(60));
  expect_reported(router, to_router);
  expect_reported(router, cut_from_longer(udp4({.destination = beyond4})));
  expect_reported(router, cut_from_longer(echo4({.destination = far4, .options = hex("07070400 00000000")})));
  EXPECT_EQ(router.count(Reason::ipv4_truncated), 3U);
}

TEST(Truncated, ICMP4_PP_005_wherever_it_is_cut_behind_its_header) {
  const Packet whole = ipv4({.destination = far4, .protocol = 17, .options = hex("01010101")}, counting(9));
  for (std::size_t size = 24; size < whole.size(); ++size) {
    Router router;
    expect_reported(router, part(whole, 0, size));
  }
  Router router;
  expect_dropped(router, part(whole, 0, 23), Reason::ipv4_truncated);
  expect_dropped(router, part(whole, 0, 19), Reason::ipv4_shorter_than_header);
}

TEST(Truncated, ICMP4_PP_005_ICMP4_ERR_002_as_much_is_quoted_as_of_any_datagram) {
  const Packet large = cut_from_longer(udp4({.destination = far4}, 33434, counting(1400)));
  Router usual, sparing({"icmp4.quote=8"});
  EXPECT_EQ(from(usual.error(large), 28), part(large, 0, 548));
  EXPECT_EQ(from(sparing.error(large), 28), part(large, 0, 28));
}

TEST(Truncated, ICMP4_PP_005_a_host_is_silent_and_so_is_a_router_on_request) {
  const Packet packet = cut_from_longer(echo4());
  Host host;
  EXPECT_SILENT(host, packet, Reason::ipv4_truncated);
  for (const char* setting : {"icmp4.truncated_error=off", "ip4.forward.enable=off"}) {
    Router router({setting});
    expect_dropped(router, packet, Reason::ipv4_truncated);
  }
}

TEST(Truncated, ICMP4_PP_005_whole_it_would_be_dropped_without_a_word) {
  NodeConfig config = two_doors({"ip4.forward.rpf=strict"});
  config.filter = {{.protocol = 17, .action = ip::FilterAction::drop}};
  config.routes.push_back({parse_prefix("203.0.114.0/24").value(), far, {}, ip::RouteAction::blackhole});
  Router router(config);
  Packet bad_checksum = cut_from_longer(echo4());
  bad_checksum[10] ^= 1;
  for (const Packet& packet :
       {bad_checksum, cut_from_longer(echo4({.source = "224.0.0.9"})), cut_from_longer(echo4({.source = "192.0.2.2"})),
        cut_from_longer(echo4({.source = "127.0.0.1", .destination = far4})),
        cut_from_longer(echo4({.destination = "240.1.1.1"})), cut_from_longer(echo4({.destination = "203.0.114.1"})),
        cut_from_longer(echo4({.source = beyond4, .destination = far4})), cut_from_longer(echo4({.source = beyond4})),
        cut_from_longer(udp4({.destination = far4}))})
    expect_dropped(router, packet, Reason::ipv4_truncated);
}

TEST(Truncated, ICMP4_PP_005_the_rules_of_silence_hold) {
  Router router;
  const auto expect_withheld = [&](const Packet& packet, Reason reason) {
    expect_dropped(router, cut_from_longer(packet), reason);
  };
  expect_withheld(udp4({.destination = "192.0.2.255"}), Reason::icmp4_destination_broadcast);
  expect_withheld(udp4({.destination = "255.255.255.255"}), Reason::icmp4_destination_broadcast);
  expect_withheld(udp4({.destination = "224.0.0.1"}), Reason::icmp4_destination_multicast);
  expect_withheld(echo4({.flags_and_offset = 3}), Reason::icmp4_not_first_fragment);
  expect_withheld(echo4({.destination = far4, .flags_and_offset = 3}), Reason::icmp4_not_first_fragment);
  expect_withheld(ipv4({}, icmpv4(3, 1, 0, counting(28))), Reason::icmp4_about_icmp_error);
  expect_withheld(ipv4({}, {}), Reason::icmp4_about_icmp_of_unknown_type);
  EXPECT_THAT(router.receive({cut_from_longer(udp4())}, near, true), IsEmpty()) << "in a frame to a group";
}

TEST(Truncated, ICMP4_PP_005_ICMP4_RATE_001_within_the_limits_of_errors) {
  Router router;
  std::size_t errors = 0;
  for (int i = 0; i < 100; ++i) errors += router.send(cut_from_longer(echo4())).size();
  EXPECT_EQ(errors, 10U);
  EXPECT_EQ(router.count(Reason::ipv4_truncated), 100U);
}

TEST(Truncated, V6_RX_001_packets_of_IPv6_are_dropped_by_a_router_too) {
  Router router;
  expect_dropped(router, part(echo6({.destination = far6}), 0, 60), Reason::ipv6_truncated);
}

}  // namespace
}  // namespace tunstack::test::truncated_test
