// The chain of extension headers: their order and number, routing headers, and what stands behind them (RFC 8200 4).
#include "tests/conformance/ipv6/ipv6_line.hpp"

namespace tunstack::test::ipv6_extension_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

const Part plain = destination("");  // 8 octets of padding

// ---- order and number ----

TEST(Ipv6Extension, V6_EXT_009_any_order_and_number) {
  const Part hop = hop_by_hop("");
  const Part route = routing(253, 0);
  expect_outcomes({
      {"the example", with_headers(echo6(), {plain, route, plain, atomic(), plain}), reply},
      {"the recommended order", with_headers(echo6(), {hop, plain, route, atomic(), plain}), reply},
      {"upside down", with_headers(echo6(), {plain, atomic(), route, plain}), reply},
      {"one kind again and again", with_headers(echo6(), {route, route, route, route}), reply},
      {"two fragment headers", with_headers(echo6(), {atomic(1), atomic(2)}), reply},
      {"hop-by-hop alone", with_headers(echo6(), {hop}), reply},
      {"a long one", with_headers(echo6(), {long_destination(800)}), reply},
  });
}

TEST(Ipv6Extension, V6_EXT_009_the_reply_is_that_to_the_plain_packet) {
  const Packet expected = Host().answer(echo6());
  for (const std::vector<Part>& parts : {std::vector{plain}, {hop_by_hop(""), routing(7, 0), atomic(), plain}}) {
    Host host;
    EXPECT_EQ(host.answer(with_headers(echo6(), parts)), expected);
    EXPECT_EQ(host.count(Reason::icmp6_echo_request_for_us), 1U);
  }
}

TEST(Ipv6Extension, V6_EXT_009_all_upper_layers_behind_headers) {
  Host host({"udp.echo=on"});
  const Packet datagram = host.answer(with_headers(udp6({}, 7), {plain, atomic()}));
  EXPECT_EQ(datagram, Host({"udp.echo=on"}).answer(udp6({}, 7)));
  const Packet segment = ipv6({.next_header = 6}, tcp(Ipv6Fields{}, TcpFields{}));
  EXPECT_EQ(host.answer(with_headers(segment, {plain})), Host().answer(segment));
  const Packet unreachable = host.answer(with_headers(udp6(), {hop_by_hop(""), plain}));
  EXPECT_EQ(icmp6_type(unreachable), 1U);
  EXPECT_EQ(icmp6_code(unreachable), 4U);
  EXPECT_EQ(from(unreachable, 48), with_headers(udp6(), {hop_by_hop(""), plain})) << "quoted with its headers";
}

TEST(Ipv6Extension, V6_EXT_008_hop_by_hop_options_directly_behind_the_fixed_header_only) {
  const Part hop = hop_by_hop("");
  expect_outcomes({
      {"behind destination options", with_headers(echo6(), {plain, hop}), problem(1, 40)},
      {"behind hop-by-hop options", with_headers(echo6(), {hop, hop}), problem(1, 40)},
      {"behind a routing header", with_headers(echo6(), {hop, routing(9, 0), hop}), problem(1, 48)},
      {"behind an atomic fragment header", with_headers(echo6(), {atomic(), hop}), problem(1, 40)},
      {"where nothing follows", with_headers(ipv6({.next_header = 0}, {}), {plain}), problem(1, 40)},
  });
  Host host;
  EXPECT_THAT(host.send(with_headers(echo6({.destination = "ff02::1"}), {plain, hop})), IsEmpty());
  EXPECT_EQ(host.count(Reason::ipv6_hop_by_hop_misplaced), 1U);
}

// The next header of a fragment header is "any header other than an IPv6 header" (RFC 8200 4), though in the packet
// put together the hop-by-hop options stand behind the fixed header. The first fragment is reported, and it alone.
TEST(Ipv6Extension, V6_EXT_008_hop_by_hop_options_behind_a_fragment_header) {
  Line6 line;
  const Packets parts = fragments6(with_headers(echo6(), {hop_by_hop("")}), 32);
  expect_error6(line.send(parts), 4, 1, 40, parts[0]);
}

// V6-EXT-010: their length runs past the payload.
TEST(Ipv6Extension, V6_EXT_010_headers_that_are_cut_short) {
  const auto with_length = [](Part part, unsigned length) {
    part.octets[1] = static_cast<std::uint8_t>(length);
    return part;
  };
  const Packet nothing = ipv6({.next_header = 59}, {});
  const Packet twenty = with_headers(nothing + Packet(12), {with_length(plain, 31)});
  ASSERT_EQ(be16(twenty, 4), 20U);
  expect_outcomes({
      {"the example", twenty, problem(0, 41)},
      {"one unit too long", with_headers(nothing, {with_length(plain, 1)}), problem(0, 41)},
      {"hop-by-hop", with_headers(nothing, {with_length(hop_by_hop(""), 255)}), problem(0, 41)},
      {"routing", with_headers(nothing, {with_length(routing(0, 0), 2)}), problem(0, 41)},
      {"the second one", with_headers(nothing, {plain, with_length(plain, 1)}), problem(0, 49)},
      {"one octet too short", cut_to(with_headers(nothing, {plain}), 47), problem(0, 41)},
      {"the length octet is the last", cut_to(with_headers(nothing, {plain}), 42), problem(0, 41)},
      {"no length octet", cut_to(with_headers(nothing, {plain}), 41), silence},
      {"nothing", cut_to(with_headers(nothing, {plain}), 40), silence},
      {"nothing behind the first", cut_to(with_headers(nothing, {plain, plain}), 48), silence},
      {"a fragment header that is not there", cut_to(with_headers(nothing, {atomic()}), 40), silence},
  });
}

// Octets beyond the payload length are none of the packet's, though they arrived.
TEST(Ipv6Extension, V6_EXT_010_octets_beyond_the_payload_length_do_not_help) {
  Packet packet = with_headers(echo6(), {plain});
  set_be16(packet, 4, 7);
  Host host;
  expect_error6(host.send(packet), 4, 0, 41, part(packet, 0, 47));
}

TEST(Ipv6Extension, V6_RX_010_payload_length_0_in_front_of_an_extension_header) {
  for (const Part& part : {hop_by_hop(""), plain, routing(0, 0), atomic()}) {
    Host host;
    Packet packet = with_headers(echo6(), {part});
    set_be16(packet, 4, 0);
    EXPECT_SILENT(host, packet, Reason::ipv6_extension_header_missing);
  }
}

// ---- routing headers ----

// V6-EXT-011, V6-EXT-013, V6-EXT-015: no type is known, the deprecated type 0 least of all.
TEST(Ipv6Extension, V6_EXT_011_routing_headers_with_no_segments_left_are_stepped_over) {
  std::vector<OutcomeRow> rows;
  for (const unsigned type : {0U, 1U, 2U, 3U, 4U, 5U, 6U, 200U, 253U, 254U, 255U})
    rows.push_back(
        {"type " + std::to_string(type), with_headers(echo6(), {routing(type, 0, Packet(20, 0x20))}), reply});
  expect_outcomes(rows);
}

TEST(Ipv6Extension, V6_EXT_012_routing_headers_with_segments_left) {
  std::vector<OutcomeRow> rows;
  for (const unsigned type : {0U, 1U, 2U, 3U, 4U, 5U, 6U, 200U, 253U, 254U, 255U})
    for (const unsigned left : {1U, 2U, 255U})
      rows.push_back({"type " + std::to_string(type), with_headers(echo6(), {routing(type, left)}), problem(0, 42)});
  rows.push_back({"further behind", with_headers(echo6(), {plain, routing(200, 0), routing(200, 1)}), problem(0, 58)});
  expect_outcomes(rows);
}

// RFC 5095 3: what a type 0 header asks for is not done.
TEST(Ipv6Extension, V6_EXT_013_nothing_is_sent_along_a_type_0_route) {
  const Packet to_other = hex("00000000 20010db8 00000000 00000000 00000099");
  for (const unsigned left : {0U, 1U}) {
    Host host;
    const Packet answer = host.answer(with_headers(echo6(), {routing(0, left, to_other)}));
    EXPECT_EQ(destination_of(answer), "2001:db8::1");
    EXPECT_EQ(icmp6_type(answer), left == 0 ? 129U : 4U);
  }
}

TEST(Ipv6Extension, V6_EXT_015_types_2_3_and_4_with_segments_left) {
  for (const unsigned type : {2U, 3U, 4U})
    expect_outcomes({{std::to_string(type), with_headers(echo6(), {routing(type, 1, Packet(20))}), problem(0, 42)}});
}

TEST(Ipv6Extension, V6_TX_007_a_reply_has_no_routing_header) {
  for (const unsigned type : {0U, 2U, 4U, 253U}) {
    const Packet answer = Host().answer(with_headers(echo6(), {routing(type, 0, Packet(20, 0x20))}));
    EXPECT_EQ(unsigned{answer.at(6)}, 58U) << type;
    EXPECT_EQ(answer.size(), echo6().size());
  }
}

// ---- what follows ----

TEST(Ipv6Extension, V6_RX_013_the_pointer_is_at_the_octet_that_held_the_unrecognised_value) {
  const Packet unknown = ipv6({.next_header = 200}, counting(8));
  expect_outcomes({
      {"in the fixed header", unknown, problem(1, 6)},
      {"in destination options", with_headers(unknown, {plain}), problem(1, 40)},
      {"in hop-by-hop options", with_headers(unknown, {hop_by_hop("")}), problem(1, 40)},
      {"in a routing header", with_headers(unknown, {plain, routing(0, 0)}), problem(1, 48)},
      {"in a fragment header", with_headers(unknown, {long_destination(64), atomic()}), problem(1, 104)},
      {"with nothing behind", with_headers(ipv6({.next_header = 200}, {}), {plain}), problem(1, 40)},
  });
}

// V6-EXT-025: as in IPv4, neither is implemented.
TEST(Ipv6Extension, V6_EXT_025_security_headers_are_unrecognised) {
  for (const unsigned number : {50U, 51U, 135U, 139U, 140U}) {
    const Packet packet = ipv6({.next_header = number}, hex("3a040000 00000001 00000001 00000000"));
    expect_outcomes({{std::to_string(number), packet, problem(1, 6)},
                     {std::to_string(number) + " behind options", with_headers(packet, {plain}), problem(1, 40)}});
  }
}

TEST(Ipv6Extension, V6_RX_011_no_next_header_behind_headers) {
  Host host;
  const Packet none = ipv6({.next_header = 59}, counting(20));
  EXPECT_SILENT(host, with_headers(none, {plain}), Reason::ipv6_no_next_header);
  EXPECT_SILENT(host, with_headers(none, {hop_by_hop(""), routing(3, 0), atomic()}), Reason::ipv6_no_next_header);
  EXPECT_SILENT(host, with_headers(ipv6({.next_header = 59}, {}), {plain}), Reason::ipv6_no_next_header);
}

// Strictly in order: what stands behind the first error is not looked at.
TEST(Ipv6Extension, V6_RX_014_the_first_error_decides) {
  const Part silent = destination("5e 00");
  const Part reported = destination("9e 00");
  const Part route = routing(0, 1);
  const Packet unknown = ipv6({.next_header = 200}, counting(8));
  expect_outcomes({
      {"option, route", with_headers(unknown, {reported, route}), problem(2, 42)},
      {"route, option", with_headers(unknown, {route, reported}), problem(0, 42)},
      {"silence, route", with_headers(unknown, {silent, route}), silence},
      {"route, silence", with_headers(unknown, {route, silent}), problem(0, 42)},
      {"option, misplaced header", with_headers(unknown, {reported, hop_by_hop("")}), problem(2, 42)},
      {"misplaced header, option", with_headers(unknown, {plain, hop_by_hop("9e 00")}), problem(1, 40)},
      {"option, upper layer", with_headers(unknown, {plain, reported}), problem(2, 50)},
      {"option behind a fragment header", with_headers(unknown, {atomic(), reported, route}), problem(2, 50)},
      {"option, cut header", cut_to(with_headers(unknown, {reported, plain}), 52), problem(2, 42)},
  });
}

// V6-RX-014: a header behind the fragment header is not looked at before the packet is whole.
TEST(Ipv6Extension, V6_RX_014_nothing_behind_a_fragment_header_is_processed_in_a_fragment) {
  Line6 line;
  const Packets parts = fragments6(with_headers(echo6(), {destination("9e 00"), routing(0, 1)}), 24);
  EXPECT_THAT(line.send(parts[0]), IsEmpty());
  EXPECT_EQ(line.count(Reason::fragment_of_datagram), 1U);
}

// ---- reception ----

TEST(Ipv6Extension, V6_RX_008_the_message_behind_the_headers_decides_about_the_unspecified_source) {
  const Ipv6Fields ip{.source = "::", .destination = "ff02::1"};
  const auto refused = [&](unsigned type, const std::vector<Part>& parts) {
    Host host;
    EXPECT_THAT(host.send(with_headers(ipv6(ip, icmpv6(ip, type, 0, 0, Packet(16))), parts)), IsEmpty()) << type;
    return host.count(Reason::ipv6_source_unspecified) == 1;
  };
  const Part alert = hop_by_hop("05 02 00 00");
  for (const std::vector<Part>& parts : {std::vector{alert}, {plain}, {alert, plain}, {atomic()}}) {
    for (const unsigned type : {131U, 133U, 135U, 143U}) EXPECT_FALSE(refused(type, parts)) << type;
    for (const unsigned type : {1U, 128U, 129U, 130U, 160U}) EXPECT_TRUE(refused(type, parts)) << type;
  }
  Host host;
  EXPECT_SILENT(host, with_headers(udp6({.source = "::"}), {plain}), Reason::ipv6_source_unspecified);
}

// A fragment does not show yet what it is a part of; the whole packet does.
TEST(Ipv6Extension, V6_RX_008_fragments_from_the_unspecified_source) {
  Line6 line;
  const Packets parts = fragments6(echo6({.source = "::", .destination = "ff02::1"}), 32);
  EXPECT_THAT(line.send(parts), IsEmpty());
  EXPECT_EQ(line.count(Reason::ipv6_source_unspecified), 1U);
}

TEST(Ipv6Extension, V6_RX_009_hop_limits_0_and_1_with_headers_and_fragments) {
  for (const unsigned hops : {0U, 1U}) {
    Line6 line;
    const Packet packet = with_headers(echo6({.hop_limit = hops}), {hop_by_hop(""), plain});
    EXPECT_THAT(line.send(packet), SizeIs(1)) << hops;
    EXPECT_THAT(line.send(fragments6(packet, 32)), SizeIs(1)) << hops;
  }
}

// ---- errors that are not sent ----

// ICMP6-SUP-006: the message is an error, wherever it stands, and whatever is wrong in front of it.
TEST(Ipv6Extension, ICMP6_SUP_006_no_error_about_an_error_behind_headers) {
  const Packet quote = counting(48);
  for (const unsigned type : {1U, 2U, 3U, 4U, 100U, 127U, 137U, 128U}) {
    const Packet message = ipv6({}, icmpv6({}, type, 0, 0, quote));
    for (const std::vector<Part>& parts : {std::vector{destination("9e 00")},
                                           {plain, routing(0, 1)},
                                           {destination("1e 7f")},
                                           {plain, hop_by_hop("")},
                                           {routing(0, 1), atomic(), plain}}) {
      Host host;
      const Packets sent = host.send(with_headers(message, parts));
      EXPECT_THAT(sent, SizeIs(type == 128 ? 1 : 0)) << type;
      EXPECT_EQ(host.count(type == 137 ? Reason::icmp6_about_redirect : Reason::icmp6_about_icmp_error),
                type == 128 ? 0U : 1U);
    }
  }
}

// RFC 4443 2.4(e.3): code 1 and code 0 are not excepted.
TEST(Ipv6Extension, ICMP6_SUP_003_no_error_about_headers_of_a_packet_to_a_group) {
  const Ipv6Fields ip{.destination = "ff02::1"};
  for (const Packet& packet :
       {with_headers(echo6(ip), {routing(0, 1)}), with_headers(echo6(ip), {destination("01 7f")}),
        with_headers(udp6(ip), {plain}), cut_to(with_headers(echo6(ip), {plain}), 44)}) {
    Host host;
    EXPECT_SILENT(host, packet, Reason::icmp6_destination_multicast);
  }
}

// ---- robustness ----

const std::vector<std::vector<Part>>& chains() {
  static const std::vector<std::vector<Part>> all = {
      {hop_by_hop("05 02 00 00")},
      {destination("1e 03 010203")},
      {routing(4, 0, Packet(20))},
      {hop_by_hop(""), destination("01 00 01 02 0000"), routing(0, 0), atomic(), plain},
  };
  return all;
}

// ROB-002: a packet that was cut on its way has a payload length that is too large.
TEST(Ipv6Extension, ROB_002_every_truncation_stays_unanswered) {
  for (const auto& parts : chains()) {
    const Packet whole = with_headers(echo6(), parts);
    Host host;
    for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_THAT(host.send(part(whole, 0, size)), IsEmpty());
    EXPECT_THAT(host.send(whole), SizeIs(1));
  }
}

/// The octet that tells the size of the header in which a packet ends after `size` octets, if it goes that far.
std::optional<std::uint32_t> last_length_octet(const std::vector<Part>& parts, std::size_t size) {
  std::size_t begin = 40;
  for (const Part& part : parts) {
    if (size < begin + part.octets.size()) return size < begin + 2 ? std::nullopt : std::optional(begin + 1);
    begin += part.octets.size();
  }
  return std::nullopt;
}

// ROB-002: with a right payload length a header is larger than the packet, or the message is not what was summed.
TEST(Ipv6Extension, ROB_002_every_truncation_of_the_payload) {
  for (const auto& parts : chains()) {
    const Packet whole = with_headers(echo6(), parts);
    for (std::size_t size = 40; size < whole.size(); ++size) {
      SCOPED_TRACE(size);
      Host host;
      const Packet packet = cut_to(whole, size);
      if (const auto length_octet = last_length_octet(parts, size))
        expect_error6(host.send(packet), 4, 0, *length_octet, packet);
      else
        EXPECT_THAT(host.send(packet), IsEmpty());
    }
  }
}

// ROB-002, ROB-003: whatever one octet says, there is one answer at most, no larger than the packet and the headers of
// an error.
TEST(Ipv6Extension, ROB_003_every_octet_of_the_headers_set_to_any_value) {
  Host host({"icmp6.error_rate=0"});
  for (const auto& parts : chains()) {
    const Packet whole = with_headers(echo6(), parts);
    for (std::size_t at = 40; at < whole.size() - 64; ++at)
      for (unsigned value = 0; value < 256; ++value) {
        Packet packet = whole;
        packet[at] = static_cast<std::uint8_t>(value);
        const Packets sent = host.send(packet);
        ASSERT_LE(sent.size(), 1U) << at << ' ' << value;
        for (const Packet& answer : sent) ASSERT_LE(answer.size(), packet.size() + 48);
      }
  }
  EXPECT_GE(host.node().counters().packets_out, 256U) << "or there was nothing to measure";
  EXPECT_THAT(host.send(echo6()), SizeIs(1));
}

// ROB-006
TEST(Ipv6Extension, ROB_006_errors_sent_back_beget_nothing) {
  Host host;
  for (const Packet& packet : {with_headers(echo6(), {destination("9e 00")}), with_headers(echo6(), {routing(0, 1)}),
                               with_headers(ipv6({.next_header = 200}, {}), {plain})}) {
    Packet error = host.answer(packet);
    std::swap_ranges(error.begin() + 8, error.begin() + 24, error.begin() + 24);
    EXPECT_THAT(host.send(error), IsEmpty());
    EXPECT_THAT(host.send(with_headers(error, {destination("9e 00")})), IsEmpty());
  }
}

}  // namespace
}  // namespace tunstack::test::ipv6_extension_test
