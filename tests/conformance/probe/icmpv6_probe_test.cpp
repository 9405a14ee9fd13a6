// Extended echo over IPv6 in packets with extension headers and fragments (RFC 8335).
#include "tests/conformance/icmp/reported_icmpv6_errors.hpp"
#include "tests/conformance/probe/extended_echo_messages.hpp"
#include "tests/conformance/probe/probing_host.hpp"

namespace tunstack::test::icmpv6_probe_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

Packet request_message(const Packet& body, const Ipv6Fields& ip = {}) {
  return icmpv6(ip, 160, 0, 0x1234ff00 | local, body);
}
Packet request_behind(const Chain& chain, const Ipv6Fields& ip = {}) {
  return chained(ip, chain, request_message(good_query(), ip));
}

// ICMPv6 at once behind the fixed header, and the largest hop limit (RFC 8335 4)
TEST(Icmpv6Probe, PROBE_004_a_reply_has_no_extension_headers) {
  for (const Chain& chain :
       {Chain{}, Chain{hop_by_hop()}, Chain{destination_options(), routing(4, 0)}, Chain{fragment_header(0, false)}}) {
    Host host(probing());
    const Packet reply = host.answer(request_behind(chain, {.traffic_class = 0xb9, .hop_limit = 3}));
    EXPECT_EQ(part(reply, 0, 8), hex("60000000 0014 3a ff")) << "20 octets of ICMPv6";
    EXPECT_EQ(part(reply, 40, 2), hex("a1 00"));
    EXPECT_EQ(be32(reply, 44), 0x1234ff07U) << "PROBE-003: all up";
    EXPECT_EQ(from(reply, 48), good_query());
  }
}

TEST(Icmpv6Probe, PROBE_004_a_reply_is_not_fragmented) {
  const auto requests = fragments6({}, request_message(good_query() + Packet(2000)), 1024);
  ASSERT_THAT(requests, SizeIs(2));
  Host host(probing());
  EXPECT_THAT(host.send(requests[0]), IsEmpty());
  EXPECT_SILENT(host, requests[1], Reason::larger_than_link_mtu);
  Host brief(probing({"probe.reply_body=none"}));
  brief.send(requests[0]);
  EXPECT_THAT(brief.answer(requests[1]), SizeIs(48)) << "without the body it fits";
}

// Nor when it is the path that takes less.
TEST(Icmpv6Probe, PROBE_004_a_reply_is_not_fragmented_for_its_path) {
  Host host(probing());
  const Packet request = ipv6({}, request_message(good_query() + Packet(1400)));
  EXPECT_THAT(host.answer(request), SizeIs(request.size()));
  host.send(too_big6(host.answer(echo6({}, counting(1452))), 1300));
  EXPECT_SILENT(host, request, Reason::larger_than_link_mtu);
  EXPECT_THAT(host.send(ipv6({}, request_message(good_query() + Packet(1240)))), SizeIs(1)) << "1300 octets";
}

TEST(Icmpv6Probe, PROBE_015_anycast_is_neither_asked_nor_answered) {
  Host host(probing());
  EXPECT_SILENT(host, probe6(good_query(), {.source = "2001:db8::"}), Reason::extended_echo_to_group);
  EXPECT_SILENT(host, probe6(good_query(), {.destination = "2001:db8::"}), Reason::ipv6_destination_not_ours);
  for (const Chain& chain : {Chain{hop_by_hop()}, Chain{destination_options()}}) {
    EXPECT_SILENT(host, request_behind(chain, {.destination = "ff02::1"}), Reason::extended_echo_to_group);
    EXPECT_SILENT(host, request_behind(chain, {.source = "::"}), Reason::ipv6_source_unspecified);
  }
}

TEST(Icmpv6Probe, PROBE_001_off_by_default_behind_extension_headers) {
  Host host;
  EXPECT_SILENT(host, request_behind({hop_by_hop()}), Reason::extended_echo_off);
}

// PROBE-021: queries, about which errors are sent, unlike errors.
TEST(Icmpv6Probe, PROBE_021_errors_about_extended_echo_are_allowed) {
  Host host(probing());
  const Chain bad_option{destination_options(hex("9e04 00000000"))};
  for (const unsigned type : {160U, 161U})
    EXPECT_EQ(part(host.answer(chained_icmp(bad_option, type, good_query())), 40, 2), hex("04 02")) << type;
  EXPECT_THAT(host.send(chained_icmp(bad_option, 3, good_query())), IsEmpty());
}

TEST(Icmpv6Probe, PROBE_017_extension_headers_do_not_evade_the_limit) {
  Host host(probing());
  std::size_t replies = 0;
  for (int i = 0; i < 50; ++i)
    for (const Chain& chain : {Chain{}, Chain{hop_by_hop()}, Chain{fragment_header(0, false)}})
      replies += host.send(request_behind(chain)).size();
  EXPECT_EQ(replies, 20U);
}

}  // namespace
}  // namespace tunstack::test::icmpv6_probe_test
