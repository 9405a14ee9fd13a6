// The MTU of paths over IPv6, learnt from packet too big. Echo replies stand for all that a host sends.
#include "tests/conformance/icmp/reported_icmpv6_errors.hpp"

namespace tunstack::test::ipv6_path_mtu_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

/// An echo request whose reply is a packet of `size` octets.
Packet echo_of(std::size_t size, std::string_view source = "2001:db8::1", std::string_view to = "2001:db8::2") {
  return echo6({.source = source, .destination = to}, counting(size - 48));
}

/// The sizes of what the host sends in answer.
std::vector<std::size_t> sizes(Host& host, const Packet& request) {
  std::vector<std::size_t> all;
  for (const Packet& packet : host.send(request)) all.push_back(packet.size());
  return all;
}

std::size_t largest(Host& host, const Packet& request) {
  const auto all = sizes(host, request);
  return all.empty() ? 0 : *std::ranges::max_element(all);
}

/// The largest fragment for an MTU: whole units of 8 octets behind 48 octets of headers (RFC 8200 4.5).
constexpr std::size_t fragment_for(std::size_t mtu) { return 48 + (mtu - 48) / 8 * 8; }

/// A host that has sent a packet of 1500 octets to 2001:db8::1, and has heard of a link of `mtu` on the way.
Packet lower_to(Host& host, std::uint32_t mtu) {
  const Packet sent = host.answer(echo_of(1500));
  EXPECT_THAT(host.send(too_big6(sent, mtu)), IsEmpty()) << "an error begets nothing";
  EXPECT_EQ(host.count(Reason::path_mtu_lowered), 1U) << mtu;
  return sent;
}

// ---- lowering ----

TEST(Ipv6PathMtu, PMTU6_001_what_follows_fits_the_mtu_that_was_reported) {
  for (const std::uint32_t mtu : {1499U, 1492U, 1400U, 1281U, 1280U}) {
    Host host;
    const Packet sent = lower_to(host, mtu);
    const auto fragments = host.send(echo_of(1500));
    ASSERT_THAT(fragments, SizeIs(2)) << mtu;
    for (const Packet& fragment : fragments) EXPECT_LE(fragment.size(), mtu);
    EXPECT_EQ(fragments[0].size(), fragment_for(mtu)) << "no smaller than it must be";
    EXPECT_EQ(joined6(fragments), sent) << "the whole reply";
    EXPECT_THAT(sizes(host, echo_of(mtu)), ElementsAre(mtu)) << "what fits is not cut";
    EXPECT_THAT(sizes(host, echo_of(mtu + 1)), SizeIs(2)) << "one octet more is";
  }
}

// V6-TX-006
TEST(Ipv6PathMtu, PMTU6_001_a_large_packet_in_smaller_fragments) {
  Host host;
  const Ipv6Fields ip;
  const Packet request = icmpv6(ip, 128, 0, 0x05010001, counting(20000));
  const auto answers = [&] {
    std::vector<Packet> sent;
    for (const Packet& fragment : fragments6(ip, request, 1448))
      for (const Packet& answer : host.send(fragment)) sent.push_back(answer);
    return sent;
  };
  const auto before = answers();
  ASSERT_THAT(before, SizeIs(14));
  host.send(too_big6(before[3], 1300));
  const auto after = answers();
  EXPECT_EQ(after.size(), 17U);
  for (const Packet& fragment : after) EXPECT_LE(fragment.size(), 1300U);
  EXPECT_EQ(joined6(after), joined6(before));
}

TEST(Ipv6PathMtu, PMTU6_001_datagrams_of_services_obey_it) {
  Host host({"udp.echo=on"});
  const Packet sent = host.answer(udp6({}, 7, counting(1400)));
  host.send(too_big6(sent, 1300));
  const auto fragments = host.send(udp6({}, 7, counting(1400)));
  ASSERT_THAT(fragments, SizeIs(2));
  EXPECT_EQ(joined6(fragments), sent);
}

// An error has 1280 octets at most, and every path takes those.
TEST(Ipv6PathMtu, PMTU6_001_errors_stay_as_they_are) {
  Host host;
  const Packet request = udp6({}, 33434, counting(1400));
  const Packet before = host.answer(request);
  EXPECT_EQ(before.size(), 1280U);
  lower_to(host, 1280);
  EXPECT_EQ(host.answer(request), before);
}

TEST(Ipv6PathMtu, PMTU6_001_several_reports_one_after_the_other) {
  Host host;
  lower_to(host, 1496);
  for (const std::uint32_t mtu : {1400U, 1300U, 1280U}) {
    host.send(too_big6(host.send(echo_of(1500)).at(0), mtu));
    EXPECT_EQ(largest(host, echo_of(1500)), fragment_for(mtu));
  }
  EXPECT_EQ(host.count(Reason::path_mtu_lowered), 4U);
}

TEST(Ipv6PathMtu, ICMP6_RX_005_the_code_is_ignored) {
  for (const unsigned code : {0U, 1U, 7U, 255U}) {
    Host host;
    host.send(too_big6(host.answer(echo_of(1500)), 1400, code));
    EXPECT_EQ(largest(host, echo_of(1500)), fragment_for(1400)) << code;
  }
}

// ---- limits of what is believed ----

// PMTU6-002, V6-FRAG-013: RFC 8021, RFC 8201 4
TEST(Ipv6PathMtu, PMTU6_002_an_mtu_below_1280_changes_nothing) {
  for (const std::uint32_t mtu : {1279U, 1000U, 576U, 68U, 1U, 0U}) {
    Host host;
    const Packet sent = host.answer(echo_of(1500));
    EXPECT_SILENT(host, too_big6(sent, mtu), Reason::ipv6_path_mtu_below_minimum);
    EXPECT_EQ(host.answer(echo_of(1500)), sent) << mtu;
    lower_to(host, 1400);
    EXPECT_SILENT(host, too_big6(sent, mtu), Reason::ipv6_path_mtu_below_minimum);
    EXPECT_EQ(largest(host, echo_of(1500)), fragment_for(1400)) << "nor what was learnt before";
  }
}

TEST(Ipv6PathMtu, V6_FRAG_013_no_atomic_fragments) {
  Host host;
  const Packet sent = lower_to(host, 1280);
  for (const std::uint32_t mtu : {1279U, 1000U, 68U}) host.send(too_big6(sent, mtu));
  for (const std::size_t size : {48U, 104U, 1000U, 1279U, 1280U}) {
    const Packet reply = host.answer(echo_of(size));
    EXPECT_EQ(reply.at(6), 58) << "no fragment header";
    EXPECT_EQ(reply.size(), size);
  }
  for (const std::size_t size : {1281U, 1288U, 1500U}) {
    const auto fragments = host.send(echo_of(size));
    EXPECT_THAT(fragments, SizeIs(2));
    for (const Packet& fragment : fragments) EXPECT_NE(be16(fragment, 42) & 0xfff9, 0) << "an offset or M, of " << size;
  }
}

TEST(Ipv6PathMtu, PMTU6_003_never_raised_by_a_report) {
  Host host;
  const Packet sent = lower_to(host, 1400);
  for (const std::uint32_t mtu : {1400U, 1401U, 1450U, 1499U, 1500U, 65535U, 0x00010578U, 0xffffffffU}) {
    EXPECT_SILENT(host, too_big6(sent, mtu), Reason::ipv6_path_mtu_not_below_size_sent);
    EXPECT_SILENT(host, too_big6(host.send(echo_of(1500)).at(0), mtu), Reason::ipv6_path_mtu_not_below_size_sent);
    EXPECT_SILENT(host, too_big6(host.answer(echo_of(1400)), mtu), Reason::ipv6_path_mtu_not_below_size_sent);
    EXPECT_EQ(largest(host, echo_of(1500)), fragment_for(1400)) << mtu;
  }
}

// All 32 bits count (RFC 4443 3.2): 0x10578 is not 1400.
TEST(Ipv6PathMtu, PMTU6_003_an_mtu_that_the_packet_would_have_passed) {
  Host host;
  for (const std::uint32_t mtu : {1500U, 1501U, 65535U, 0x00010578U, 0xffffffffU}) {
    EXPECT_SILENT(host, too_big6(host.answer(echo_of(1500)), mtu), Reason::ipv6_path_mtu_not_below_size_sent);
    EXPECT_EQ(largest(host, echo_of(1500)), 1500U) << mtu;
  }
}

// ---- reports that are forged, or about others ----

TEST(Ipv6PathMtu, PMTU6_004_a_packet_of_somebody_else) {
  for (const std::string_view source : {"2001:db8::3", "2001:db8:9::2", "fe80::9", "::", "ff02::1", "2001:db8::"}) {
    Host host;
    host.answer(echo_of(1500));
    const Packet quote = ipv6({.source = source, .destination = "2001:db8::1"}, counting(1460));
    EXPECT_SILENT(host, too_big6(quote, 1300), Reason::icmp6_error_about_foreign_packet);
    EXPECT_THAT(sizes(host, echo_of(1500)), ElementsAre(1500U)) << source;
  }
}

TEST(Ipv6PathMtu, PMTU6_004_a_destination_that_nothing_was_sent_to) {
  Host host;
  Packet quote = host.answer(echo_of(1500));
  quote[39] = 9;
  EXPECT_SILENT(host, too_big6(quote, 1300), Reason::ipv6_path_mtu_of_packet_not_sent);
  EXPECT_THAT(sizes(host, echo_of(1500, "2001:db8::9")), ElementsAre(1500U));
  EXPECT_THAT(sizes(host, echo_of(1500)), ElementsAre(1500U));
}

// Every path takes 1280 octets, so there is nothing to report about them, whatever a forger quotes.
TEST(Ipv6PathMtu, PMTU6_004_a_destination_that_only_small_packets_were_sent_to) {
  Host host;
  for (const std::size_t size : {104U, 1279U, 1280U}) {
    const Packet sent = host.answer(echo_of(size));
    EXPECT_SILENT(host, too_big6(sent, 1280), Reason::ipv6_path_mtu_of_packet_not_sent);
    Packet larger = sent + counting(1500 - size);
    set_be16(larger, 4, 1460);
    EXPECT_SILENT(host, too_big6(larger, 1280), Reason::ipv6_path_mtu_of_packet_not_sent);
  }
  host.send(udp6({}, 33434, counting(1400)));  // its error has 1280 octets
  EXPECT_EQ(largest(host, echo_of(1500)), 1500U);
  host.send(too_big6(host.answer(echo_of(1281)), 1280));
  EXPECT_THAT(sizes(host, echo_of(1281)), SizeIs(2)) << "one octet more is believed";
}

TEST(Ipv6PathMtu, PMTU6_004_a_small_packet_among_large_ones) {
  Host host;
  host.answer(echo_of(1500));
  for (const std::size_t size : {104U, 1279U, 1280U})
    EXPECT_SILENT(host, too_big6(host.answer(echo_of(size)), 1280), Reason::ipv6_path_mtu_not_below_size_sent);
  EXPECT_SILENT(host, too_big6(host.answer(echo_of(1400)), 1400), Reason::ipv6_path_mtu_not_below_size_sent);
  EXPECT_EQ(largest(host, echo_of(1500)), 1500U);
}

// The length is what the quoted header says, however little of the packet is there.
TEST(Ipv6PathMtu, PMTU6_004_the_quote_may_be_cut_behind_its_header) {
  for (const std::size_t size : {0U, 1U, 39U}) {
    Host host;
    const Packet sent = host.answer(echo_of(1500));
    EXPECT_SILENT(host, error6({.type = 2, .rest = 1300}, part(sent, 0, size)), Reason::icmp6_error_quote_cut_short);
    EXPECT_EQ(largest(host, echo_of(1500)), 1500U);
  }
  for (const std::size_t size : {40U, 47U, 48U, 1400U}) {
    Host host;
    const Packet sent = host.answer(echo_of(1500));
    EXPECT_SILENT(host, error6({.type = 2, .rest = 1300}, part(sent, 0, size)), Reason::path_mtu_lowered);
    EXPECT_EQ(largest(host, echo_of(1500)), fragment_for(1300)) << size;
  }
}

// A router reports the fragment that did not fit, whichever it was.
TEST(Ipv6PathMtu, PMTU6_004_first_and_later_fragments_of_ours) {
  const Ipv6Fields ip;
  for (const std::size_t number : {0U, 1U}) {
    Host host;
    std::vector<Packet> sent;
    for (const Packet& fragment : fragments6(ip, icmpv6(ip, 128, 0, 1, counting(2992)), 1448))
      for (const Packet& answer : host.send(fragment)) sent.push_back(answer);
    ASSERT_THAT(sent, SizeIs(3));
    EXPECT_SILENT(host, too_big6(sent[2], 1400), Reason::ipv6_path_mtu_not_below_size_sent);
    EXPECT_SILENT(host, too_big6(sent[number], 1400), Reason::path_mtu_lowered);
    EXPECT_EQ(largest(host, echo_of(1500)), fragment_for(1400)) << number;
  }
}

TEST(Ipv6PathMtu, PMTU6_004_other_types_and_a_wrong_checksum_change_nothing) {
  Host host;
  const Packet sent = host.answer(echo_of(1500));
  for (unsigned type = 0; type < 256; ++type)
    if (type != 2) host.send(error6_about(sent, {.type = type, .rest = 1300}));
  Packet broken = too_big6(sent, 1300);
  broken[46] ^= 1;
  EXPECT_SILENT(host, broken, Reason::icmp6_checksum_wrong);
  EXPECT_EQ(largest(host, echo_of(1500)), 1500U);
}

// ---- which destinations ----

TEST(Ipv6PathMtu, PMTU6_006_of_one_destination_only) {
  Host host;
  lower_to(host, 1300);
  for (const std::string_view other : {"2001:db8::3", "2001:db8:77::7", "2001:db8:0:1::1", "fd00::1"})
    EXPECT_THAT(sizes(host, echo_of(1500, other)), ElementsAre(1500U)) << other;
  EXPECT_THAT(sizes(host, echo_of(1500, "fe80::1", "fe80::2")), ElementsAre(1500U));
  EXPECT_THAT(sizes(host, echo4({}, counting(1472))), ElementsAre(1500U)) << "the same peer over IPv4";
  EXPECT_EQ(largest(host, echo_of(1500)), fragment_for(1300));
}

// It is the destination that counts, not which of our addresses the packet came from.
TEST(Ipv6PathMtu, PMTU6_006_from_every_address_of_the_host) {
  Host host(node_with({{"192.0.2.2/24", "2001:db8::2/64", "2001:db8::3/64"}}));
  lower_to(host, 1300);
  EXPECT_EQ(largest(host, echo_of(1500, "2001:db8::1", "2001:db8::3")), fragment_for(1300));
  EXPECT_EQ(largest(host, echo_of(1500, "2001:db8::1", "ff02::1")), fragment_for(1300));
}

TEST(Ipv6PathMtu, PMTU6_006_a_link_local_destination) {
  Host host;
  const auto request = echo_of(1500, "fe80::1", "fe80::2");
  host.send(too_big6(host.answer(request), 1300));
  EXPECT_EQ(largest(host, request), fragment_for(1300));
  EXPECT_EQ(largest(host, echo_of(1500)), 1500U);
}

}  // namespace
}  // namespace tunstack::test::ipv6_path_mtu_test
