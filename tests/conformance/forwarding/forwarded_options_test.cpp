// IPv4 options of datagrams in transit (RFC 1812 5.3.13).
#include "tests/conformance/forwarding/two_doors.hpp"
#include "tests/conformance/ipv4/ipv4_options.hpp"

namespace tunstack::test::forwarded_options_test {

using namespace forwarding;
using namespace std::chrono_literals;
namespace {

using testing::SizeIs;

Packet address(std::string_view text) {
  const IpAddress parsed = parse_address(text).value();
  return {parsed.octets().begin(), parsed.octets().end()};
}

Packet to_far(const Packet& options, std::string_view destination = far4, unsigned ttl = 64) {
  return echo4({.destination = destination, .ttl = ttl, .options = padded(options)});
}

/// A router whose clock says 1 h after midnight.
NodeConfig at_one(std::initializer_list<std::string_view> settings = {}) {
  NodeConfig config = two_doors(settings);
  config.time_of_day_at_start = 1h;
  return config;
}

TEST(ForwardedOptions, V4_OPT_009_the_address_of_the_next_link_is_recorded) {
  Router router;
  EXPECT_EQ(options_of(router.passed(to_far(hex("07 0b 04") + Packet(8)))),
            padded(hex("07 0b 08") + address(router_far4) + Packet(4)));
  const Packet full = hex("07 07 08") + address("192.0.2.77");
  EXPECT_EQ(options_of(router.passed(to_far(full))), padded(full));
}

TEST(ForwardedOptions, V4_OPT_010_or_nothing_on_request) {
  const Packet record = hex("07 07 04") + Packet(4);
  Router router({"ip4.forward.record_route=off"});
  EXPECT_EQ(options_of(router.passed(to_far(record))), padded(record));
  EXPECT_EQ(options_of(router.error(echo4({.options = padded(record)}))),
            padded(hex("07 07 08") + address(router_near4)))
      << "an answer of its own";
}

TEST(ForwardedOptions, V4_OPT_012_V4_OPT_013_V4_OPT_014_times_are_written) {
  Router router(at_one());
  const Packet one = hex("00 36 ee 80");
  EXPECT_EQ(options_of(router.passed(to_far(hex("44 0c 05 00") + Packet(8)))), hex("44 0c 09 00") + one + Packet(4));
  EXPECT_EQ(options_of(router.passed(to_far(hex("44 0c 05 01") + Packet(8)))),
            hex("44 0c 0d 01") + address(router_far4) + one);
  const Packet ours = hex("44 0c 05 03") + address(router_near4) + Packet(4);
  EXPECT_EQ(options_of(router.passed(to_far(ours))), hex("44 0c 0d 03") + address(router_near4) + one);
  const Packet of_others = hex("44 0c 05 03") + address("192.0.2.77") + Packet(4);
  EXPECT_EQ(options_of(router.passed(to_far(of_others))), of_others);
}

TEST(ForwardedOptions, V4_OPT_015_a_full_timestamp_overflows) {
  Router router;
  EXPECT_EQ(options_of(router.passed(to_far(hex("44 08 09 00") + Packet(4)))), hex("44 08 09 10") + Packet(4));
  const Packet overflown = to_far(hex("44 08 09 f0") + Packet(4));
  const Packet error = router.error(overflown);
  expect_error4(error, 12, 0, overflown);
  EXPECT_EQ(error.at(24), 23);
}

TEST(ForwardedOptions, V4_OPT_003_V4_OPT_023_bad_options_are_reported) {
  Router router;
  const Packet beyond = to_far(hex("07 0c 04 00"));
  EXPECT_EQ(router.error(beyond).at(24), 21);
  const Packet two_routes = to_far(hex("83 07 08") + address(near4) + hex("01 89 07 08") + address(near4));
  EXPECT_EQ(router.error(two_routes).at(24), 28);
}

TEST(ForwardedOptions, V4_OPT_020_a_loose_source_route_is_followed) {
  Router router;
  const Packet packet = to_far(hex("83 0b 04") + address(beyond4) + address("203.0.113.10"), router_near4);
  const Packet passed = router.passed(packet);
  EXPECT_EQ(destination_of(passed), beyond4);
  EXPECT_EQ(source_of(passed), near4);
  EXPECT_EQ(options_of(passed), padded(hex("83 0b 08") + address(router_far4) + address("203.0.113.10")));
  EXPECT_EQ(passed.at(8), 63);
  EXPECT_EQ(router.count(Reason::forward4_source_routed), 1U);
  const Packet in_between = to_far(hex("83 07 04") + address("203.0.113.10"), far4);
  EXPECT_EQ(options_of(router.passed(in_between)), options_of(in_between)) << "not for us: unchanged";
  Router refusing({"ip4.source_route=drop"});
  expect_dropped(refusing, packet, Reason::ipv4_source_route_refused);
  expect_dropped(refusing, in_between, Reason::ipv4_source_route_refused);
}

TEST(ForwardedOptions, V4_OPT_020_each_step_costs_a_hop) {
  Router router;
  const Packet packet = to_far(hex("83 07 04") + address(far4), router_near4, 1);
  expect_error4(router.error(packet), 11, 0, packet);
}

TEST(ForwardedOptions, V4_OPT_020_not_to_groups) {
  Router router;
  expect_dropped(router, to_far(hex("83 07 04") + address("239.1.1.1"), router_near4),
                 Reason::forward4_group_without_route);
  expect_dropped(router, to_far(hex("83 07 04") + address("198.51.100.255"), router_near4),
                 Reason::forward4_directed_broadcast);
}

// What may not be a destination may not be a step of a route either.
TEST(ForwardedOptions, RTR4_007_RTR4_009_RTR4_019_V4_OPT_020_not_to_where_nobody_is) {
  NodeConfig config = two_doors({"ip4.forward.directed_broadcast=on"});
  config.interfaces[1].gateways = {parse_address(far4).value()};
  Router router(config);
  const auto step_to = [](std::string_view next) { return to_far(hex("83 07 04") + address(next), router_near4); };
  for (const char* next : {"127.0.0.1", "0.0.0.0", "0.1.1.1", "240.1.1.1", "255.255.255.255"})
    expect_dropped(router, step_to(next), Reason::forward4_destination_martian);
  expect_dropped(router, step_to("169.254.1.1"), Reason::forward4_link_local);
  expect_dropped(router, step_to("224.0.0.5"), Reason::forward4_group_local);
  for (const std::string_view own : {router_near4, router_far4}) {
    const Packet error = router.error(step_to(own));
    EXPECT_EQ(icmp4_type(error) * 10 + icmp4_code(error), 35U) << own;
  }
  EXPECT_EQ(router.count(Reason::forward4_source_route_to_us), 2U);
}

TEST(ForwardedOptions, ICMP4_DU_006_a_source_route_fails_where_its_next_address_is_unreachable) {
  Router router;
  for (const std::string_view next : {"10.9.9.9", "192.0.2.77"}) {
    const Packet packet = to_far(hex("83 07 04") + address(next), router_near4);
    const Packet error = router.error(packet);
    EXPECT_EQ(icmp4_type(error) * 10 + icmp4_code(error), 35U) << next;
  }
  EXPECT_EQ(router.count(Reason::forward4_no_route), 1U);
  EXPECT_EQ(router.count(Reason::forward4_turns_back), 1U);
  EXPECT_EQ(icmp4_code(router.error(to_far({}, "10.9.9.9"))), 0U) << "without one";
}

TEST(ForwardedOptions, ICMP4_ERR_010_an_error_goes_back_by_the_route_so_far) {
  Router router;
  const Packet packet = to_far(hex("83 0b 08") + address("192.0.2.9") + address("10.9.9.9"), router_near4);
  const Packet error = router.error(packet);
  EXPECT_EQ(destination_of(error), "192.0.2.9");
  EXPECT_EQ(options_of(error), hex("83 07 04") + address(near4) + hex("00"));
  EXPECT_EQ(from(payload_of(error), 8), packet);
}

TEST(ForwardedOptions, V4_OPT_021_a_strict_source_route_goes_to_neighbors_alone) {
  Router router;
  const Packet direct = to_far(hex("89 07 04") + address(far4), router_near4);
  EXPECT_EQ(options_of(router.passed(direct)), padded(hex("89 07 08") + address(router_far4)));
  const Packet distant = to_far(hex("89 07 04") + address(beyond4), router_near4);
  const Packet error = router.error(distant);
  EXPECT_EQ(icmp4_type(error) * 10 + icmp4_code(error), 35U);
  EXPECT_EQ(router.count(Reason::forward4_source_route_not_direct), 1U);
}

TEST(ForwardedOptions, V4_OPT_022_a_strict_source_route_passes_no_router_unnamed) {
  Router router;
  const Packet packet = to_far(hex("89 07 04") + address(beyond4), far4);
  const Packet error = router.error(packet);
  EXPECT_EQ(icmp4_type(error), 12U);
  EXPECT_EQ(error.at(24), 16) << "at the destination";
  EXPECT_EQ(from(error, 28), packet) << "ICMP4-PP-004";
}

TEST(ForwardedOptions, V4_OPT_024_router_alerts_are_forwarded) {
  Router router;
  const Packet alert = hex("94 04 00 00"), other = hex("94 04 00 07");
  EXPECT_EQ(options_of(router.passed(to_far(alert))), alert);
  EXPECT_EQ(options_of(router.passed(to_far(other))), other);
}

TEST(ForwardedOptions, RTR4_004_only_the_first_fragment_keeps_what_is_not_copied) {
  Router router(two_doors({}, 576));
  const Packet record = hex("07 07 04") + Packet(4);
  const auto fragments =
      packets_of(router.send(echo4({.destination = far4, .options = padded(record)}, counting(900))));
  ASSERT_THAT(fragments, SizeIs(2));
  EXPECT_EQ(options_of(fragments[0]), padded(hex("07 07 08") + address(router_far4)));
  EXPECT_EQ(header_size_of(fragments[1]), 20U);
}

}  // namespace
}  // namespace tunstack::test::forwarded_options_test
