// The view of an IPv6 header: which shapes hold, and its fields.
#include "protocols/wire/ipv6.hpp"

#include <gtest/gtest.h>

#include "tests/support/packets.hpp"

namespace tunstack::test::ipv6_test {
namespace {

Packet copy(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

MaybeReason fault_of(const Packet& packet) {
  const auto view = Ipv6View::parse(packet);
  return view ? MaybeReason{} : MaybeReason(view.error());
}

TEST(Ipv6View, gives_every_field) {
  const Packet payload = counting(9);
  const Packet packet = ipv6({.source = "2001:db8:1::7",
                              .destination = "fe80::9",
                              .next_header = 200,
                              .traffic_class = 0xb9,
                              .flow_label = 0xfedcb,
                              .hop_limit = 255},
                             payload);
  const auto view = Ipv6View::parse(packet);
  ASSERT_TRUE(view);
  EXPECT_EQ(to_text(view->source()), "2001:db8:1::7");
  EXPECT_EQ(to_text(view->destination()), "fe80::9");
  EXPECT_EQ(view->next_header(), 200);
  EXPECT_EQ(view->traffic_class(), 0xb9);
  EXPECT_EQ(view->flow_label(), 0xfedcbU);
  EXPECT_EQ(view->hop_limit(), 255);
  EXPECT_EQ(copy(view->payload()), payload);
  EXPECT_EQ(copy(view->bytes()), packet);
}

TEST(Ipv6View, traffic_class_and_flow_label_do_not_mix) {
  const Packet all_class = ipv6({.traffic_class = 0xff}, {});
  EXPECT_EQ(Ipv6View::parse(all_class)->traffic_class(), 0xff);
  EXPECT_EQ(Ipv6View::parse(all_class)->flow_label(), 0U);
  const Packet all_label = ipv6({.flow_label = 0xfffff}, {});
  EXPECT_EQ(Ipv6View::parse(all_label)->traffic_class(), 0);
  EXPECT_EQ(Ipv6View::parse(all_label)->flow_label(), 0xfffffU);
}

TEST(Ipv6View, V6_RX_001_version_is_6) {
  for (unsigned version = 0; version < 16; ++version) {
    Packet packet = ipv6({}, counting(8));
    packet[0] = static_cast<std::uint8_t>(version << 4);
    EXPECT_EQ(fault_of(packet), version == 6 ? MaybeReason{} : MaybeReason(Reason::ipv6_version_not_6)) << version;
  }
}

TEST(Ipv6View, V6_RX_001_every_truncation_is_refused) {
  const Packet whole = ipv6({}, counting(20));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Packet cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(fault_of(cut), MaybeReason(size < 40 ? Reason::ipv6_shorter_than_header : Reason::ipv6_truncated))
        << size;
  }
}

TEST(Ipv6View, V6_RX_001_payload_length_at_its_limit) {
  Packet packet = ipv6({}, counting(65535));
  EXPECT_EQ(fault_of(packet), MaybeReason{});
  EXPECT_EQ(Ipv6View::parse(packet)->bytes().size(), 65575U);
  packet.pop_back();
  EXPECT_EQ(fault_of(packet), MaybeReason(Reason::ipv6_truncated));
}

TEST(Ipv6View, V6_RX_001_octets_beyond_the_payload_length_are_ignored) {
  const Packet packet = ipv6({}, counting(8));
  const Packet longer = packet + Packet(30, 0xaa);
  const auto view = Ipv6View::parse(longer);
  ASSERT_TRUE(view);
  EXPECT_EQ(copy(view->bytes()), packet);
  EXPECT_EQ(copy(view->payload()), counting(8));
}

TEST(Ipv6View, V6_RX_010_payload_length_0_is_an_empty_payload) {
  const Packet packet = ipv6({}, {}) + counting(16);
  const auto view = Ipv6View::parse(packet);
  ASSERT_TRUE(view);
  EXPECT_TRUE(view->payload().empty());
}

}  // namespace
}  // namespace tunstack::test::ipv6_test
