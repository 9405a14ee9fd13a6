// ICMPv6 errors about packets with extension headers, and where errors and replies come from.
#include "protocols/wire/ipv6.hpp"
#include "tests/conformance/node/interfaces.hpp"
#include "tests/support/ipv6_chains.hpp"
#include "tunstack/node/interface_config.hpp"

namespace tunstack::test::icmpv6_error_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

Packet reported_option() { return hex("9e04 00000000"); }
Chain faulty() { return {destination_options(reported_option())}; }

/// The first fragment of a datagram whose others never come.
Packet lonely_fragment() {
  const Ipv6Fields ip{.next_header = 17};
  return fragment6(ip, udp(ip, 40000, 33434, counting(72)), 0, 40);
}

// ---- quotes ----

TEST(Icmpv6Error, ICMP6_ERR_001_extension_headers_are_quoted_as_they_came) {
  Host host({"icmp6.error_rate=0"});
  for (const Chain& chain : {Chain{hop_by_hop()}, Chain{hop_by_hop(), routing(200, 0), destination_options()},
                             Chain{fragment_header(0, false)}}) {
    const Packet packet = chained_udp(chain, {.traffic_class = 0xb9, .flow_label = 0x12345, .hop_limit = 3});
    const Packet error = host.answer(packet);
    EXPECT_EQ(part(error, 40, 2), hex("01 04"));
    EXPECT_EQ(be32(error, 44), 0U) << "ICMP6-ERR-002: unused";
    EXPECT_EQ(from(error, 48), packet);
    EXPECT_EQ(error.at(6), 58) << "the error itself has none";
  }
}

TEST(Icmpv6Error, ICMP6_ERR_001_as_much_as_1280_octets_hold) {
  Host host({"icmp6.error_rate=0"});
  for (const std::size_t size : {1215U, 1216U, 1217U, 1400U}) {
    const Packet packet = chained_icmp(faulty(), 128, counting(size - 40));
    const Packet error = host.answer(packet);
    EXPECT_EQ(error.size(), std::min<std::size_t>(1280, 48 + packet.size())) << size;
    EXPECT_EQ(from(error, 48), part(packet, 0, error.size() - 48));
  }
}

/// Destination options that are skipped, so that the option which is reported stands at octet 1300 of the packet.
Packet option_at_1300() {
  const auto skipped = [](std::size_t size) {
    Packet option = Packet(size);
    option[0] = 0x1e;
    option[1] = static_cast<std::uint8_t>(size - 2);
    return option;
  };
  Packet options;
  for (int i = 0; i < 4; ++i) options = options + skipped(257);
  return options + skipped(230) + reported_option() + hex("0104 00000000");
}

// RFC 4443 3.4: it points beyond what is quoted.
TEST(Icmpv6Error, ICMP6_ERR_018_a_pointer_beyond_the_quote) {
  Packet options = option_at_1300();
  options.resize((options.size() + 2 + 7) / 8 * 8 - 2);
  Host host({"ip6.ext.max_chain=1920"});
  const Packet packet = chained_udp({destination_options(options)});
  ASSERT_EQ(packet.at(1300), 0x9e);
  const Packet error = host.answer(packet);
  EXPECT_EQ(part(error, 40, 2), hex("04 02"));
  EXPECT_EQ(be32(error, 44), 1300U);
  EXPECT_EQ(error.size(), 1280U);
  EXPECT_EQ(from(error, 48), part(packet, 0, 1232));
}

// ---- limits and options ----

// ICMP6-ERR-013: that option is about type 1 alone.
TEST(Icmpv6Error, ICMP6_ERR_013_without_unreachable_the_others_are_still_sent) {
  Host host({"icmp6.unreach=off"});
  EXPECT_SILENT(host, udp6(), Reason::icmp6_unreachable_off);
  EXPECT_SILENT(host, chained_udp({destination_options()}), Reason::icmp6_unreachable_off);
  EXPECT_EQ(icmp6_type(host.answer(chained_udp(faulty()))), 4U);
  EXPECT_THAT(host.send(lonely_fragment()), IsEmpty());
  host.wait(61s);
  EXPECT_EQ(icmp6_type(host.answer(Packet{})), 3U);
}

TEST(Icmpv6Error, ICMP6_RATE_001_one_bucket_for_all_kinds) {
  Host host;
  std::size_t errors = 0;
  for (int i = 0; i < 20; ++i)
    for (const Packet& packet : {udp6(), chained_udp(faulty()), chained_udp({routing(0, 1)}),
                                 ipv6({.next_header = 200}, counting(8)), chained_udp(Chain(9, hop_by_hop()))})
      errors += host.send(packet).size();
  EXPECT_EQ(errors, 10U);
  host.wait(1s);
  for (int i = 0; i < 10; ++i) EXPECT_THAT(host.send(chained_udp(faulty())), SizeIs(1)) << "ICMP6-RATE-002: at once";
  EXPECT_THAT(host.send(chained_udp(faulty())), IsEmpty());
  EXPECT_THAT(host.send(chained_udp(faulty(), {.source = "2001:db8::9"})), SizeIs(1)) << "for each destination";
}

TEST(Icmpv6Error, ICMP6_ERR_016_a_link_with_ipv6_has_an_mtu_of_1280) {
  const auto with = [](std::string_view prefix, std::uint32_t mtu) {
    InterfaceConfig interface{"tun0", {*parse_prefix("192.0.2.2/24"), *parse_prefix(prefix)}, mtu};
    return mtu_fault(interface).has_value();
  };
  for (const std::uint32_t mtu : {68U, 1000U, 1279U}) {
    EXPECT_TRUE(with("2001:db8::2/64", mtu)) << mtu;
    EXPECT_TRUE(with("fe80::2/64", mtu)) << mtu;
    EXPECT_FALSE(with("198.51.100.2/24", mtu)) << mtu << ": without IPv6";
  }
  for (const std::uint32_t mtu : {1280U, 1500U, 65535U}) EXPECT_FALSE(with("2001:db8::2/64", mtu)) << mtu;
}

// ---- extensions ----

/// Where the extension structure of an error begins: behind as many words of 64 bits as octet 4 says (RFC 4884 4.4).
std::size_t structure_at(const Packet& error) { return 48 + error.at(44) * 8U; }

// ICMP6-EXT-001, ICMP6-EXT-002
TEST(Icmpv6Error, ICMP6_EXT_001_time_exceeded_has_extensions_too) {
  Host host({"icmp.extensions=on", "icmp.amplify_rate=0"});
  EXPECT_THAT(host.send(lonely_fragment()), IsEmpty());
  host.wait(61s);
  const Packet error = host.answer(Packet{});
  EXPECT_EQ(part(error, 40, 2), hex("03 01"));
  EXPECT_EQ(part(error, 44, 4), hex("10 000000")) << "128 octets";
  EXPECT_EQ(part(error, 48, 88), lonely_fragment());
  EXPECT_EQ(part(error, 136, 40), Packet(40)) << "padding";
  EXPECT_EQ(part(error, structure_at(error), 2), hex("2000")) << "version 2";
  EXPECT_EQ(plain_checksum(from(error, structure_at(error))), 0U);
}

TEST(Icmpv6Error, ICMP6_EXT_002_packets_with_extension_headers_of_every_size) {
  Host host({"icmp.extensions=on", "icmp.amplify_rate=0", "icmp6.error_rate=0"});
  for (std::size_t size = 72; size < 1500; size += 4) {
    const Ipv6Fields ip{.next_header = 17};
    const Packet packet = chained(ip, {hop_by_hop(), destination_options()}, udp(ip, 1, 33434, counting(size - 64)));
    const Packet error = host.answer(packet);
    EXPECT_LE(error.size(), 1280U);
    ASSERT_GE(structure_at(error), 176U) << size;
    ASSERT_LT(structure_at(error), error.size()) << size;
    const Packet quote = part(error, 48, structure_at(error) - 48);
    const std::size_t quoted = std::min(quote.size(), packet.size());
    EXPECT_EQ(quote, part(packet, 0, quoted) + Packet(quote.size() - quoted)) << size;
    EXPECT_EQ(plain_checksum(from(error, structure_at(error))), 0U) << size;
  }
}

// Those 32 bits are the pointer here.
TEST(Icmpv6Error, ICMP6_EXT_001_parameter_problems_have_none) {
  Host host({"icmp.extensions=on", "icmp.amplify_rate=0"});
  const Packet packet = chained_udp(faulty());
  const Packet error = host.answer(packet);
  EXPECT_EQ(be32(error, 44), 42U);
  EXPECT_EQ(from(error, 48), packet);
}

// ---- sources ----

// ICMP6-ERR-019, V6-TX-004
TEST(Icmpv6Error, ICMP6_ERR_019_from_the_address_that_was_asked_or_one_that_fits) {
  Host host(node_with({{"192.0.2.2/24", "2001:db8::2/64", "2001:db8::3/64", "fd00::2/64"}, {"2001:db8:1::3/64"}},
                      {"icmp6.error_rate=0"}));
  const auto source = [&](std::string_view from, std::string_view to) {
    return source_of(host.answer(chained_udp(faulty(), {.source = from, .destination = to})));
  };
  for (const std::string_view own : {"2001:db8::2", "2001:db8::3", "fd00::2", "fe80::2", "2001:db8:1::3"})
    EXPECT_EQ(source("2001:db8::1", own), own);
  EXPECT_EQ(source("2001:db8::1", "ff02::1"), "2001:db8::2");
  EXPECT_EQ(source("fd00::1", "ff02::1"), "fd00::2") << "V6-TX-003: the same label (RFC 6724 5, rule 6)";
  EXPECT_EQ(source("2002:1::1", "ff02::1"), "2001:db8::2");
  EXPECT_EQ(source("fe80::1", "ff02::1"), "fe80::2") << "V6-TX-002: the scope of the peer";
}

/// All that a host sends in answer to packets of every kind from `peer` to `destination`.
std::vector<Packet> answers_to_all(Host& host, std::string_view peer, std::string_view destination) {
  const Ipv6Fields ip{.source = peer, .destination = destination};
  std::vector<Packet> sent;
  for (const Packet& packet :
       {echo6(ip), udp6(ip), chained_udp(faulty(), ip), chained_icmp({hop_by_hop()}, 128, counting(8), ip),
        ipv6({.source = peer, .destination = destination, .next_header = 200}, counting(8))})
    for (const Packet& answer : host.send(packet)) sent.push_back(answer);
  return sent;
}

// A host has no anycast address: the subnet-router one belongs to routers (RFC 4291 2.6.1).
TEST(Icmpv6Error, V6_RX_016_nothing_comes_from_an_anycast_address) {
  Host host(node_with({{"2001:db8::2/64", "2001:db8:0:1::2/60"}, {"2001:db8:1::3/64"}}, {"icmp6.error_rate=0"}));
  for (const std::string_view peer : {"2001:db8::1", "2001:db8:0:10::1", "2001:db8:1::1", "fe80::1"}) {
    for (const std::string_view anycast : {"2001:db8::", "2001:db8:1::"})
      EXPECT_THAT(answers_to_all(host, peer, anycast), IsEmpty()) << peer << " " << anycast;
    const auto answers = answers_to_all(host, peer, "ff02::1");
    EXPECT_THAT(answers, SizeIs(3)) << "two replies and an option that is reported";
    for (const Packet& answer : answers)
      EXPECT_THAT(source_of(answer), testing::AnyOf("2001:db8::2", "2001:db8:0:1::2", "fe80::2"));
  }
  EXPECT_THAT(host.send(echo6({.source = "2001:db8::"})), SizeIs(1)) << "a reply to it is allowed";
}

// ---- counters ----

// STAT-002: a message counts once, by its own type, whatever stands before it and in however many packets it goes.
TEST(Icmpv6Error, STAT_002_messages_in_and_out_by_type) {
  Host host;
  const IcmpCounters& counters = host.node().counters().icmp6;
  host.send(chained_icmp({hop_by_hop()}, 128, counting(8)));
  EXPECT_EQ(counters.in(128, 0), 1U);
  EXPECT_EQ(counters.out(129, 0), 1U);
  for (const Packet& fragment : fragments6({}, icmpv6({}, 128, 0, 1, counting(3000)), 1448)) host.send(fragment);
  EXPECT_EQ(counters.in(128, 0), 2U) << "put together from fragments";
  EXPECT_EQ(counters.out(129, 0), 2U) << "and sent in fragments";
  EXPECT_EQ(host.node().counters().packets_out, 4U);
  host.send(chained_udp(faulty()));
  EXPECT_EQ(counters.out(4, 2), 1U);
  std::uint64_t all = 0;
  for (unsigned type = 0; type < 256; ++type)
    for (unsigned code = 0; code <= 16; ++code)
      all += counters.out(static_cast<std::uint8_t>(type), static_cast<std::uint8_t>(code));
  EXPECT_EQ(all, 3U) << "nothing else was counted";
}

}  // namespace
}  // namespace tunstack::test::icmpv6_error_test
