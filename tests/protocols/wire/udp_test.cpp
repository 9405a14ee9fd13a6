// The view of a UDP header.
#include "protocols/wire/udp.hpp"

#include <gtest/gtest.h>

#include "tests/support/packets.hpp"

namespace tunstack::test::udp_test {
namespace {

MaybeReason fault_of(const Packet& payload) {
  const auto view = UdpView::parse(payload);
  return view ? MaybeReason{} : MaybeReason(view.error());
}

Packet with_length(unsigned length) {
  Packet datagram = udp(Ipv4Fields{}, 40000, 33434, counting(12));
  set_be16(datagram, 4, length);
  return datagram;
}

TEST(UdpView, gives_every_field) {
  const Packet datagram = hex("9c40 829a 000b abcd 010203");
  const auto view = UdpView::parse(datagram);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->source_port(), 40000);
  EXPECT_EQ(view->destination_port(), 33434);
  EXPECT_EQ(view->checksum(), 0xabcd);
  EXPECT_EQ(view->bytes().size(), 11U);
}

TEST(UdpView, V4_RX_023_header_has_8_octets) {
  for (std::size_t size = 0; size < 8; ++size)
    EXPECT_EQ(fault_of(Packet(size)), MaybeReason(Reason::udp_too_short)) << size;
}

TEST(UdpView, V4_RX_023_length_below_8_or_beyond_the_payload_is_refused) {
  for (const unsigned length : {0U, 7U, 21U, 100U, 65535U})
    EXPECT_EQ(fault_of(with_length(length)), MaybeReason(Reason::udp_length_invalid)) << length;
}

TEST(UdpView, V4_RX_023_length_below_the_payload_is_honoured) {
  for (const unsigned length : {8U, 9U, 19U, 20U}) {
    const Packet datagram = with_length(length);
    const auto view = UdpView::parse(datagram);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->bytes().size(), length);
  }
}

}  // namespace
}  // namespace tunstack::test::udp_test
