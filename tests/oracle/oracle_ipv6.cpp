// IPv6 extension headers, fragments and ICMPv6 errors: what libtins writes, the host takes, and what the host sends,
// libtins reads.
//
// Known limits of libtins 4.0 met here:
//  - it neither cuts IPv6 packets nor puts them together: that is done octet by octet here, with the headers that
//    libtins writes and reads;
//  - it takes what follows a fragment header for raw octets, also in a packet that is whole;
//  - it pads no options: what is given as a header must fill it, and the octet of its length is computed from that;
//  - it throws on next header 59 behind an extension header;
//  - it has no accessors for pointer and MTU, which are read as the identifier and sequence number in their place;
//  - it writes the length field of RFC 4884 into every time exceeded that quotes more than 128 octets, extensions or
//    not, and into no destination unreachable, so that long ones of type 3 are not written by it.
#include <algorithm>

#include "protocols/icmp/problem_codes.hpp"
#include "protocols/wire/emit.hpp"
#include "tests/conformance/icmp/reported_icmpv6_errors.hpp"
#include "tests/oracle/oracle.hpp"

namespace tunstack::test::oracle_ipv6 {
namespace {

using Tins::IPv6;

/// An extension header that libtins writes; `content` begins behind the length octet.
IPv6::ext_header written(unsigned kind, std::string_view content) {
  const Packet octets = hex(content);
  return {static_cast<std::uint8_t>(kind), octets.begin(), octets.end()};
}

struct WrittenHeader {
  unsigned kind;
  std::string_view content;
};

IPv6 with_headers(const std::vector<WrittenHeader>& headers) {
  IPv6 ip = ipv6_to_host();
  for (const WrittenHeader& header : headers) ip.add_header(written(header.kind, header.content));
  return ip;
}

Tins::ICMPv6 echo_request() {
  Tins::ICMPv6 echo(Tins::ICMPv6::ECHO_REQUEST);
  echo.identifier(0xbeef);
  echo.sequence(0x0102);
  return echo;
}

void expect_echo_reply(const IPv6& ip, std::size_t size) {
  expect_header_back(ip, 58);
  const auto& reply = ip.rfind_pdu<Tins::ICMPv6>();
  EXPECT_EQ(reply.type(), Tins::ICMPv6::ECHO_REPLY);
  EXPECT_EQ(reply.code(), 0);
  EXPECT_EQ(reply.identifier(), 0xbeef);
  EXPECT_EQ(reply.sequence(), 0x0102);
  EXPECT_EQ(data_of(reply), counting(size));
}

std::uint32_t field_of(const Tins::ICMPv6& error) { return std::uint32_t{error.identifier()} << 16 | error.sequence(); }

// ---- extension headers that libtins writes ----

// V6-EXT-001, V6-EXT-002, V6-EXT-009, V6-EXT-011
TEST(OracleIpv6, V6_EXT_009_headers_in_any_order) {
  const std::vector<WrittenHeader> chains[] = {
      {{0, "0104 00000000"}},
      {{0, "0502 0000 0100"}, {60, "000000000000"}},
      {{60, "1e04 01020304 010600000000 0000"}, {43, "0400 00000000"}},
      {{43, "c800 00000000 0000000000000000"}, {60, "0104 00000000"}, {60, "0104 00000000"}},
      {{60, "0104 00000000"}, {44, "0000 00000005"}, {60, "0f04 00000000"}},
  };
  for (const auto& headers : chains) {
    Packet request;
    expect_echo_reply(answer_to(with_headers(headers) / echo_request() / Tins::RawPDU(counting(56)), request), 56);
    EXPECT_EQ(request.at(6), headers[0].kind) << "as libtins wrote it";
    EXPECT_EQ(read<IPv6>(request).headers().size(), headers.size());
  }
}

// V6-EXT-003
TEST(OracleIpv6, V6_EXT_003_options_that_ask_for_silence) {
  Host host;
  EXPECT_TRUE(host.send((with_headers({{60, "5e04 00000000"}}) / echo_request()).serialize()).empty());
}

struct WrittenProblem {
  std::vector<WrittenHeader> headers;
  unsigned code;
  std::uint32_t pointer;
};

// V6-EXT-004, V6-EXT-007, V6-EXT-008, V6-EXT-012: the quote is a packet again, whose headers libtins reads.
TEST(OracleIpv6, V6_EXT_004_headers_that_are_reported) {
  for (const WrittenProblem& problem :
       {WrittenProblem{{{60, "9e04 00000000"}}, 2, 42}, WrittenProblem{{{0, "0100 de02 0000"}}, 2, 44},
        WrittenProblem{{{0, "0104 00000000"}, {60, "0100 9e02 0000"}}, 2, 52},
        WrittenProblem{{{60, "0120 00000000"}}, 0, 43}, WrittenProblem{{{43, "0001 00000000"}}, 0, 42},
        WrittenProblem{{{60, "0104 00000000"}, {0, "0104 00000000"}}, 1, 40}}) {
    Packet request;
    const IPv6 ip = answer_to(with_headers(problem.headers) / echo_request() / Tins::RawPDU(counting(56)), request);
    expect_header_back(ip, 58);
    const auto& error = expect_error<Tins::ICMPv6>(ip, 4, problem.code, request);
    EXPECT_EQ(field_of(error), problem.pointer);
    const auto quoted = read<IPv6>(data_of(error));
    ASSERT_EQ(quoted.headers().size(), problem.headers.size());
    EXPECT_EQ(quoted.headers()[0].option(), problem.headers[0].kind);
    EXPECT_EQ(quoted.dst_addr().to_string(), host6);
  }
}

// ---- fragments that the host cuts ----

/// What libtins reads in the fragment header of a packet, and writes again: offset with M, identification.
struct FragmentFields {
  unsigned offset_and_more;
  std::uint32_t identification;
};
FragmentFields fragment_fields(const Packet& packet) {
  const auto ip = read_and_written_again<IPv6>(packet);
  EXPECT_EQ(ip.next_header(), IPv6::FRAGMENT);
  EXPECT_EQ(ip.headers().size(), 1U);
  const auto& header = ip.headers().at(0);
  const Packet data(header.data_ptr(), header.data_ptr() + header.data_size());
  return {be16(data, 0), be32(data, 2)};
}

// V6-TX-005, V6-TX-006, TUN-003
TEST(OracleIpv6, V6_TX_005_replies_that_the_host_cuts) {
  for (const std::size_t size : {1453U, 4000U, 65527U}) {
    Host host;
    const Packet request = (ipv6_to_host() / echo_request() / Tins::RawPDU(counting(size))).serialize();
    const auto sent = host.send(request);
    ASSERT_EQ(sent.size(), (size + 8 + 1447) / 1448);
    const std::uint32_t identification = fragment_fields(sent[0]).identification;
    for (std::size_t i = 0; i < sent.size(); ++i) {
      EXPECT_LE(sent[i].size(), 1500U);
      const FragmentFields fields = fragment_fields(sent[i]);
      EXPECT_EQ(fields.offset_and_more, i * 1448 + (i + 1 < sent.size() ? 1U : 0U));
      EXPECT_EQ(fields.identification, identification);
    }
    expect_echo_reply(read_and_written_again<IPv6>(joined6(sent)), size);
  }
}

TEST(OracleIpv6, V6_TX_005_answers_of_the_echo_service_that_the_host_cuts) {
  Host host({"udp.echo=on"});
  const auto sent = host.send((ipv6_to_host() / Tins::UDP(7, 40000) / Tins::RawPDU(counting(3000))).serialize());
  ASSERT_EQ(sent.size(), 3U);
  const auto ip = read_and_written_again<IPv6>(joined6(sent));
  expect_header_back(ip, 17);
  EXPECT_EQ(ip.rfind_pdu<Tins::UDP>().dport(), 40000);
  EXPECT_EQ(data_of(ip.rfind_pdu<Tins::UDP>()), counting(3000));
}

// ---- fragments that the host puts together ----

/// A packet without extension headers in fragments with `size` octets of it, whose headers libtins writes.
std::vector<Packet> cut(IPv6 packet, std::size_t size) {
  const Packet whole = packet.serialize();
  const Packet payload = from(whole, 40);
  std::vector<Packet> fragments;
  for (std::size_t at = 0; at < payload.size(); at += size) {
    const std::size_t left = std::min(size, payload.size() - at);
    Packet field(6);
    set_be16(field, 0, static_cast<unsigned>(at) | (at + left < payload.size() ? 1U : 0U));
    set_be32(field, 2, 0xcafe0001);
    IPv6 header = ipv6_to_host();
    header.next_header(whole.at(6));
    header.add_header(IPv6::ext_header(IPv6::FRAGMENT, field.begin(), field.end()));
    fragments.push_back((header / Tins::RawPDU(part(payload, at, left))).serialize());
  }
  return fragments;
}

TEST(OracleIpv6, V6_FRAG_001_requests_in_fragments_in_any_order) {
  std::vector<Packet> fragments = cut(ipv6_to_host() / echo_request() / Tins::RawPDU(counting(1400)), 488);
  ASSERT_EQ(fragments.size(), 3U);
  std::ranges::sort(fragments);
  do {
    Host host;
    const auto sent = sent_for(host, fragments);
    ASSERT_EQ(sent.size(), 1U);
    expect_echo_reply(read_and_written_again<IPv6>(sent[0]), 1400);
  } while (std::ranges::next_permutation(fragments).found);
}

// The largest payload of an IPv6 packet, both ways (V6-RX-017).
TEST(OracleIpv6, V6_RX_017_the_largest_packet_there_and_back) {
  Host host;
  const auto sent = sent_for(host, cut(ipv6_to_host() / echo_request() / Tins::RawPDU(counting(65527)), 1448));
  EXPECT_EQ(sent.size(), 46U);
  expect_echo_reply(read_and_written_again<IPv6>(joined6(sent)), 65527);
}

// V6-FRAG-019: the whole packet without fragment header
TEST(OracleIpv6, V6_FRAG_019_errors_about_what_came_in_fragments) {
  IPv6 datagram = ipv6_to_host() / Tins::UDP(33434, 40000) / Tins::RawPDU(counting(800));
  Host host;
  const auto sent = sent_for(host, cut(datagram, 400));
  ASSERT_EQ(sent.size(), 1U);
  const auto ip = read<IPv6>(sent[0]);
  expect_header_back(ip, 58);
  expect_error<Tins::ICMPv6>(ip, 1, 4, datagram.serialize());
}

TEST(OracleIpv6, V6_FRAG_004_time_is_over) {
  const auto fragments = cut(ipv6_to_host() / echo_request() / Tins::RawPDU(counting(800)), 400);
  Host host;
  EXPECT_TRUE(host.send(fragments[0]).empty());
  host.wait(std::chrono::seconds(60));
  const auto sent = host.send(fragments[1]);
  ASSERT_EQ(sent.size(), 1U);
  const auto ip = read<IPv6>(sent[0]);
  expect_header_back(ip, 58);
  const auto& error = expect_error<Tins::ICMPv6>(ip, 3, 1, fragments[0]);
  EXPECT_EQ(field_of(error), 0U);
  EXPECT_EQ(fragment_fields(data_of(error)).offset_and_more, 1U) << "the first fragment as it came";
}

// ---- errors of the host ----

struct Sending {
  Packet packet;
  unsigned type, code;
  std::uint32_t field;
};

// Everything that a host tells, as libtins reads it (ICMP6-ERR-002, ICMP6-ERR-018).
TEST(OracleIpv6, ICMP6_ERR_018_every_error_that_packets_draw) {
  const Packet message = icmpv6({}, 128, 0, 1, counting(72));
  const Part nine_options = destination_options(hex("1e00 1e00 1e00 1e00 1e00 1e00 1e00 1e00 1e00 0100 0100"));
  for (const Sending& c :
       {Sending{udp6(), 1, 4, 0}, Sending{chained_udp({destination_options(hex("0120 00000000"))}), 4, 0, 43},
        Sending{ipv6({.next_header = 200}, counting(8)), 4, 1, 6},
        Sending{chained_udp({destination_options(hex("9e04 00000000"))}), 4, 2, 42},
        Sending{chained({.next_header = 17}, {fragment_header(0, true)}, {0, 1}), 4, 0, 4},
        Sending{chained({.next_header = 17}, {fragment_header(0, true), destination_options()}, {}), 4, 3, 0},
        Sending{chained_udp({destination_options(Packet(1278))}), 4, 6, 40},
        Sending{chained_udp({destination_options(Packet(622)), destination_options(Packet(1022))}), 4, 7, 1280},
        Sending{chained_udp(Chain(9, destination_options())), 4, 8, 104},
        Sending{chained_udp({nine_options}), 4, 9, 58}, Sending{fragment6({}, message, 0, 20), 4, 0, 4}}) {
    Host host;
    const auto ip = read<IPv6>(host.answer(c.packet));
    expect_header_back(ip, 58);
    const auto& error = ip.rfind_pdu<Tins::ICMPv6>();
    EXPECT_EQ(error.type(), c.type);
    EXPECT_EQ(error.code(), c.code);
    EXPECT_EQ(field_of(error), c.field) << c.type << " " << c.code;
    EXPECT_EQ(data_of(error), part(c.packet, 0, std::min<std::size_t>(1232, c.packet.size())));
  }
  Host host({"ip6.ext.max_padding=7"});
  const auto ip = read_and_written_again<IPv6>(
      host.answer(chained_udp({destination_options(hex("0104 00000000 0106 000000000000"))})));
  EXPECT_EQ(ip.rfind_pdu<Tins::ICMPv6>().code(), 10);
  EXPECT_EQ(field_of(ip.rfind_pdu<Tins::ICMPv6>()), 48U);
}

struct Coded {
  Problem problem;
  unsigned type, code;
  bool has_field;
};

// Also what only routers have to report: the table of codes, written by the one way out (RFC 4443 3, RFC 8883 2).
TEST(OracleIpv6, ICMP6_ERR_002_every_row_of_the_table_of_codes) {
  constexpr Coded all[] = {{Problem::port_unreachable, 1, 4, false},
                           {Problem::source_route_failed, 1, 7, false},
                           {Problem::packet_too_big, 2, 0, true},
                           {Problem::reassembly_timeout, 3, 1, false},
                           {Problem::network_unreachable, 1, 0, false},
                           {Problem::prohibited, 1, 1, false},
                           {Problem::beyond_scope, 1, 2, false},
                           {Problem::host_unreachable, 1, 3, false},
                           {Problem::source_refused, 1, 5, false},
                           {Problem::route_rejects, 1, 6, false},
                           {Problem::hop_limit_exceeded, 3, 0, false},
                           {Problem::erroneous_header_field, 4, 0, true},
                           {Problem::required_option_missing, 4, 0, true},
                           {Problem::protocol_unreachable, 4, 1, true},
                           {Problem::unrecognized_option, 4, 2, true},
                           {Problem::header_chain_incomplete, 4, 3, true},
                           {Problem::extension_header_too_big, 4, 6, true},
                           {Problem::extension_chain_too_long, 4, 7, true},
                           {Problem::too_many_extension_headers, 4, 8, true},
                           {Problem::too_many_options, 4, 9, true},
                           {Problem::option_too_big, 4, 10, true},
                           {Problem::network_unreachable_for_service, 1, 0, false},
                           {Problem::host_unreachable_for_service, 1, 0, false},
                           {Problem::precedence_cut_off, 1, 1, false},
                           {Problem::next_header_unknown_on_way, 4, 5, true}};
  constexpr std::size_t others = 2;  // a code that a route names, and a pointer of 16 bits (RFC 8883 5)
  EXPECT_EQ(std::size(all) + others, icmp::problem_codes.size());
  const Packet quote = udp6();
  const Ipv6Header header{.source = parse_address(host6)->ipv6(),
                          .destination = parse_address(peer6)->ipv6(),
                          .next_header = 58,
                          .hop_limit = 64};
  for (const Coded& c : all) {
    Outbox out;
    const auto& code = icmp::code_of(c.problem, Family::ipv6);
    ASSERT_FALSE(emit(header, icmp::error_message(code, Family::ipv6, 0x00010578, quote), {InterfaceId{0}, 1500}, out));
    const Bytes sent = out.packets()[0].bytes;
    const auto ip = read_and_written_again<IPv6>({sent.begin(), sent.end()});
    expect_header_back(ip, 58);
    EXPECT_EQ(field_of(expect_error<Tins::ICMPv6>(ip, c.type, c.code, quote)), c.has_field ? 0x00010578U : 0U);
  }
}

// ---- errors that libtins writes ----

struct Written {
  unsigned type, codes;  // all codes below that
};

// ICMP6-RX-002, ICMP6-RX-003: every code that the registry gives the four types
TEST(OracleIpv6, ICMP6_RX_002_every_code_of_every_error) {
  for (const Written& error : {Written{1, 10}, Written{2, 1}, Written{3, 2}, Written{4, 11}})
    for (unsigned code = 0; code < error.codes; ++code) {
      Host host;
      const Packet sent = host.answer(echo6({}, counting(1452)));
      Listener listener(host);
      Tins::ICMPv6 message(static_cast<Tins::ICMPv6::Types>(error.type));
      message.code(static_cast<std::uint8_t>(code));
      message.identifier(0);
      message.sequence(1300);
      const Packet quote = part(sent, 0, error.type == 3 ? 128 : 1232);
      EXPECT_TRUE(host.send((ipv6_to_host() / message / Tins::RawPDU(quote)).serialize()).empty());
      ASSERT_EQ(listener.heard.size(), 1U) << error.type << " " << code;
      const Heard& heard = listener.heard[0];
      EXPECT_EQ(heard.report.type, error.type);
      EXPECT_EQ(heard.report.code, code);
      EXPECT_EQ(heard.report.mtu, error.type == 2 ? 1300U : 0U);
      EXPECT_EQ(heard.report.pointer, error.type == 4 ? 1300U : 0U);
      EXPECT_EQ(heard.quote, quote);
      EXPECT_EQ(heard.transport, from(quote, 40));
    }
}

// PMTU6-001: what follows fits, as libtins reads it.
TEST(OracleIpv6, PMTU6_001_packet_too_big) {
  Host host;
  const Packet request = (ipv6_to_host() / echo_request() / Tins::RawPDU(counting(1452))).serialize();
  const Packet sent = host.answer(request);
  Tins::ICMPv6 too_big(Tins::ICMPv6::PACKET_TOOBIG);
  too_big.identifier(0);
  too_big.sequence(1400);
  EXPECT_TRUE(host.send((ipv6_to_host() / too_big / Tins::RawPDU(part(sent, 0, 1232))).serialize()).empty());
  const auto fragments = host.send(request);
  ASSERT_EQ(fragments.size(), 2U);
  EXPECT_EQ(fragment_fields(fragments[0]).offset_and_more, 1U);
  EXPECT_EQ(fragment_fields(fragments[1]).offset_and_more, 1352U) << "1400 less 48 octets of headers";
  expect_echo_reply(read_and_written_again<IPv6>(joined6(fragments)), 1452);
}

// A quote with extension headers before the upper layer, all of it written by libtins.
TEST(OracleIpv6, ICMP6_RX_003_quotes_with_extension_headers) {
  Host host;
  Listener listener(host);
  IPv6 ours(peer6, host6);
  ours.add_header(written(0, "0104 00000000"));
  ours.add_header(written(60, "010c 000000000000 000000000000"));
  const Packet quote = (ours / Tins::UDP(33434, 40000) / Tins::RawPDU(counting(16))).serialize();
  Tins::ICMPv6 message(Tins::ICMPv6::TIME_EXCEEDED);
  EXPECT_TRUE(host.send((ipv6_to_host() / message / Tins::RawPDU(quote)).serialize()).empty());
  ASSERT_EQ(listener.heard.size(), 1U);
  EXPECT_EQ(listener.heard[0].report.protocol, 17);
  EXPECT_EQ(listener.heard[0].report.header_size, 64U);
  EXPECT_EQ(part(listener.heard[0].transport, 0, 4), hex("9c40 829a"));
}

}  // namespace
}  // namespace tunstack::test::oracle_ipv6
