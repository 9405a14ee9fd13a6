// The walk along a chain: where it ends. What it says about each header is for the conformance tests.
#include "protocols/ip/ipv6_chain.hpp"

#include <gtest/gtest.h>

#include "tests/support/ipv6_parts.hpp"

namespace tunstack::test::ipv6_chain_test {
namespace {

struct Reached {
  unsigned protocol;
  std::uint32_t offset, protocol_at;
  bool behind_fragment_header;
  bool ended;  // by a verdict
  bool operator==(const Reached&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Reached& r) {
  return out << r.protocol << " at " << r.offset << " said at " << r.protocol_at << ' ' << r.behind_fragment_header
             << r.ended;
}

Reached walk(const Packet& packet, const ip::Ipv6ChainPolicy& policy = {}) {
  const Ipv6Arrival arrival{.ip = Ipv6View::parse(packet).value(), .octets_received = packet.size()};
  const ip::Ipv6Walk walk = ip::walk_chain(arrival, policy);
  return {walk.reached.protocol, walk.reached.offset, walk.reached.protocol_at, walk.reached.behind_fragment_header,
          walk.verdict.has_value()};
}

TEST(Ipv6Chain, V6_EXT_009_reaches_the_upper_layer) {
  EXPECT_EQ(walk(echo6()), (Reached{58, 40, 6, false, false}));
  EXPECT_EQ(walk(with_headers(udp6(), {destination("")})), (Reached{17, 48, 40, false, false}));
  EXPECT_EQ(walk(with_headers(echo6(), {hop_by_hop(""), routing(0, 0, Packet(12)), long_destination(64)})),
            (Reached{58, 128, 64, false, false}));
  EXPECT_EQ(walk(with_headers(ipv6({.next_header = 59}, {}), {destination("")})), (Reached{59, 48, 40, false, false}));
}

TEST(Ipv6Chain, V6_FRAG_012_steps_over_atomic_fragment_headers) {
  EXPECT_EQ(walk(with_headers(echo6(), {atomic()})), (Reached{58, 48, 40, true, false}));
  EXPECT_EQ(walk(with_headers(echo6(), {atomic(), destination("")})), (Reached{58, 56, 48, true, false}));
  EXPECT_EQ(walk(with_headers(echo6(), {atomic(1), atomic(2)})), (Reached{58, 56, 48, true, false}));
}

TEST(Ipv6Chain, V6_FRAG_018_ends_at_the_header_of_a_fragment) {
  for (const Part& fragment : {fragment_header(0, true), fragment_header(8, true), fragment_header(8, false)}) {
    EXPECT_EQ(walk(with_headers(echo6(), {fragment, destination("9e 00")})), (Reached{44, 40, 6, false, false}));
    EXPECT_EQ(walk(with_headers(echo6(), {hop_by_hop(""), fragment})), (Reached{44, 48, 40, false, false}));
    EXPECT_EQ(walk(with_headers(echo6(), {atomic(), fragment})), (Reached{44, 48, 40, true, false}));
  }
}

TEST(Ipv6Chain, V6_RX_014_ends_at_the_header_in_error) {
  EXPECT_EQ(walk(with_headers(echo6(), {destination(""), destination("5e 00"), routing(0, 1)})),
            (Reached{60, 48, 40, false, true}));
  EXPECT_EQ(walk(with_headers(echo6(), {routing(0, 1), destination("5e 00")})), (Reached{43, 40, 6, false, true}));
  EXPECT_EQ(walk(with_headers(echo6(), {destination(""), hop_by_hop("")})), (Reached{0, 48, 40, false, true}));
}

TEST(Ipv6Chain, V6_EXT_020_ends_at_a_limit) {
  const Packet three = with_headers(echo6(), {destination(""), destination(""), destination("")});
  EXPECT_EQ(walk(three, {.headers = 3, .options = {}}), (Reached{58, 64, 56, false, false}));
  EXPECT_EQ(walk(three, {.headers = 2, .options = {}}), (Reached{60, 56, 48, false, true}));
  EXPECT_EQ(walk(three, {.octets = 64, .options = {}}), (Reached{58, 64, 56, false, false}));
  EXPECT_EQ(walk(three, {.octets = 63, .options = {}}), (Reached{60, 56, 48, false, true}));
  EXPECT_EQ(walk(with_headers(echo6(), {fragment_header(0, true)}), {.headers = 0, .options = {}}),
            (Reached{44, 40, 6, false, true}))
      << "a fragment header counts";
}

// The octets that the device delivered behind the payload length count for a jumbogram alone.
TEST(Ipv6Chain, V6_EXT_028_a_packet_without_payload) {
  Packet packet = with_headers(echo6(), {hop_by_hop("")});
  set_be16(packet, 4, 0);
  ip::Ipv6ChainPolicy policy;
  const Ipv6Arrival arrival{.ip = Ipv6View::parse(packet).value(), .octets_received = packet.size()};
  EXPECT_TRUE(std::holds_alternative<Drop>(ip::walk_chain(arrival, policy).verdict.value()));
  policy.options.jumbo = true;
  const Error error = std::get<Error>(ip::walk_chain(arrival, policy).verdict.value());
  EXPECT_EQ(error.reason, Reason::ipv6_jumbo_misused);
  EXPECT_EQ(error.parameter, 4U);
}

}  // namespace
}  // namespace tunstack::test::ipv6_chain_test
