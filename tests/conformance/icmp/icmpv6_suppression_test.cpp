// When no ICMPv6 error may be sent about packets with extension headers and fragments.
#include "tests/conformance/node/interfaces.hpp"
#include "tests/support/ipv6_chains.hpp"

namespace tunstack::test::icmpv6_suppression_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

// Options that are not known; the upper two bits say what to do (RFC 8200 4.2).
Packet reported_option() { return hex("9e04 00000000"); }
Packet reported_unless_multicast() { return hex("de04 00000000"); }

/// A chain that draws an error, whatever stands behind it.
struct Faulty {
  Reason reason;
  Chain chain;
};

std::vector<Faulty> faulty_chains() {
  return {{Reason::ipv6_option_unrecognized, {destination_options(reported_option())}},
          {Reason::ipv6_option_unrecognized, {hop_by_hop(reported_unless_multicast())}},
          {Reason::ipv6_option_unrecognized, {hop_by_hop(), routing(0, 0), destination_options(reported_option())}},
          {Reason::ipv6_option_length_invalid, {destination_options(hex("0120 00000000"))}},
          {Reason::ipv6_routing_type_unrecognized, {routing(0, 1)}},
          {Reason::ipv6_hop_by_hop_misplaced, {destination_options(), hop_by_hop()}},
          {Reason::ipv6_option_unrecognized, {fragment_header(0, false), destination_options(reported_option())}},
          {Reason::ipv6_too_many_headers, Chain(9, destination_options())}};
}

/// Nothing leaves, and both reasons are counted: that of the problem, and that of the silence.
void expect_suppressed(const Packet& packet, Reason problem, Reason silence) {
  Host host(node_with({{"192.0.2.2/24", "2001:db8::2/64"}, {"2001:db8:1::3/64"}}));
  EXPECT_SILENT(host, packet, problem);
  EXPECT_EQ(host.count(silence), 1U) << info(problem).name << ", " << info(silence).name;
}

/// The type of the one error that a fresh host sends.
unsigned error_type(const Packet& packet) {
  Host host;
  return icmp6_type(host.answer(packet));
}

// ---- what stands behind extension headers ----

// ICMP6-SUP-006, ICMP6-SUP-001, ICMP6-SUP-002
TEST(Icmpv6Suppression, ICMP6_SUP_006_errors_and_redirects_behind_extension_headers) {
  for (const Faulty& faulty : faulty_chains()) {
    for (const unsigned type : {0U, 1U, 2U, 3U, 4U, 5U, 77U, 100U, 127U})
      for (const std::size_t size : {0U, 40U})
        expect_suppressed(chained_icmp(faulty.chain, type, Packet(size)), faulty.reason,
                          Reason::icmp6_about_icmp_error);
    expect_suppressed(chained_icmp(faulty.chain, 137, Packet(32)), faulty.reason, Reason::icmp6_about_redirect);
  }
}

// ICMP6-SUP-006, ROB-005: looking along 40 headers is enough work, and what stands behind may be an error.
TEST(Icmpv6Suppression, ICMP6_SUP_006_behind_more_headers_than_anybody_looks_through) {
  for (const unsigned type : {1U, 128U}) {
    const Packet far = chained_icmp(Chain(41, destination_options()), type, Packet(8));
    expect_suppressed(far, Reason::ipv6_too_many_headers, Reason::icmp6_upper_layer_not_found);
  }
  EXPECT_EQ(error_type(chained_icmp(Chain(40, destination_options()), 128, Packet(8))), 4U);
  expect_suppressed(chained_icmp(Chain(40, destination_options()), 1, Packet(8)), Reason::ipv6_too_many_headers,
                    Reason::icmp6_about_icmp_error);
}

// It may have been an error: without its first octet nobody can tell.
TEST(Icmpv6Suppression, ICMP6_SUP_006_a_message_without_a_type_behind_extension_headers) {
  for (const Faulty& faulty : faulty_chains())
    expect_suppressed(chained({}, faulty.chain, {}), faulty.reason, Reason::icmp6_about_icmp_error);
}

// ICMP6-SUP-007 with PROBE-021: whatever asks or answers may cause errors, and so may what only looks like ICMPv6.
TEST(Icmpv6Suppression, ICMP6_SUP_007_other_messages_behind_extension_headers_may_cause_errors) {
  for (const Faulty& faulty : faulty_chains()) {
    SCOPED_TRACE(info(faulty.reason).name);
    for (const unsigned type : {128U, 129U, 130U, 133U, 136U, 138U, 143U, 160U, 161U, 200U, 255U})
      EXPECT_EQ(error_type(chained_icmp(faulty.chain, type, Packet(24))), 4U) << type;
    EXPECT_EQ(error_type(chained_udp(faulty.chain)), 4U);
    for (const unsigned next : {1U, 6U, 17U, 59U, 200U})
      EXPECT_EQ(error_type(chained({.next_header = next}, faulty.chain, hex("0100 0000 00000000 89"))), 4U) << next;
  }
}

// The message is that behind the last header, not a next header number that happens to be 58.
TEST(Icmpv6Suppression, ICMP6_SUP_006_a_value_of_58_within_a_header_is_no_message) {
  EXPECT_EQ(error_type(chained_udp({destination_options(hex("9e04 3a010000"))})), 4U);
  expect_suppressed(chained_icmp({destination_options(hex("9e04 11000000"))}, 1), Reason::ipv6_option_unrecognized,
                    Reason::icmp6_about_icmp_error);
}

// ---- groups ----

// ICMP6-SUP-003, V6-EXT-004: pointer and source of an error that goes out all the same
TEST(Icmpv6Suppression, ICMP6_SUP_003_options_that_ask_to_be_reported_from_groups) {
  for (const std::string_view group : {"ff02::1", "ff02::1:ff00:2"})
    for (const Chain& chain : {Chain{destination_options(reported_option())}, Chain{hop_by_hop(reported_option())}}) {
      Host host;
      const Packet packet = chained_udp(chain, {.destination = group});
      const Packet error = host.answer(packet);
      EXPECT_EQ(part(error, 40, 2), hex("04 02"));
      EXPECT_EQ(be32(error, 44), 42U);
      EXPECT_EQ(from(error, 48), packet);
      EXPECT_EQ(source_of(error), "2001:db8::2");
      EXPECT_EQ(destination_of(error), "2001:db8::1");
    }
}

TEST(Icmpv6Suppression, ICMP6_SUP_003_no_other_error_about_a_packet_to_a_group) {
  const Ipv6Fields to_group{.destination = "ff02::1"};
  for (const Faulty& faulty : faulty_chains())
    if (faulty.reason != Reason::ipv6_option_unrecognized)
      expect_suppressed(chained_udp(faulty.chain, to_group), faulty.reason, Reason::icmp6_destination_multicast);
  expect_suppressed(chained({.destination = "ff02::1", .next_header = 200}, {hop_by_hop()}, counting(8)),
                    Reason::ipv6_next_header_unrecognized, Reason::icmp6_destination_multicast);
  expect_suppressed(chained_udp({destination_options()}, to_group), Reason::udp6_port_closed,
                    Reason::icmp6_destination_multicast);
  Host host;
  EXPECT_SILENT(host, chained_udp({hop_by_hop(reported_unless_multicast())}, to_group),
                Reason::ipv6_option_unrecognized_to_group);
}

// The exception is for the option, not for what the packet carries or where it comes from.
TEST(Icmpv6Suppression, ICMP6_SUP_003_the_exception_does_not_reach_further) {
  const Chain chain{destination_options(reported_option())};
  const auto problem = Reason::ipv6_option_unrecognized;
  expect_suppressed(chained_icmp(chain, 3, Packet(40), {.destination = "ff02::1"}), problem,
                    Reason::icmp6_about_icmp_error);
  expect_suppressed(chained_icmp(chain, 137, Packet(40), {.destination = "ff02::1"}), problem,
                    Reason::icmp6_about_redirect);
  expect_suppressed(chained_udp(chain, {.source = "2001:db8::", .destination = "ff02::1"}), problem,
                    Reason::icmp6_source_not_single_node);
}

// RFC 4443 2.4(e.4): the exceptions of (e.3) hold here too, that is options with the action 10 and no others.
TEST(Icmpv6Suppression, ICMP6_SUP_004_frames_to_groups) {
  Host host({"icmp6.error_rate=0"});
  const auto answers = [&](const Packet& packet) { return host.send_in_group_frame(packet).size(); };
  EXPECT_EQ(answers(chained_udp({destination_options(reported_option())})), 1U);
  EXPECT_EQ(answers(chained_udp({hop_by_hop(reported_option())}, {.destination = "ff02::1"})), 1U);
  EXPECT_EQ(answers(chained_icmp({destination_options(reported_option())}, 1, Packet(40))), 0U);
  EXPECT_EQ(answers(chained_udp({})), 0U);
  for (const Faulty& faulty : faulty_chains()) {
    if (faulty.reason == Reason::ipv6_option_unrecognized) continue;
    EXPECT_EQ(answers(chained_udp(faulty.chain)), 0U) << info(faulty.reason).name;
  }
  EXPECT_EQ(answers(fragment6({.next_header = 17}, udp({.next_header = 17}, 1, 2, counting(40)), 0, 20)), 0U);
}

TEST(Icmpv6Suppression, ICMP6_SUP_004_options_with_action_11_in_frames_to_groups) {
  Host host;
  for (const Chain& chain :
       {Chain{destination_options(reported_unless_multicast())}, Chain{hop_by_hop(reported_unless_multicast())}}) {
    EXPECT_THAT(host.send_in_group_frame(chained_udp(chain)), IsEmpty());
    EXPECT_THAT(host.send(chained_udp(chain)), SizeIs(1)) << "in a frame of its own";
  }
}

// ---- sources ----

// The unspecified address may stand before headers that hide a solicitation; errors to it there are none.
TEST(Icmpv6Suppression, ICMP6_SUP_005_sources_that_are_no_single_node) {
  for (const Faulty& faulty : faulty_chains())
    for (const std::string_view source : {"::", "2001:db8::", "2001:db8:1::"}) {
      SCOPED_TRACE(source);
      expect_suppressed(chained_udp(faulty.chain, {.source = source}), faulty.reason,
                        Reason::icmp6_source_not_single_node);
    }
}

TEST(Icmpv6Suppression, ICMP6_SUP_005_other_sources_that_no_error_goes_to) {
  Host host({"icmp6.error_rate=0"});
  for (const Faulty& faulty : faulty_chains()) {
    for (const std::string_view source :
         {"::1", "ff02::1", "ff02::5", "ff01::1", "ff0e::1", "::ffff:192.0.2.1", "2001:db8::2", "fe80::2"})
      EXPECT_THAT(host.send(chained_udp(faulty.chain, {.source = source})), IsEmpty()) << source;
    for (const std::string_view source : {"2001:db8::1", "2001:db8:1::", "fe80::1", "fd00::1"})
      EXPECT_THAT(host.send(chained_udp(faulty.chain, {.source = source})), SizeIs(1)) << source;
  }
}

// ---- neighbor discovery ----

// RFC 4861 6.1, 7.1, 8.1: wrong hop limit, wrong code, too short, an option of length 0
TEST(Icmpv6Suppression, ICMP6_SUP_009_invalid_neighbor_discovery) {
  Host host;
  const std::string_view groups[] = {"2001:db8::2", "ff02::1", "ff02::1:ff00:2"};
  for (const std::string_view destination : groups)
    for (const unsigned type : {133U, 134U, 135U, 136U, 137U})
      for (const Packet& data : {Packet{}, Packet(3), Packet(16), Packet(16) + hex("0100 000000000000"), Packet(40)})
        for (const unsigned hops : {1U, 254U, 255U})
          for (const unsigned code : {0U, 1U}) {
            const Ipv6Fields ip{.source = "fe80::1", .destination = destination, .hop_limit = hops};
            EXPECT_THAT(host.send(ipv6(ip, icmpv6(ip, type, code, 0, data))), IsEmpty()) << type;
          }
  EXPECT_THAT(host.send(echo6()), SizeIs(1));
}

// ---- errors beget nothing ----

TEST(Icmpv6Suppression, ROB_006_errors_of_the_host_are_not_answered_by_another) {
  Host host;
  Host peer(node_with({{"2001:db8::1/64"}}));
  for (const Faulty& faulty : faulty_chains()) {
    const Packet error = host.answer(chained_udp(faulty.chain));
    EXPECT_THAT(peer.send(error), IsEmpty());
    const Packet behind_faulty =
        chained({.source = "2001:db8::2", .destination = "2001:db8::1"}, faulty.chain, from(error, 40));
    EXPECT_THAT(peer.send(behind_faulty), IsEmpty());
    host.wait(1s);
  }
  const auto reply = peer.send(echo6({.source = "2001:db8::2", .destination = "2001:db8::1"}));
  EXPECT_THAT(reply, SizeIs(1)) << "it is awake";
}

}  // namespace
}  // namespace tunstack::test::icmpv6_suppression_test
