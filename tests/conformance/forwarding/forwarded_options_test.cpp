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
  Router router({"ip4.forward.option.record_route=ignore"});
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

// ---- by their kind (RFC 7126 4) ----

struct Kind {
  std::string_view key;
  std::vector<unsigned> types;
};
const std::vector<Kind> kinds = {{"record_route", {7}},
                                 {"timestamp", {68}},
                                 {"loose_source_route", {131}},
                                 {"strict_source_route", {137}},
                                 {"router_alert", {148}},
                                 {"security", {130, 133, 134}},
                                 {"stream_id", {136}},
                                 {"quick_start", {25}},
                                 {"traceroute", {82}},
                                 {"experiment", {30, 94, 158, 222}},
                                 {"other", {2, 11, 12, 145, 255}}};

std::string setting(std::string_view kind, std::string_view treatment) {
  return std::string("ip4.forward.option.").append(kind).append("=").append(treatment);
}

/// In order whatever its type, and full where there is something to be written.
Packet with_option(unsigned type) {
  const Packet data = type == 68 ? hex("09 00 00000000") : hex("08") + address(near4) + hex("00");
  const std::size_t size = type == 68 ? 8 : 7;
  return to_far(padded(part(Packet{static_cast<std::uint8_t>(type), static_cast<std::uint8_t>(size)} + data, 0, size)));
}

TEST(ForwardedOptions, V4_OPT_027_each_kind_is_dropped_on_request_and_no_other) {
  for (const Kind& dropped : kinds) {
    Router router({std::string_view(setting(dropped.key, "drop"))});
    for (const Kind& kind : kinds)
      for (const unsigned type : kind.types) {
        SCOPED_TRACE(testing::Message() << dropped.key << ", type " << type);
        const Packet packet = with_option(type);
        if (&kind == &dropped)
          expect_dropped(router, packet, Reason::forward4_option_dropped);
        else if (type != 137)  // reported: V4-OPT-022
          router.passed(packet);
      }
    EXPECT_THAT(router.send(echo4({.options = options_of(with_option(dropped.types[0]))})), SizeIs(1))
        << "of what is in transit alone";
  }
}

TEST(ForwardedOptions, V4_OPT_027_what_is_ignored_goes_on_as_it_is) {
  const Packet record = hex("07 07 04") + Packet(4), times = hex("44 08 05 00") + Packet(4),
               loose = hex("83 07 04") + address("203.0.113.10"), strict = hex("89 07 04") + address("203.0.113.10");
  const std::vector<std::pair<std::string_view, Packet>> ignored = {
      {"record_route", record}, {"timestamp", times}, {"loose_source_route", loose}, {"strict_source_route", strict}};
  for (const auto& [kind, option] : ignored) {
    SCOPED_TRACE(kind);
    Router router({std::string_view(setting(kind, "ignore"))});
    EXPECT_EQ(options_of(router.passed(to_far(option))), padded(option));
    const Packet bad = Packet{option[0], 3, 0};
    EXPECT_EQ(options_of(router.passed(to_far(bad))), padded(bad)) << "whatever it says";
    EXPECT_EQ(router.error(to_far({option[0], 20, 4})).at(24), 21) << "but its length ends the list";
  }
}

TEST(ForwardedOptions, V4_OPT_027_the_others_are_brought_up_to_date) {
  Router router({"ip4.forward.option.timestamp=ignore"});
  const Packet times = hex("44 08 05 00") + Packet(4);
  EXPECT_EQ(options_of(router.passed(to_far(times + hex("07 07 04") + Packet(4)))),
            padded(times + hex("07 07 08") + address(router_far4)));
}

TEST(ForwardedOptions, V4_OPT_027_a_source_route_that_is_ignored_leads_nowhere) {
  Router router({"ip4.forward.option.loose_source_route=ignore"});
  const Packet on = hex("83 07 04") + address(far4), to_here = hex("83 07 08") + address(near4);
  const Packet error = router.error(to_far(on, router_near4));
  EXPECT_EQ(icmp4_type(error) * 10 + icmp4_code(error), 35U);
  EXPECT_EQ(router.count(Reason::ipv4_source_route_not_finished), 1U);
  EXPECT_EQ(icmp4_type(router.error(to_far(to_here, router_near4))), 0U) << "it ends here";
  const Packet strict = hex("89 07 04") + address(far4);
  EXPECT_EQ(destination_of(router.passed(to_far(strict, router_near4))), far4) << "another kind";
  const Packet late = to_far(hex("83 0b 08") + address("192.0.2.9") + address("10.9.9.9"), far4, 1);
  EXPECT_EQ(header_size_of(router.error(late)), 20U) << "nor is it a way back";
  EXPECT_EQ(destination_of(router.error(late)), near4);
}

TEST(ForwardedOptions, V4_OPT_027_a_source_route_that_is_dropped_goes_on_from_nowhere) {
  Router router({"ip4.forward.option.loose_source_route=drop"});
  expect_dropped(router, to_far(hex("83 07 04") + address(far4), router_near4), Reason::forward4_option_dropped);
  EXPECT_EQ(icmp4_type(router.error(to_far(hex("83 07 08") + address(near4), router_near4))), 0U) << "it ends here";
  Router of_records({"ip4.forward.option.record_route=drop"});
  expect_dropped(of_records, to_far(hex("83 07 04") + address(far4) + hex("07 07 04") + Packet(4), router_near4),
                 Reason::forward4_option_dropped);
}

TEST(ForwardedOptions, V4_OPT_027_source_routes_that_the_node_refuses_are_not_let_pass_by_ignoring_them) {
  Router router({"ip4.source_route=drop", "ip4.forward.option.loose_source_route=ignore",
                 "ip4.forward.option.strict_source_route=ignore"});
  for (const std::uint8_t type : {std::uint8_t{131}, std::uint8_t{137}})
    expect_dropped(router, to_far(Packet{type, 7, 4} + address(far4)), Reason::ipv4_source_route_refused);
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
