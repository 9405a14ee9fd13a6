// Options of IPv4: stepping over them, those that mean nothing to a host, and parameter problems.
#include <random>

#include "tests/conformance/ipv4/ipv4_options.hpp"

namespace tunstack::test::ipv4_option_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

// The four options that a host looks into, each in full and in order.
const Packet record_route = hex("07 07 04 00000000");
const Packet timestamp = hex("44 0c 05 00 00000000 00000000");
const Packet loose_route = hex("83 07 08 0a000001");
const Packet strict_route = hex("89 07 08 0a000001");

bool is_looked_into(unsigned type) { return type == 7 || type == 68 || type == 131 || type == 137; }

Packet option(unsigned type, unsigned length, const Packet& data) {
  return Packet{static_cast<std::uint8_t>(type), static_cast<std::uint8_t>(length)} + data;
}

// ---- stepping ----

TEST(Ipv4Options, V4_OPT_001_end_of_list_and_no_operation) {
  Host host;
  for (const char* options : {"01 01 00 ff", "00 ff ff ff", "00 07 01 00", "00 83 03 ff", "01 01 01 01", "01 01 01 00",
                              "00 00 00 00", "01 00 44 28 ff ff ff ff", "de 03 00 00 89 ff 00 00"}) {
    SCOPED_TRACE(options);
    expect_echoed(host, hex(options), {});
  }
  expect_echoed(host, no_operations(40), {});
}

TEST(Ipv4Options, V4_OPT_001_options_behind_no_operations_count) {
  Host host;
  for (std::size_t before = 0; before <= 33; ++before)
    expect_echoed(host, no_operations(before) + record_route, hex("07 07 08 c0000202"));
}

// V4-OPT-002, V4-OPT-003: where the option begins makes no difference.
TEST(Ipv4Options, V4_OPT_002_lengths_0_and_1_of_every_type_are_too_short) {
  Host host({"icmp4.error_rate=0"});
  for (unsigned type = 2; type <= 255; ++type)
    for (const unsigned length : {0U, 1U}) {
      SCOPED_TRACE(std::to_string(type) + " of length " + std::to_string(length));
      expect_pointer(host, echo_with(option(type, length, hex("0400"))), 21);
      expect_pointer(host, echo_with(no_operations(5) + option(type, length, hex("04"))), 26);
    }
}

TEST(Ipv4Options, V4_OPT_002_lengths_beyond_the_header) {
  Host host({"icmp4.error_rate=0"});
  for (const unsigned type : {2U, 7U, 68U, 131U, 137U, 148U, 222U})
    for (std::size_t room = 4; room <= 40; room += 4)
      for (const std::size_t length : {room + 1, room + 4, std::size_t{41}, std::size_t{255}}) {
        const Packet area = option(type, static_cast<unsigned>(length), Packet(room - 2, 5));
        SCOPED_TRACE(std::to_string(type) + " of length " + std::to_string(length));
        expect_pointer(host, echo_with(area), 21);
      }
}

// The option area ends in every place of an option; only the length octet can show it, if it is there.
TEST(Ipv4Options, V4_OPT_002_every_truncation) {
  Host host({"icmp4.error_rate=0"});
  for (const Packet& whole : {record_route, timestamp, loose_route, strict_route, hex("de 0a 0000 00000000 0000")})
    for (std::size_t kept = 1; kept < whole.size(); ++kept) {
      SCOPED_TRACE(std::to_string(whole[0]) + " cut to " + std::to_string(kept));
      const std::size_t before = 40 - kept;
      const std::size_t pointer = 20 + before + (kept == 1 ? 0 : 1);
      expect_pointer(host, echo_with(no_operations(before) + part(whole, 0, kept)), pointer);
    }
}

TEST(Ipv4Options, V4_OPT_003_pointer_at_the_length) {
  struct Case {
    std::string_view options;
    std::size_t pointer;
  };
  Host host({"icmp4.error_rate=0"});
  for (const Case& c : std::initializer_list<Case>{{"07 02 04 00", 21},
                                                   {"07 02", 21},
                                                   {"01 07 02 00", 22},
                                                   {"01 01 01 07 02 00", 24},
                                                   {"83 02 08 00", 21},
                                                   {"89 02 08 00", 21},
                                                   {"44 02 05 00", 21},
                                                   {"44 03 05 00", 21},
                                                   {"01 44 03 05", 22},
                                                   {"44 28 05 00", 21},
                                                   {"07 00 04 00", 21},
                                                   {"07 07 04 00000000 83 02 00 00", 28},
                                                   {"07 07 04 00000000 de 01 00 00", 28},
                                                   {"de 04 00 00 82 00 00 00", 25},
                                                   {"01 01 01 07", 23},
                                                   {"01 01 01 ff", 23}}) {
    SCOPED_TRACE(c.options);
    expect_pointer(host, echo_with(hex(c.options)), c.pointer);
  }
  EXPECT_EQ(host.count(Reason::ipv4_option_length_invalid), 16U);
}

TEST(Ipv4Options, V4_OPT_003_no_error_where_none_may_be_sent) {
  const Packet bad = hex("07 02 04 00");
  const auto reason = Reason::ipv4_option_length_invalid;
  Host host({"icmp4.error_rate=0"});
  EXPECT_SILENT(host, echo4({.destination = "192.0.2.255", .options = bad}), reason);
  EXPECT_SILENT(host, echo4({.destination = "224.0.0.1", .options = bad}), reason);
  EXPECT_SILENT(host, echo4({.flags_and_offset = 1, .options = bad}), reason);
  EXPECT_SILENT(host, ipv4({.options = bad}, icmpv4(3, 1, 0, udp4())), reason);
  EXPECT_SILENT(host, echo4({.source = "127.0.0.1", .options = bad}), Reason::ipv4_source_loopback);
  EXPECT_SILENT(host, echo4({.destination = "192.0.2.9", .options = bad}), Reason::ipv4_destination_not_ours);
}

// V4-OPT-002: whatever stands there, one answer at most goes back, and a pointer stays within the options.
TEST(Ipv4Options, V4_OPT_002_any_octets_are_survived) {
  Host host({"icmp4.error_rate=0"});
  std::mt19937 random(791);
  const Packet likely = hex("00 01 02 03 04 05 07 08 0b 0c 28 44 83 89 94 ff");
  std::size_t problems = 0;
  for (int i = 0; i < 20000; ++i) {
    Packet options(4 + random() % 10 * 4);
    for (auto& octet : options) octet = random() % 4 == 0 ? static_cast<std::uint8_t>(random()) : likely[random() % 16];
    const Packet request = echo4({.options = options});
    const std::uint64_t impassable = host.count(Reason::ipv4_return_route_invalid);
    const auto answers = host.send(request);
    if (host.count(Reason::ipv4_return_route_invalid) > impassable) {
      ASSERT_THAT(answers, IsEmpty()) << testing::PrintToString(options);
      continue;
    }
    ASSERT_THAT(answers, SizeIs(1)) << testing::PrintToString(options);
    ASSERT_TRUE(checksums_are_right(answers[0]));
    if (payload_of(answers[0]).at(0) != 12) continue;
    ++problems;
    ASSERT_GE(answers[0].at(24), 20U) << testing::PrintToString(options);
    ASSERT_LT(answers[0].at(24), header_size_of(request)) << testing::PrintToString(options);
  }
  EXPECT_GT(problems, 1000U);
  expect_echoed(host, {}, {});
}

// ---- options that mean nothing to a host ----

TEST(Ipv4Options, V4_OPT_004_every_unknown_option_is_ignored) {
  Host host;
  for (unsigned type = 2; type <= 255; ++type) {
    if (is_looked_into(type)) continue;
    SCOPED_TRACE(type);
    expect_echoed(host, option(type, 4, hex("0402")), {});
    expect_echoed(host, option(type, 2, {}), {});
    expect_echoed(host, option(type, 40, Packet(38, 7)), {});
    expect_echoed(host, option(type, 3, hex("07")) + record_route, hex("07 07 08 c0000202"));
  }
}

TEST(Ipv4Options, V4_OPT_005_stream_identifier_and_deprecated_options) {
  Host host;
  expect_echoed(host, hex("88 04 00 01"), {});
  for (const unsigned type : {82U, 142U, 145U, 147U, 149U, 151U, 152U, 15U}) {
    SCOPED_TRACE(type);
    expect_echoed(host, option(type, 12, counting(10)), {});
  }
}

// V4-OPT-024, V4-OPT-004: router alert is for routers, whatever its value.
TEST(Ipv4Options, V4_OPT_024_a_host_ignores_router_alert) {
  Host host;
  for (const char* alert : {"94 04 00 00", "94 04 00 01", "94 04 ff ff"}) expect_echoed(host, hex(alert), {});
}

TEST(Ipv4Options, V4_OPT_026_security_options_are_ignored) {
  Host host;
  expect_echoed(host, hex("82 0b ab cd 0000 0000 000000"), {});
  expect_echoed(host, hex("85 04 ab 01"), {});
}

TEST(Ipv4Options, V4_OPT_004_a_datagram_with_unknown_options_reaches_its_protocol) {
  Host host;
  const Packet error = host.answer(udp4({.options = hex("de 04 aa bb")}));
  EXPECT_EQ(options_of(error), Packet{});
  EXPECT_EQ(icmp4_type(error), 3U);
  EXPECT_EQ(icmp4_code(error), 3U);
}

// ---- parameter problem ----

TEST(Ipv4Options, ICMP4_PP_001_pointer_counts_from_the_start_of_the_header) {
  Host host({"icmp4.error_rate=0"});
  for (std::size_t before = 0; before <= 38; ++before)
    expect_pointer(host, echo_with(no_operations(before) + hex("de 01")), 20 + before + 1);
}

TEST(Ipv4Options, ICMP4_PP_002_required_option_missing) {
  Host host({"ip4.require_option=130", "icmp4.error_rate=0"});
  for (const Packet& request : {echo4(), echo_with(hex("85 04 ab 01")), echo_with(hex("00 82 03 00")), udp4()}) {
    const Packet error = host.answer(request);
    EXPECT_EQ(icmp4_type(error), 12U);
    EXPECT_EQ(icmp4_code(error), 1U);
    EXPECT_EQ(be32(error, 24), 0U);
    EXPECT_EQ(from(error, 28), request);
  }
  EXPECT_EQ(host.count(Reason::ipv4_required_option_missing), 4U);
  expect_echoed(host, hex("82 0b ab cd 0000 0000 000000"), {});
  expect_echoed(host, hex("01 de 03 00 82 02"), {});
}

TEST(Ipv4Options, ICMP4_PP_002_is_off_by_default) {
  Host host;
  expect_echoed(host, {}, {});
  expect_echoed(host, hex("de 04 00 00"), {});
}

TEST(Ipv4Options, ICMP4_PP_002_no_error_where_none_may_be_sent) {
  Host host({"ip4.require_option=130"});
  EXPECT_THAT(host.send(echo4({.destination = "192.0.2.255"})), IsEmpty());
  EXPECT_THAT(host.send(ipv4({}, icmpv4(3, 1, 0, udp4()))), IsEmpty());
  EXPECT_EQ(host.count(Reason::ipv4_required_option_missing), 2U);
}

// RFC 791 3.1: an option without the copied bit stands in the first fragment alone.
TEST(Ipv4Options, ICMP4_PP_002_an_option_that_is_not_copied_is_required_of_first_fragments_alone) {
  Host host({"ip4.require_option=7"});
  const Packet message = icmpv4(8, 0, 0x05010001, counting(56));
  const Ipv4Fields first{.flags_and_offset = 0x2000, .options = padded(record_route)};
  EXPECT_THAT(host.send(ipv4(first, part(message, 0, 32))), IsEmpty());
  const Packet reply = host.answer(ipv4({.flags_and_offset = 4}, from(message, 32)));
  EXPECT_EQ(options_of(reply), hex("07 07 08 c0000202 00"));
}

TEST(Ipv4Options, ICMP4_PP_002_a_copied_option_is_required_of_every_fragment) {
  Host host({"ip4.require_option=130"});
  EXPECT_THAT(host.send(ipv4({.flags_and_offset = 4}, counting(32))), IsEmpty());
  EXPECT_EQ(host.count(Reason::ipv4_required_option_missing), 1U);
}

// A bad total length is no reason for a parameter problem by default (ICMP4-PP-005: of a host never).
TEST(Ipv4Options, ICMP4_PP_003_no_error_about_the_total_length) {
  Host host;
  Packet request = echo4();
  set_be16(request, 2, 100);
  mend_header_checksum(request);
  EXPECT_SILENT(host, request, Reason::ipv4_truncated);
}

// ---- errors about datagrams with options ----

TEST(Ipv4Options, ICMP4_ERR_001_the_options_are_quoted) {
  Host host({"icmp4.quote=8", "icmp4.error_rate=0"});
  for (std::size_t size = 4; size <= 40; size += 4) {
    const Packet request = udp4({.options = no_operations(size)}, 33434, counting(100));
    const Packet error = host.answer(request);
    EXPECT_EQ(from(error, 28), part(request, 0, 20 + size + 8)) << size << " octets of options";
    EXPECT_EQ(header_size_of(error), 20U);
  }
}

TEST(Ipv4Options, ICMP4_ERR_001_less_than_8_octets_behind_the_options) {
  Host host;
  const Packet request = ipv4({.protocol = 99, .options = no_operations(40)}, counting(5));
  EXPECT_EQ(from(host.answer(request), 28), request);
}

// The links on which 20 + 8 octets, the header and 8 octets of data just fit.
TEST(Ipv4Options, ICMP4_ERR_001_header_and_8_octets_fit_on_narrow_links) {
  for (const std::size_t options : {0U, 12U, 40U}) {
    NodeConfig config = host_config();
    config.interfaces[0].mtu = std::max<std::size_t>(68, 20 + 8 + 20 + options + 8);
    Host host(config);
    const Packet request = udp4({.options = no_operations(options)}, 33434, counting(600));
    const Packet error = host.answer(request);
    EXPECT_EQ(error.size(), config.interfaces[0].mtu);
    EXPECT_EQ(from(error, 28), part(request, 0, error.size() - 28));
  }
}

}  // namespace
}  // namespace tunstack::test::ipv4_option_test
