// Record route and timestamp: what a host writes into the replies to queries.
#include "tests/conformance/ipv4/ipv4_options.hpp"
#include "tests/conformance/node/interfaces.hpp"

namespace tunstack::test::ipv4_record_option_test {
namespace {

struct Case {
  std::string_view sent;
  std::string_view expected;
};

void expect_all_echoed(Host& host, std::initializer_list<Case> cases) {
  for (const Case& c : cases) {
    SCOPED_TRACE(c.sent);
    expect_echoed(host, hex(c.sent), hex(c.expected));
  }
}

struct Pointer {
  std::string_view sent;
  std::size_t pointer;
};

void expect_all_refused(Reason reason, std::initializer_list<Pointer> cases) {
  Host host({"icmp4.error_rate=0"});
  for (const Pointer& c : cases) {
    SCOPED_TRACE(c.sent);
    expect_pointer(host, echo_with(hex(c.sent)), c.pointer);
    expect_pointer(host, echo_with(no_operations(3) + hex(c.sent)), c.pointer + 3);
  }
  EXPECT_EQ(host.count(reason), cases.size() * 2);
}

/// A host whose time of day is 0x01020304 ms.
NodeConfig at_01020304(std::initializer_list<std::string_view> settings = {}) {
  NodeConfig config = node_with({{"192.0.2.2/24", "192.0.2.3/24"}, {"198.51.100.2/24"}}, settings);
  config.time_of_day_at_start = std::chrono::milliseconds(0x01020304);
  return config;
}

// ---- record route ----

TEST(Ipv4RecordRoute, V4_OPT_011_the_host_is_appended) {
  Host host;
  expect_all_echoed(host, {{"07 0f 08 0a000001 00000000 00000000", "07 0f 0c 0a000001 c0000202 00000000"},
                           {"07 07 04 00000000", "07 07 08 c0000202"},
                           {"07 0b 04 00000000 00000000", "07 0b 08 c0000202 00000000"},
                           {"07 0b 08 0a000001 00000000", "07 0b 0c 0a000001 c0000202"},
                           {"07 07 04 ffffffff", "07 07 08 c0000202"}});
}

TEST(Ipv4RecordRoute, V4_OPT_011_nine_addresses_fit) {
  Host host;
  expect_echoed(host, hex("07 27 04") + Packet(36, 0), hex("07 27 08 c0000202") + Packet(32, 0));
  expect_echoed(host, hex("07 27 24") + Packet(36, 9), hex("07 27 28") + Packet(32, 9) + hex("c0000202"));
}

TEST(Ipv4RecordRoute, V4_OPT_006_a_full_option_goes_back_unchanged) {
  Host host;
  expect_all_echoed(host, {{"07 07 08 0a000001", "07 07 08 0a000001"},
                           {"07 0b 0c 0a000001 0a000002", "07 0b 0c 0a000001 0a000002"},
                           {"07 03 04", "07 03 04"},
                           {"07 04 05 ab", "07 04 05 ab"},
                           {"07 07 ff 0a000001", "07 07 ff 0a000001"}});
  expect_echoed(host, hex("07 27 28") + Packet(36, 9), hex("07 27 28") + Packet(36, 9));
}

// RFC 791 3.1 asks for room alone: the pointer need not point at the start of a slot.
TEST(Ipv4RecordRoute, V4_OPT_006_a_pointer_between_slots) {
  Host host;
  expect_all_echoed(host, {{"07 0b 05 aaaaaaaa aaaaaaaa", "07 0b 09 aac00002 02aaaaaa"},
                           {"07 0b 07 aaaaaaaa aaaaaaaa", "07 0b 0b aaaaaac0 000202aa"},
                           {"07 0e 0b aaaaaaaa aaaaaaaa aaaaaa", "07 0e 0f aaaaaaaa aaaaaa c0000202"}});
}

TEST(Ipv4RecordRoute, V4_OPT_007_pointers_that_are_wrong) {
  expect_all_refused(Reason::ipv4_route_pointer_invalid, {{"07 07 00 00000000", 22},
                                                          {"07 07 01 00000000", 22},
                                                          {"07 07 02 00000000", 22},
                                                          {"07 07 03 00000000", 22},
                                                          {"07 03 03", 22},
                                                          {"07 07 05 00000000", 22},
                                                          {"07 07 06 00000000", 22},
                                                          {"07 07 07 00000000", 22},
                                                          {"07 04 04 00", 22},
                                                          {"07 0e 0c 0000000000000000000000", 22},
                                                          {"07 0e 0d 0000000000000000000000", 22},
                                                          {"07 0e 0e 0000000000000000000000", 22}});
}

// The address recorded is the one that the reply comes from.
TEST(Ipv4RecordRoute, V4_OPT_011_the_address_asked_is_recorded) {
  Host host(at_01020304());
  const auto recorded = [&](std::string_view asked) {
    return be32(host.answer(echo4({.destination = asked, .options = hex("07 07 04 00000000 00")})), 23);
  };
  EXPECT_EQ(recorded("192.0.2.2"), 0xc0000202);
  EXPECT_EQ(recorded("192.0.2.3"), 0xc0000203);
  EXPECT_EQ(recorded("198.51.100.2"), 0xc6336402);
}

TEST(Ipv4RecordRoute, V4_OPT_011_the_unicast_address_is_recorded_for_a_broadcast) {
  Host host({"icmp4.echo_broadcast=on"});
  const Packet reply = host.answer(echo4({.destination = "192.0.2.255", .options = hex("07 07 04 00000000 00")}));
  EXPECT_EQ(options_of(reply), hex("07 07 08 c0000202 00"));
  EXPECT_EQ(source_of(reply), "192.0.2.2");
}

// ---- timestamp ----

TEST(Ipv4Timestamp, V4_OPT_012_times_alone) {
  Host host(at_01020304());
  expect_all_echoed(host, {{"44 0c 05 00 00000000 00000000", "44 0c 09 00 01020304 00000000"},
                           {"44 0c 09 00 00000007 00000000", "44 0c 0d 00 00000007 01020304"},
                           {"44 08 05 00 ffffffff", "44 08 09 00 01020304"},
                           {"44 08 05 f0 00000000", "44 08 09 f0 01020304"},
                           {"44 0c 06 00 aaaaaaaa aaaaaaaa", "44 0c 0a 00 aa010203 04aaaaaa"}});
  expect_echoed(host, hex("44 28 25 00") + Packet(36, 9), hex("44 28 29 00") + Packet(32, 9) + hex("01020304"));
}

TEST(Ipv4Timestamp, V4_OPT_012_the_time_goes_on_and_begins_anew_at_midnight) {
  NodeConfig config = host_config();
  config.time_of_day_at_start = std::chrono::milliseconds(86'398'500);
  Host host(config);
  const Packet request = hex("44 08 05 00 00000000");
  expect_echoed(host, request, hex("44 08 09 00 05265624"));
  host.wait(std::chrono::milliseconds(1499));
  expect_echoed(host, request, hex("44 08 09 00 05265bff"));
  host.wait(std::chrono::milliseconds(1));
  expect_echoed(host, request, hex("44 08 09 00 00000000"));
  host.wait(std::chrono::milliseconds(65537));
  expect_echoed(host, request, hex("44 08 09 00 00010001"));
}

// RFC 791 3.1: the high-order bit marks a time that is not standard.
TEST(Ipv4Timestamp, V4_OPT_012_times_that_are_not_standard_are_marked) {
  Host host(at_01020304({"icmp4.timestamp_nonstd=on"}));
  expect_echoed(host, hex("44 08 05 00 00000000"), hex("44 08 09 00 81020304"));
}

TEST(Ipv4Timestamp, V4_OPT_013_address_and_time) {
  Host host(at_01020304());
  expect_all_echoed(
      host, {{"44 0c 05 01 00000000 00000000", "44 0c 0d 01 c0000202 01020304"},
             {"44 14 0d 01 0a000001 00000007 00000000 00000000", "44 14 15 01 0a000001 00000007 c0000202 01020304"},
             {"44 10 05 e1 00000000 00000000 aaaaaaaa", "44 10 0d e1 c0000202 01020304 aaaaaaaa"}});
  expect_echoed(host, hex("44 24 05 01") + Packet(32, 0), hex("44 24 0d 01 c0000202 01020304") + Packet(24, 0));
}

TEST(Ipv4Timestamp, V4_OPT_014_prespecified_addresses) {
  Host host(at_01020304());
  expect_all_echoed(
      host, {{"44 14 05 03 c0000202 00000000 0a000001 00000000", "44 14 0d 03 c0000202 01020304 0a000001 00000000"},
             {"44 14 05 03 0a000001 00000000 c0000202 00000000", "44 14 05 03 0a000001 00000000 c0000202 00000000"},
             {"44 14 0d 03 0a000001 00000007 c0000202 00000000", "44 14 15 03 0a000001 00000007 c0000202 01020304"},
             {"44 0c 05 03 c0000201 00000000", "44 0c 05 03 c0000201 00000000"}});
}

TEST(Ipv4Timestamp, V4_OPT_014_any_own_address_may_be_prespecified) {
  Host host(at_01020304());
  expect_all_echoed(host, {{"44 0c 05 03 c0000203 00000000", "44 0c 0d 03 c0000203 01020304"},
                           {"44 0c 05 03 c6336402 00000000", "44 0c 0d 03 c6336402 01020304"},
                           {"44 0c 05 03 c00002ff 00000000", "44 0c 05 03 c00002ff 00000000"},
                           {"44 0c 05 03 e0000001 00000000", "44 0c 05 03 e0000001 00000000"}});
}

TEST(Ipv4Timestamp, V4_OPT_015_a_full_option_counts_its_overflows) {
  Host host(at_01020304());
  expect_all_echoed(host, {{"44 08 09 00 00000007", "44 08 09 10 00000007"},
                           {"44 08 09 10 00000007", "44 08 09 20 00000007"},
                           {"44 08 09 e0 00000007", "44 08 09 f0 00000007"},
                           {"44 0c 0d e1 0a000001 00000007", "44 0c 0d f1 0a000001 00000007"},
                           {"44 0c 0d 03 c0000202 00000007", "44 0c 0d 13 c0000202 00000007"},
                           {"44 08 ff 00 00000007", "44 08 ff 10 00000007"},
                           {"44 04 05 00", "44 04 05 10"}});
}

TEST(Ipv4Timestamp, V4_OPT_015_the_sixteenth_overflow_is_an_error) {
  expect_all_refused(Reason::ipv4_timestamp_overflow, {{"44 08 09 f0 00000007", 23},
                                                       {"44 0c 0d f1 0a000001 00000007", 23},
                                                       {"44 0c 0d f3 c0000202 00000007", 23},
                                                       {"44 04 05 f0", 23}});
}

TEST(Ipv4Timestamp, V4_OPT_015_pointers_that_are_wrong) {
  expect_all_refused(Reason::ipv4_timestamp_pointer_invalid, {{"44 08 00 00 00000000", 22},
                                                              {"44 08 03 00 00000000", 22},
                                                              {"44 08 04 00 00000000", 22},
                                                              {"44 04 04 f0", 22},
                                                              {"44 08 06 00 00000000", 22},
                                                              {"44 08 07 00 00000000", 22},
                                                              {"44 08 08 00 00000000", 22},
                                                              {"44 08 08 f0 00000000", 22},
                                                              {"44 07 05 00 000000", 22},
                                                              {"44 08 05 01 00000000", 22},
                                                              {"44 08 05 03 c0000202", 22},
                                                              {"44 0c 06 01 00000000 00000000", 22},
                                                              {"44 0c 09 01 00000000 00000000", 22},
                                                              {"44 0c 0c 03 00000000 00000000", 22},
                                                              {"44 0b 05 01 00000000 000000", 22}});
}

// RFC 791 3.1 knows the flags 0, 1 and 3.
TEST(Ipv4Timestamp, V4_OPT_015_flags_without_a_meaning) {
  Host host({"icmp4.error_rate=0"});
  for (const unsigned flag : {2U, 4U, 5U, 6U, 7U, 8U, 9U, 10U, 11U, 12U, 13U, 14U, 15U}) {
    Packet option = hex("44 0c 05 00 00000000 00000000");
    option[3] = static_cast<std::uint8_t>(flag);
    expect_pointer(host, echo_with(option), 23);
    option[3] = static_cast<std::uint8_t>(0xf0 | flag);
    expect_pointer(host, echo_with(option), 23);
  }
}

// ---- together, and with the timestamp request ----

TEST(Ipv4Timestamp, V4_OPT_012_two_options_in_one_header) {
  Host host(at_01020304());
  expect_all_echoed(
      host, {{"07 07 04 00000000 44 08 05 00 00000000", "07 07 08 c0000202 44 08 09 00 01020304"},
             {"44 08 05 00 00000000 07 07 04 00000000", "44 08 09 00 01020304 07 07 08 c0000202"},
             {"01 44 08 09 10 00000007 de 03 00 01 07 07 08 0a000001", "44 08 09 20 00000007 07 07 08 0a000001"}});
}

// The first of two errors is the one reported, and none of the options is taken for good.
TEST(Ipv4Timestamp, V4_OPT_007_an_error_in_the_second_of_two_options) {
  Host host({"icmp4.error_rate=0"});
  expect_pointer(host, echo_with(hex("44 08 05 00 00000000 07 07 03 00000000")), 30);
  expect_pointer(host, echo_with(hex("07 07 04 00000000 44 08 04 00 00000000")), 29);
  expect_pointer(host, echo_with(hex("07 07 03 00000000 44 08 04 00 00000000")), 22);
}

Packet timestamp_request(const Ipv4Fields& ip) {
  return ipv4(ip, icmpv4(13, 0, 0x00070009, hex("000000110000000000000000")));
}

TEST(Ipv4Timestamp, ICMP4_TS_005_options_of_a_timestamp_request_are_treated_as_for_echo) {
  Host host(at_01020304());
  const auto answer_to = [&](std::string_view options) {
    const Packet reply = host.answer(timestamp_request({.destination = "192.0.2.3", .options = padded(hex(options))}));
    EXPECT_EQ(source_of(reply), "192.0.2.3");
    EXPECT_EQ(from(payload_of(reply), 4), hex("00070009 00000011 01020304 01020304"));
    return reply;
  };
  EXPECT_EQ(options_of(answer_to("07 07 04 00000000")), hex("07 07 08 c0000203 00"));
  EXPECT_EQ(options_of(answer_to("44 0c 05 01 00000000 00000000")), hex("44 0c 0d 01 c0000203 01020304"));
  EXPECT_EQ(options_of(answer_to("88 04 00 01")), Packet{});
  const Packet routed = answer_to("83 0b 0c 0a000001 0a000002 07 07 04 00000000");
  EXPECT_EQ(destination_of(routed), "10.0.0.2");
  EXPECT_EQ(options_of(routed), hex("83 0b 04 0a000001 c0000201 07 07 08 c0000203 0000"));
}

TEST(Ipv4Timestamp, ICMP4_TS_005_wrong_options_of_a_timestamp_request) {
  Host host;
  expect_pointer(host, timestamp_request({.options = hex("07 07 03 00000000 00")}), 22);
}

}  // namespace
}  // namespace tunstack::test::ipv4_record_option_test
