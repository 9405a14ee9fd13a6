// ICMPv6 errors that arrive: what is told about packets of this host, and what is not believed.
#include "tests/conformance/icmp/reported_icmpv6_errors.hpp"
#include "tests/conformance/node/counted.hpp"

namespace tunstack::test::icmpv6_error_reception_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

/// A host that has answered `request`; what it sent.
struct Sent {
  explicit Sent(const Packet& request) : packet(host.answer(request)) {}
  Host host{"udp.echo=on", "probe.enable=on"};
  Packet packet;
  Listener listener{host};
};

// What a host can have sent before the errors below arrive: a host answers with no headers but that of fragments, yet
// whoever sends by it may use others.
constexpr Ipv6Fields from_us{.source = "2001:db8::2", .destination = "2001:db8::1"};

Packet tcp_request() { return tcp6(); }
Packet probe_request() { return ipv6({}, icmpv6({}, 160, 0, 0x00050101, hex("20000000 0008 0302 00000001"))); }

// ---- what is told ----

struct Told {
  unsigned type;
  unsigned code;
  std::uint32_t rest;
  std::uint32_t pointer = 0;
  std::uint32_t mtu = 0;
};

/// Every code of the known errors, and errors that nobody knows.
std::vector<Told> all_errors() {
  std::vector<Told> all = {{2, 0, 1400, 0, 1400}, {2, 255, 1280, 0, 1280}, {3, 0, 7}, {3, 1, 0x00ffffff}};
  for (unsigned code = 0; code <= 9; ++code) all.push_back({1, code, 1280});
  for (unsigned code = 0; code <= 10; ++code) all.push_back({4, code, 0x01020304, 0x01020304});
  all.push_back({4, 0, 0xffffffff, 0xffffffff});
  for (const unsigned type : {0U, 5U, 50U, 100U, 101U, 126U, 127U}) all.push_back({type, 3, 1280});
  return all;
}

// ICMP6-RX-002, ICMP6-RX-003, ICMP6-RX-005; only two of them say something behind the checksum (RFC 4443 3.2, 3.4).
TEST(Icmpv6ErrorReception, ICMP6_RX_002_type_code_reporter_mtu_and_pointer) {
  for (const Told& told : all_errors()) {
    SCOPED_TRACE(testing::Message() << told.type << " " << told.code);
    Sent sent(echo6({}, counting(1452)));
    EXPECT_THAT(sent.host.send(error6_about(sent.packet, {told.type, told.code, told.rest})), IsEmpty());
    ASSERT_THAT(sent.listener.heard, SizeIs(1));
    const icmp::ErrorReport& report = sent.listener.heard[0].report;
    EXPECT_EQ(report.type, told.type);
    EXPECT_EQ(report.code, told.code);
    EXPECT_EQ(to_text(report.reporter), "2001:db8:77::7");
    EXPECT_EQ(report.pointer, told.pointer);
    EXPECT_EQ(report.mtu, told.mtu);
    EXPECT_EQ(sent.host.count(told.mtu ? Reason::path_mtu_lowered : Reason::icmp6_error_about_our_packet), 1U);
  }
}

// Whoever sent it is found by addresses, protocol and what follows the headers: ports, or an identifier.
TEST(Icmpv6ErrorReception, ICMP6_RX_003_the_packet_that_was_sent) {
  for (const Packet& request : {echo6(), echo6({.source = "fe80::9", .destination = "fe80::2"}, {}), udp6({}, 7),
                                tcp_request(), probe_request()}) {
    Sent sent(request);
    sent.host.send(error6_about(sent.packet));
    ASSERT_THAT(sent.listener.heard, SizeIs(1));
    const Heard& heard = sent.listener.heard[0];
    EXPECT_EQ(to_text(heard.report.source), destination_of(request));
    EXPECT_EQ(to_text(heard.report.destination), source_of(request));
    EXPECT_EQ(heard.report.protocol, request.at(6));
    EXPECT_EQ(heard.report.identification, 0U) << "of IPv4 only";
    EXPECT_EQ(heard.report.header_size, 40U);
    EXPECT_EQ(heard.report.total_length, sent.packet.size());
    EXPECT_EQ(heard.transport, from(sent.packet, 40));
    EXPECT_EQ(heard.quote, sent.packet);
    EXPECT_THAT(heard.extensions, IsEmpty());
    EXPECT_FALSE(heard.report.body.extensions_bad);
  }
}

struct Quoted {
  Chain chain;
  std::size_t headers;  // octets up to the upper layer
};

std::vector<Quoted> quoted_chains() {
  return {{{hop_by_hop()}, 48},
          {{destination_options(hex("010c 000000000000 000000000000"))}, 56},
          {{hop_by_hop(), destination_options()}, 56},
          {{routing(4, 3)}, 48},
          {{fragment_header(0, false)}, 48},
          {{fragment_header(0, true)}, 48},
          {{hop_by_hop(), destination_options(), routing(0, 0), fragment_header(0, true), destination_options()}, 80}};
}

TEST(Icmpv6ErrorReception, ICMP6_RX_003_extension_headers_before_the_upper_layer) {
  for (const Quoted& quoted : quoted_chains())
    for (const unsigned type : {1U, 3U, 4U, 50U}) {
      Host host;
      Listener listener(host);
      const Packet quote = chained_udp(quoted.chain, from_us);
      EXPECT_SILENT(host, error6({.type = type}, quote), Reason::icmp6_error_about_our_packet);
      ASSERT_THAT(listener.heard, SizeIs(1));
      const Heard& heard = listener.heard[0];
      EXPECT_EQ(heard.report.protocol, 17) << "UDP, whatever stands before it";
      EXPECT_EQ(heard.report.header_size, quoted.headers);
      EXPECT_EQ(heard.transport, from(quote, quoted.headers));
      EXPECT_EQ(part(heard.transport, 0, 4), hex("9c40 829a")) << "ports 40000 and 33434";
      EXPECT_EQ(heard.report.total_length, quote.size());
    }
}

// RFC 4443 2.4(d): no owner, no delivery. 8 octets of the upper layer tell who it is.
TEST(Icmpv6ErrorReception, ICMP6_RX_003_the_quote_may_be_cut_anywhere) {
  std::vector<Quoted> all = quoted_chains();
  all.push_back({{}, 40});
  for (const Quoted& quoted : all) {
    Host host;
    Listener listener(host);
    const Packet whole = chained_udp(quoted.chain, from_us);
    const std::size_t enough = quoted.headers + 8;
    for (std::size_t size = 0; size <= whole.size(); ++size) {
      SCOPED_TRACE(size);
      const auto refused = size < 40 ? Reason::icmp6_error_quote_cut_short : Reason::icmp6_error_upper_layer_missing;
      EXPECT_SILENT(host, error6({}, part(whole, 0, size)),
                    size < enough ? refused : Reason::icmp6_error_about_our_packet);
      if (size < enough) continue;
      ASSERT_FALSE(listener.heard.empty());
      EXPECT_EQ(listener.heard.back().transport, part(whole, quoted.headers, size - quoted.headers));
      EXPECT_EQ(listener.heard.back().report.total_length, whole.size()) << "of the whole packet";
    }
    EXPECT_THAT(listener.heard, SizeIs(whole.size() - enough + 1));
  }
}

// The upper layer stands in the first fragment only (RFC 8200 4.5).
TEST(Icmpv6ErrorReception, ICMP6_RX_003_fragments_of_ours) {
  Host host;
  Listener listener(host);
  const auto sent = host.send(echo6({}, counting(1453)));
  ASSERT_THAT(sent, SizeIs(2));
  EXPECT_SILENT(host, error6_about(sent[0]), Reason::icmp6_error_about_our_packet);
  ASSERT_THAT(listener.heard, SizeIs(1));
  EXPECT_EQ(listener.heard[0].report.protocol, 58);
  EXPECT_EQ(listener.heard[0].report.header_size, 48U);
  EXPECT_EQ(part(listener.heard[0].transport, 0, 2), hex("81 00")) << "our echo reply";
  EXPECT_EQ(listener.heard[0].report.total_length, sent[0].size());
  EXPECT_SILENT(host, error6_about(sent[1]), Reason::icmp6_error_upper_layer_missing);
  EXPECT_THAT(listener.heard, SizeIs(1));
}

TEST(Icmpv6ErrorReception, ICMP6_RX_003_a_quote_that_is_no_ipv6_header) {
  Sent sent(echo6());
  for (const unsigned first : {0x00U, 0x45U, 0x50U, 0x70U, 0xf0U})
    EXPECT_SILENT(sent.host, error6({}, with_octet(sent.packet, 0, first)), Reason::icmp6_error_quote_cut_short);
  EXPECT_SILENT(sent.host, error6({}, echo4()), Reason::icmp6_error_quote_cut_short);
  EXPECT_THAT(sent.listener.heard, IsEmpty());
}

// The traffic class, the flow label and the hop limit may change on the way, so they tell nothing.
TEST(Icmpv6ErrorReception, ICMP6_RX_003_a_quote_with_what_routers_change) {
  Sent sent(echo6());
  Packet quote = sent.packet;
  set_be32(quote, 0, 0x6fffffff);
  quote[7] = 0;
  EXPECT_SILENT(sent.host, error6({.type = 3}, quote), Reason::icmp6_error_about_our_packet);
  EXPECT_THAT(sent.listener.heard, SizeIs(1));
}

// ---- how errors may come ----

TEST(Icmpv6ErrorReception, ICMP6_RX_003_errors_behind_extension_headers) {
  const Ipv6Fields ip{.source = "2001:db8:77::7"};
  for (const Chain& chain :
       {Chain{hop_by_hop()}, Chain{destination_options(), routing(4, 0)}, Chain{fragment_header(0, false)}}) {
    Sent sent(echo6());
    const Packet message = icmpv6(ip, 1, 3, 0, sent.packet);
    EXPECT_SILENT(sent.host, chained(ip, chain, message), Reason::icmp6_error_about_our_packet);
    ASSERT_THAT(sent.listener.heard, SizeIs(1));
    EXPECT_EQ(sent.listener.heard[0].report.code, 3);
    EXPECT_EQ(sent.listener.heard[0].quote, sent.packet);
  }
}

TEST(Icmpv6ErrorReception, ICMP6_RX_003_errors_in_fragments) {
  const Ipv6Fields ip{.source = "2001:db8:77::7"};
  Sent sent(echo6({}, counting(1452)));
  for (const Packet& fragment : fragments6(ip, icmpv6(ip, 2, 0, 1300, sent.packet), 512))
    EXPECT_THAT(sent.host.send(fragment), IsEmpty());
  ASSERT_THAT(sent.listener.heard, SizeIs(1));
  EXPECT_EQ(to_text(sent.listener.heard[0].report.reporter), "2001:db8:77::7");
  EXPECT_EQ(sent.listener.heard[0].report.mtu, 1300U);
  EXPECT_EQ(sent.listener.heard[0].quote, sent.packet) << "all 1500 octets";
}

// ICMP6-RX-004
TEST(Icmpv6ErrorReception, ICMP6_RX_004_a_broken_message_is_told_to_nobody) {
  Sent sent(echo6());
  Packet broken = error6_about(sent.packet);
  broken[60] ^= 1;
  EXPECT_SILENT(sent.host, broken, Reason::icmp6_checksum_wrong);
  for (std::size_t size = 0; size < 8; ++size) {
    const Packet whole = icmpv6({}, 1, 0, 0);
    EXPECT_SILENT(sent.host, chained({}, {destination_options()}, part(whole, 0, size)), Reason::icmp6_too_short);
  }
  EXPECT_THAT(sent.listener.heard, IsEmpty());
}

// ---- extensions behind the quote ----

// An MPLS label stack: label 16000, TTL 1 (RFC 4950 3); the sum of its words is 0x25f2.
Packet mpls() { return hex("2000 da0d 0008 0101 03e80101"); }

/// `structure` behind 128 octets of quote and zeros, with the length of those in words of 64 bits.
Packet extended_error(const Packet& sent, const Packet& structure, unsigned words = 16, unsigned type = 1) {
  return error6({.type = type, .rest = words << 24}, sent + Packet(128 - sent.size()) + structure);
}

TEST(Icmpv6ErrorReception, ICMP6_EXT_001_extensions_behind_the_quote_are_told_apart) {
  for (const unsigned type : {1U, 3U}) {
    Sent sent(echo6({}, counting(16)));
    sent.host.send(extended_error(sent.packet, mpls(), 16, type));
    ASSERT_THAT(sent.listener.heard, SizeIs(1));
    const Heard& heard = sent.listener.heard[0];
    EXPECT_EQ(heard.extensions, mpls());
    EXPECT_EQ(heard.quote, sent.packet + Packet(64));
    EXPECT_FALSE(heard.report.body.extensions_bad);
    EXPECT_EQ(heard.report.total_length, 64U);
  }
}

// In all other types those 8 bits belong to something else (RFC 4884 4.5).
TEST(Icmpv6ErrorReception, ICMP6_EXT_001_other_types_and_no_length_mean_no_extensions) {
  struct Case {
    unsigned type, words;
  };
  for (const Case& c : {Case{1, 0}, Case{3, 0}, Case{4, 16}, Case{50, 16}, Case{127, 16}}) {
    Sent sent(echo6({}, counting(16)));
    sent.host.send(extended_error(sent.packet, mpls(), c.words, c.type));
    ASSERT_THAT(sent.listener.heard, SizeIs(1)) << c.type;
    EXPECT_THAT(sent.listener.heard[0].extensions, IsEmpty()) << c.type;
    EXPECT_EQ(sent.listener.heard[0].quote, sent.packet + Packet(64) + mpls()) << c.type;
  }
}

TEST(Icmpv6ErrorReception, ICMP6_EXT_001_bad_extensions_do_not_spoil_the_error) {
  struct Case {
    const char* what;
    Packet structure;
    unsigned words = 16;
  };
  for (const Case& bad : {Case{"checksum", hex("2000 da0e 0008 0101 03e80101")},
                          Case{"version 1", hex("1000 ea0d 0008 0101 03e80101")}, Case{"header cut", hex("2000 df")},
                          Case{"length beyond the message", mpls(), 19}, Case{"greatest length", mpls(), 255}}) {
    Sent sent(echo6({}, counting(16)));
    EXPECT_THAT(sent.host.send(extended_error(sent.packet, bad.structure, bad.words)), IsEmpty());
    ASSERT_THAT(sent.listener.heard, SizeIs(1)) << bad.what;
    EXPECT_TRUE(sent.listener.heard[0].report.body.extensions_bad) << bad.what;
    EXPECT_THAT(sent.listener.heard[0].extensions, IsEmpty()) << bad.what;
    EXPECT_EQ(part(sent.listener.heard[0].quote, 0, 64), sent.packet) << bad.what;
  }
}

// ---- what is not believed ----

// RFC 4443 2.4(a): nobody here owns it. Anycast and groups send nothing.
TEST(Icmpv6ErrorReception, ICMP6_RX_002_about_packets_of_others) {
  Host host(node_with({{"192.0.2.2/24", "2001:db8::2/64"}, {"2001:db8:1::3/64"}}));
  Listener listener(host);
  for (const std::string_view source :
       {"2001:db8:5::5", "2001:db8::1", "2001:db8::", "fe80::3", "::", "::1", "ff02::1", "::ffff:192.0.2.2"})
    for (const unsigned type : {1U, 2U, 3U, 4U, 50U, 127U}) {
      SCOPED_TRACE(source);
      const Packet quote = udp6({.source = source, .destination = "2001:db8:9::9"});
      EXPECT_SILENT(host, error6({.type = type, .rest = 1280}, quote), Reason::icmp6_error_about_foreign_packet);
    }
  EXPECT_THAT(listener.heard, IsEmpty());
  for (const std::string_view source : {"2001:db8::2", "fe80::2", "2001:db8:1::3"})
    EXPECT_SILENT(host, error6({}, udp6({.source = source})), Reason::icmp6_error_about_our_packet);
  EXPECT_THAT(listener.heard, SizeIs(3));
}

// Routes may come back. What was sent before is sent after, as large as before.
TEST(Icmpv6ErrorReception, ICMP6_RX_002_errors_are_hints) {
  const Packet request = echo6({}, counting(1452));
  for (const Told& told : all_errors()) {
    if (told.type == 2) continue;
    Host host;
    const Packet sent = host.answer(request);
    for (int i = 0; i < 20; ++i)
      EXPECT_THAT(host.send(error6_about(sent, {told.type, told.code, told.rest})), IsEmpty());
    EXPECT_EQ(host.answer(request), sent) << told.type;
    EXPECT_THAT(host.send(udp6()), SizeIs(1)) << "errors to it too";
  }
}

// ---- messages that are no errors ----

// ICMP6-RX-001, ICMP6-RX-006: what stands before a message changes nothing in what it is.
TEST(Icmpv6ErrorReception, ICMP6_RX_007_silence_behind_extension_headers_too) {
  Host host;
  Listener listener(host);
  for (const Chain& chain : {Chain{hop_by_hop()}, Chain{destination_options(), fragment_header(0, false)}})
    for (unsigned type = 129; type < 256; ++type)
      for (const unsigned size : {0U, 4U, 60U})
        EXPECT_THAT(host.send(chained_icmp(chain, type, Packet(size))), IsEmpty()) << type;
  EXPECT_THAT(listener.heard, IsEmpty());
  EXPECT_THAT(host.send(echo6()), SizeIs(1));
}

// ---- counters ----

TEST(Icmpv6ErrorReception, STAT_001_each_refusal_has_its_counter) {
  const Packet ours = udp6(from_us);
  expect_drops({{error6({}, part(ours, 0, 39)), {Reason::icmp6_error_quote_cut_short}},
                {error6({}, part(ours, 0, 47)), {Reason::icmp6_error_upper_layer_missing}},
                {error6({}, ours), {Reason::icmp6_error_about_our_packet}},
                {error6({}, udp6()), {Reason::icmp6_error_about_foreign_packet}},
                {too_big6(ours, 1300), {Reason::ipv6_path_mtu_of_packet_not_sent}}});
}

TEST(Icmpv6ErrorReception, STAT_002_errors_in_by_type_and_code) {
  Host host;
  for (const Told& told : all_errors()) {
    host.send(error6_about(udp6(from_us), {told.type, told.code, told.rest}));
    EXPECT_EQ(
        host.node().counters().icmp6.in(static_cast<std::uint8_t>(told.type), static_cast<std::uint8_t>(told.code)),
        told.type == 4 && told.rest == 0xffffffff ? 2U : 1U)
        << told.type << " " << told.code;
  }
  host.send(chained_icmp({hop_by_hop()}, 100));
  EXPECT_EQ(host.node().counters().icmp6.in(100, 0), 1U) << "behind a header";
}

}  // namespace
}  // namespace tunstack::test::icmpv6_error_reception_test
