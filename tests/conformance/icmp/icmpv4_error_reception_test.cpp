// ICMPv4 errors that arrive: what is told about packets of this host, and what is not believed.
#include <netinet/ip_icmp.h>

#include "protocols/icmp/problem_codes.hpp"
#include "tests/conformance/icmp/reported_errors.hpp"

namespace tunstack::test::icmpv4_error_reception_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

// ICMP4-RX-013: codes that the system's headers name too
constexpr icmp::ErrorCode too_big_code = icmp::code_of(Problem::packet_too_big, Family::ipv4);
constexpr icmp::ErrorCode route_failed = icmp::code_of(Problem::source_route_failed, Family::ipv4);
constexpr icmp::ErrorCode timeout = icmp::code_of(Problem::reassembly_timeout, Family::ipv4);
constexpr icmp::ErrorCode bad_header = icmp::code_of(Problem::erroneous_header_field, Family::ipv4);
static_assert(too_big_code.type == ICMP_DEST_UNREACH && too_big_code.code == ICMP_FRAG_NEEDED);
static_assert(route_failed.type == ICMP_DEST_UNREACH && route_failed.code == ICMP_SR_FAILED);
static_assert(timeout.type == ICMP_TIME_EXCEEDED && timeout.code == ICMP_EXC_FRAGTIME);
static_assert(bad_header.type == ICMP_PARAMETERPROB);

Packet segment4(const Ipv4Fields& ip = {.protocol = 6}) { return ipv4(ip, tcp(ip, {})); }

// ---- what is told ----

/// A host that has answered `request`; what it sent.
struct Sent {
  explicit Sent(const Packet& request) : packet(host.answer(request)) {}
  Host host{"udp.echo=on", "ip4.pmtu.min=68"};
  Packet packet;
  Listener listener{host};
};

struct Told {
  unsigned type;
  unsigned code;
  std::uint32_t rest;
  std::uint32_t pointer = 0;
  std::uint32_t mtu = 0;
};

// ICMP4-RX-005; the field behind the checksum means something in two of them only (RFC 792, RFC 1191 4).
TEST(Icmpv4ErrorReception, ICMP4_RX_005_type_code_reporter_mtu_and_pointer) {
  std::vector<Told> all = {{11, 0, 7}, {11, 1, 7}, {12, 0, 0x14000000, 20}, {12, 1, 0}, {12, 2, 0xff000007, 255}};
  for (unsigned code = 0; code < 16; ++code)
    all.push_back({.type = 3, .code = code, .rest = 68, .mtu = code == 4 ? 68U : 0U});
  for (const Told& told : all) {
    SCOPED_TRACE(testing::Message() << told.type << " " << told.code);
    Sent sent(echo4());
    EXPECT_THAT(sent.host.send(error_about(sent.packet, {.type = told.type, .code = told.code, .rest = told.rest})),
                IsEmpty());
    ASSERT_THAT(sent.listener.heard, SizeIs(1));
    const icmp::ErrorReport& report = sent.listener.heard[0].report;
    EXPECT_EQ(report.type, told.type);
    EXPECT_EQ(report.code, told.code);
    EXPECT_EQ(to_text(report.reporter), "203.0.113.77");
    EXPECT_EQ(report.pointer, told.pointer);
    EXPECT_EQ(report.mtu, told.mtu);
    EXPECT_EQ(sent.host.count(told.mtu ? Reason::path_mtu_lowered : Reason::icmp4_error_about_our_packet), 1U);
  }
}

// Whoever sent it is found by addresses, protocol and what follows the header: ports, or an identifier.
TEST(Icmpv4ErrorReception, ICMP4_RX_003_the_packet_that_was_sent) {
  for (const Packet& request : {echo4(), echo4({.source = "198.51.100.9"}, {}), udp4({}, 7), segment4(),
                                ipv4({}, icmpv4(17, 0, 3, Packet(4)))}) {
    Sent sent(request);
    sent.host.send(error_about(sent.packet));
    ASSERT_THAT(sent.listener.heard, SizeIs(1));
    const Heard& heard = sent.listener.heard[0];
    EXPECT_EQ(to_text(heard.report.source), "192.0.2.2");
    EXPECT_EQ(to_text(heard.report.destination), source_of(request));
    EXPECT_EQ(heard.report.protocol, request.at(9));
    EXPECT_EQ(heard.report.identification, be16(sent.packet, 4));
    EXPECT_EQ(heard.report.header_size, 20U);
    EXPECT_EQ(heard.report.total_length, sent.packet.size());
    EXPECT_EQ(heard.transport, from(sent.packet, 20));
    EXPECT_EQ(heard.quote, sent.packet);
    EXPECT_THAT(heard.extensions, IsEmpty());
    EXPECT_FALSE(heard.report.body.extensions_bad);
  }
}

// RFC 792: a header and 8 octets are enough. Routers may change TTL and checksum before they quote.
TEST(Icmpv4ErrorReception, ICMP4_RX_003_the_quote_may_be_cut_anywhere) {
  Sent sent(echo4());
  for (std::size_t size = 0; size < 28; ++size)
    EXPECT_SILENT(sent.host, error4({}, part(sent.packet, 0, size)), Reason::icmp4_error_quote_cut_short);
  EXPECT_THAT(sent.listener.heard, IsEmpty());
  for (std::size_t size = 28; size <= sent.packet.size(); ++size) {
    Packet quote = part(sent.packet, 0, size);
    quote[8] = 1;
    EXPECT_SILENT(sent.host, error4({}, quote), Reason::icmp4_error_about_our_packet);
    EXPECT_EQ(sent.listener.heard.back().transport, from(quote, 20));
    EXPECT_EQ(sent.listener.heard.back().report.total_length, sent.packet.size()) << "of the whole packet";
  }
  EXPECT_THAT(sent.listener.heard, SizeIs(sent.packet.size() - 27));
}

TEST(Icmpv4ErrorReception, ICMP4_RX_003_a_quoted_header_with_options) {
  Sent sent(echo4({.options = hex("07 07 04 00000000 00")}));
  ASSERT_EQ(sent.packet.at(0), 0x47);
  for (std::size_t size = 20; size < 36; ++size)
    EXPECT_SILENT(sent.host, error4({}, part(sent.packet, 0, size)), Reason::icmp4_error_quote_cut_short);
  sent.host.send(error4({}, part(sent.packet, 0, 36)));
  ASSERT_THAT(sent.listener.heard, SizeIs(1));
  EXPECT_EQ(sent.listener.heard[0].report.header_size, 28U);
  EXPECT_EQ(sent.listener.heard[0].transport, part(sent.packet, 28, 8));
}

TEST(Icmpv4ErrorReception, ICMP4_RX_003_a_quote_that_is_no_ipv4_header) {
  Sent sent(echo4());
  for (const unsigned first : {0x00U, 0x44U, 0x40U, 0x55U, 0x65U, 0xf5U}) {
    Packet quote = sent.packet;
    quote[0] = static_cast<std::uint8_t>(first);
    EXPECT_SILENT(sent.host, error4({}, quote), Reason::icmp4_error_quote_cut_short);
  }
  EXPECT_SILENT(sent.host, error4({}, part(echo6(), 0, 84)), Reason::icmp4_error_quote_cut_short);
  EXPECT_THAT(sent.listener.heard, IsEmpty());
}

// An error needs an intact checksum like any message.
TEST(Icmpv4ErrorReception, ICMP4_RX_003_a_broken_message_is_told_to_nobody) {
  Sent sent(echo4());
  Packet broken = error_about(sent.packet);
  broken[60] ^= 1;
  EXPECT_SILENT(sent.host, broken, Reason::icmp4_checksum_wrong);
  EXPECT_THAT(sent.listener.heard, IsEmpty());
}

// ---- extensions behind the quote ----

/// `structure` behind 128 octets of quote and zeros, with the length of those in words.
Packet extended_error(const Packet& sent, const Packet& structure, unsigned words = 32, unsigned type = 3) {
  const Packet quote = sent + Packet(128 - sent.size());
  return error4({.type = type, .rest = words << 16}, quote + structure);
}

// An MPLS label stack: label 16000, TTL 1 (RFC 4950 3); the sum of its words is 0x25f2.
const Packet& mpls() {
  static const Packet structure = hex("2000 da0d 0008 0101 03e80101");
  return structure;
}

TEST(Icmpv4ErrorReception, ICMP4_RX_003_extensions_behind_the_quote_are_told_apart) {
  for (const unsigned type : {3U, 11U, 12U}) {
    Sent sent(echo4());
    sent.host.send(extended_error(sent.packet, mpls(), 32, type));
    ASSERT_THAT(sent.listener.heard, SizeIs(1));
    const Heard& heard = sent.listener.heard[0];
    EXPECT_EQ(heard.extensions, mpls());
    EXPECT_EQ(heard.quote, sent.packet + Packet(44));
    EXPECT_EQ(heard.transport, from(sent.packet, 20) + Packet(44));
    EXPECT_FALSE(heard.report.body.extensions_bad);
    EXPECT_EQ(heard.report.total_length, 84U);
  }
}

TEST(Icmpv4ErrorReception, ICMP4_EXT_007_without_a_length_all_of_it_is_quote) {
  Sent sent(echo4());
  sent.host.send(extended_error(sent.packet, mpls(), 0));
  ASSERT_THAT(sent.listener.heard, SizeIs(1));
  EXPECT_THAT(sent.listener.heard[0].extensions, IsEmpty());
  EXPECT_EQ(sent.listener.heard[0].quote, sent.packet + Packet(44) + mpls());
}

struct BadExtension {
  const char* what;
  Packet structure;
  unsigned words = 32;
};

// ICMP4-EXT-008: the error is good all the same.
TEST(Icmpv4ErrorReception, ICMP4_EXT_008_bad_extensions_do_not_spoil_the_error) {
  for (const BadExtension& bad :
       {BadExtension{"checksum", hex("2000 da0e 0008 0101 03e80101")},
        BadExtension{"version 1", hex("1000 ea0d 0008 0101 03e80101")},
        BadExtension{"version 3", hex("3000 ca0d 0008 0101 03e80101")}, BadExtension{"header cut", hex("2000 df")},
        BadExtension{"length beyond the message", mpls(), 36}, BadExtension{"greatest length", mpls(), 255}}) {
    Sent sent(echo4());
    EXPECT_THAT(sent.host.send(extended_error(sent.packet, bad.structure, bad.words)), IsEmpty());
    ASSERT_THAT(sent.listener.heard, SizeIs(1)) << bad.what;
    const Heard& heard = sent.listener.heard[0];
    EXPECT_TRUE(heard.report.body.extensions_bad) << bad.what;
    EXPECT_THAT(heard.extensions, IsEmpty()) << bad.what;
    EXPECT_EQ(heard.report.identification, be16(sent.packet, 4));
    EXPECT_EQ(part(heard.quote, 0, 84), sent.packet);
  }
}

// RFC 4884 4: the quote before extensions has 128 octets at least; a smaller length must be a mistake.
TEST(Icmpv4ErrorReception, ICMP4_EXT_008_a_length_too_small_does_not_spoil_the_error) {
  for (unsigned words = 1; words < 32; ++words) {
    Sent sent(echo4());
    sent.host.send(extended_error(sent.packet, mpls(), words));
    ASSERT_THAT(sent.listener.heard, SizeIs(1)) << words;
    EXPECT_EQ(sent.listener.heard[0].report.identification, be16(sent.packet, 4));
  }
}

// ---- what is not believed ----

TEST(Icmpv4ErrorReception, ICMP4_RX_006_about_packets_that_were_not_sent) {
  struct Case {
    Packet quote;
    Reason reason;
  };
  Sent sent(echo4());
  const unsigned given = be16(sent.packet, 4);
  const auto quoting = [&](Ipv4Fields ip, unsigned identification) {
    ip.identification = identification;
    return ipv4(ip, icmpv4(0, 0, 0x05010001, counting(56)));
  };
  const auto foreign = Reason::icmp4_error_about_foreign_packet;
  const auto not_sent = Reason::icmp4_error_about_packet_not_sent;
  const std::string_view us = "192.0.2.2";
  for (const Case& c : {Case{quoting({.source = "203.0.113.5", .destination = "192.0.2.1"}, given), foreign},
                        Case{quoting({.source = "192.0.2.255", .destination = "192.0.2.1"}, given), foreign},
                        Case{quoting({.source = "0.0.0.0", .destination = "192.0.2.1"}, given), foreign},
                        Case{quoting({.source = us, .destination = "192.0.2.1"}, given + 1000), not_sent},
                        Case{quoting({.source = us, .destination = "192.0.2.1"}, given + 40000), not_sent},
                        Case{quoting({.source = us, .destination = "198.51.100.77"}, given), not_sent},
                        Case{quoting({.source = us, .destination = "192.0.2.1", .protocol = 6}, given), not_sent}})
    for (const unsigned type : {3U, 11U, 12U}) EXPECT_SILENT(sent.host, error_about(c.quote, {.type = type}), c.reason);
  EXPECT_THAT(sent.listener.heard, IsEmpty());
}

// Reports come late, while more is sent: a thousand packets back are remembered, not all that ever left.
TEST(Icmpv4ErrorReception, ICMP4_RX_006_packets_sent_a_while_ago) {
  Sent sent(echo4());
  const Packet first = sent.packet;
  for (int i = 0; i < 1000; ++i) sent.host.send(echo4());
  sent.host.send(error_about(first));
  EXPECT_THAT(sent.listener.heard, SizeIs(1));
  for (int i = 0; i < 1000; ++i) sent.host.send(echo4());
  EXPECT_SILENT(sent.host, error_about(first), Reason::icmp4_error_about_packet_not_sent);
}

// RFC 1122 3.2.2.1: routes may come back. What was sent before is sent after, as large as before.
TEST(Icmpv4ErrorReception, ICMP4_RX_004_unreachable_is_a_hint) {
  for (const unsigned code : {0U, 1U, 5U}) {
    Host host;
    const Packet request = echo4({}, counting(1472));
    const Packet sent = host.answer(request);
    for (int i = 0; i < 20; ++i) EXPECT_THAT(host.send(error_about(sent, {.code = code, .rest = 100})), IsEmpty());
    EXPECT_EQ(from(host.answer(request), 20), from(sent, 20)) << code;
    EXPECT_THAT(host.send(udp4()), SizeIs(1)) << "errors to it too";
  }
}

// ---- silence ----

// 15 to 18 are on again only by their own options, of which the lab profile has that of type 17 on (D-04).
TEST(Icmpv4ErrorReception, ICMP4_RX_009_deprecated_types_are_ignored) {
  Host host({"icmp4.mask_agent=off"});
  for (const unsigned type : {6U, 30U, 31U, 32U, 33U, 34U, 35U, 36U, 37U, 38U, 39U})
    EXPECT_SILENT(host, ipv4({}, icmpv4(type, 0, 0x00070009, counting(12))), Reason::icmp4_type_deprecated);
  for (const unsigned type : {15U, 16U, 17U, 18U})
    EXPECT_THAT(host.send(ipv4({}, icmpv4(type, 0, 0x00070009, counting(4)))), IsEmpty()) << type;
}

TEST(Icmpv4ErrorReception, ICMP4_RX_010_replies_without_a_query) {
  Sent sent(echo4());
  for (const unsigned type : {0U, 14U, 16U, 18U, 43U})
    for (const unsigned code : {0U, 1U, 255U})
      EXPECT_SILENT(sent.host, ipv4({}, icmpv4(type, code, 0x05010001, counting(12))), Reason::icmp4_reply_unsolicited);
  EXPECT_THAT(sent.listener.heard, IsEmpty());
}

/// Packets that draw an error each, of every kind there is.
std::vector<Packet> erroneous(const Ipv4Fields& fields = {}) {
  const auto with = [&](unsigned protocol, std::string_view options) {
    Ipv4Fields ip = fields;
    ip.protocol = protocol;
    ip.options = hex(options);
    return ip;
  };
  return {udp4(fields), ipv4(with(99, ""), counting(32)), ipv4(with(17, "07 01 04 00"), counting(32)),
          ipv4(with(17, "83 07 04 0a000001 00"), counting(32)), segment4(with(6, ""))};
}

// ICMP4-RX-012: whoever asks for an error, the rules of suppression and the limits are in the way.
TEST(Icmpv4ErrorReception, ICMP4_RX_012_no_way_round_suppression) {
  const auto settings = {std::string_view("tcp.closed=port"), std::string_view("icmp4.error_rate=0")};
  Host host(node_with({{"192.0.2.2/24"}}, settings));
  for (const Packet& packet : erroneous()) EXPECT_THAT(host.send(packet), SizeIs(1)) << "each draws one";
  for (const std::string_view destination : {"192.0.2.255", "255.255.255.255", "224.0.0.1"})
    for (const Packet& packet : erroneous({.destination = destination})) EXPECT_THAT(host.send(packet), IsEmpty());
  for (const std::string_view source : {"0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.255"})
    for (const Packet& packet : erroneous({.source = source})) EXPECT_THAT(host.send(packet), IsEmpty()) << source;
  for (const Packet& packet : erroneous({.flags_and_offset = 1})) EXPECT_THAT(host.send(packet), IsEmpty());
  for (const Packet& packet : erroneous()) EXPECT_THAT(host.send_in_group_frame(packet), IsEmpty());
  for (const unsigned type : {3U, 4U, 5U, 11U, 12U, 200U})
    EXPECT_THAT(host.send(ipv4({.options = hex("07 01 04 00")}, icmpv4(type, 0, 0, echo4()))), IsEmpty()) << type;
}

TEST(Icmpv4ErrorReception, ICMP4_RX_012_no_way_round_the_limit) {
  Host host({"tcp.closed=port"});
  std::size_t errors = 0;
  for (int i = 0; i < 20; ++i)
    for (const Packet& packet : erroneous()) errors += host.send(packet).size();
  EXPECT_EQ(errors, 10U) << "one bucket for all kinds";
}

// ---- source quench ----

// ICMP4-SQ-001: neither limits nor memory that runs out bring it back.
TEST(Icmpv4ErrorReception, ICMP4_SQ_001_no_overload_makes_a_source_quench) {
  Host host({"icmp4.reply_rate=10", "ip4.frag.memory=256", "ip4.frag.datagrams=4", "probe.enable=on"});
  std::vector<Packet> sent;
  for (unsigned i = 0; i < 2000; ++i)
    for (const Packet& packet :
         {echo4(), udp4(), udp4({.identification = i, .flags_and_offset = 0x2000}, 9, counting(1400)),
          ipv4({.protocol = 99, .identification = i, .flags_and_offset = 0x2010}, Packet(1400))})
      for (const Packet& answer : host.send(packet)) sent.push_back(answer);
  ASSERT_GT(sent.size(), 10U);
  for (const Packet& packet : sent) EXPECT_NE(icmp4_type(packet), 4U);
  EXPECT_GT(host.count(Reason::fragment_datagram_evicted), 0U) << "memory did run out";
  EXPECT_GT(host.count(Reason::icmp4_reply_rate_exceeded), 0U);
}

// The outbox is full after half of them.
TEST(Icmpv4ErrorReception, ICMP4_SQ_001_a_full_queue_makes_no_source_quench) {
  Host host;
  host.replace_outbox(Outbox(16 * 1024, 8));
  const auto sent = packets_of(host.receive(std::vector(20, echo4())));
  EXPECT_THAT(sent, SizeIs(8));
  for (const Packet& packet : sent) EXPECT_EQ(icmp4_type(packet), 0U) << "an echo reply";
  EXPECT_EQ(host.count(Reason::outbox_full), 12U);
}

}  // namespace
}  // namespace tunstack::test::icmpv4_error_reception_test
