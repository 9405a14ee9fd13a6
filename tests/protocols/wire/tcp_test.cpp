// The view of a TCP header, and the reset that leaves.
#include "protocols/wire/tcp.hpp"

#include <gtest/gtest.h>

#include "tests/support/packets.hpp"

namespace tunstack::test::tcp_test {
namespace {

MaybeReason fault_of(const Packet& payload) {
  const auto view = TcpView::parse(payload);
  return view ? MaybeReason{} : MaybeReason(view.error());
}

Packet with_data_offset(Packet segment, unsigned words) {
  segment.at(12) = static_cast<std::uint8_t>(words << 4);
  return segment;
}

std::uint32_t length_of(unsigned flags, std::size_t data, unsigned words = 5) {
  const Packet segment = with_data_offset(tcp(Ipv4Fields{}, {.flags = flags}, counting(data)), words);
  return TcpView::parse(segment)->segment_length();
}

TEST(TcpView, gives_every_field) {
  const Packet segment = tcp(Ipv4Fields{},
                             {.source_port = 40000,
                              .destination_port = 81,
                              .sequence = 0xfedcba98,
                              .acknowledgment = 0x12345678,
                              .flags = 0x12},
                             counting(3));
  const auto view = TcpView::parse(segment);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->source_port(), 40000);
  EXPECT_EQ(view->destination_port(), 81);
  EXPECT_EQ(view->sequence(), 0xfedcba98U);
  EXPECT_EQ(view->acknowledgment(), 0x12345678U);
  EXPECT_TRUE(view->has(tcp_flag::syn));
  EXPECT_TRUE(view->has(tcp_flag::ack));
  EXPECT_FALSE(view->has(tcp_flag::rst));
  EXPECT_FALSE(view->has(tcp_flag::fin));
  EXPECT_EQ(view->bytes().size(), 23U);
}

TEST(TcpView, V4_RX_022_header_has_20_octets) {
  const Packet segment = tcp(Ipv4Fields{}, {});
  for (std::size_t size = 0; size < 20; ++size)
    EXPECT_EQ(fault_of({segment.begin(), segment.begin() + static_cast<std::ptrdiff_t>(size)}),
              MaybeReason(Reason::tcp_too_short))
        << size;
  EXPECT_EQ(fault_of(segment), MaybeReason{});
}

TEST(TcpView, V4_RX_022_data_offset_below_5_or_beyond_the_segment_is_refused) {
  const Packet segment = tcp(Ipv4Fields{}, {}, counting(12));
  for (unsigned words = 0; words < 16; ++words)
    EXPECT_EQ(fault_of(with_data_offset(segment, words)),
              words >= 5 && words <= 8 ? MaybeReason{} : MaybeReason(Reason::tcp_data_offset_invalid))
        << words;
}

// RFC 9293 3.4: data, and one each for SYN and FIN; options are no data.
TEST(TcpView, V4_RX_022_segment_length_counts_data_syn_and_fin) {
  EXPECT_EQ(length_of(0x10, 0), 0U);
  EXPECT_EQ(length_of(0x02, 0), 1U);
  EXPECT_EQ(length_of(0x01, 0), 1U);
  EXPECT_EQ(length_of(0x03, 7), 9U);
  EXPECT_EQ(length_of(0x1c, 7), 7U) << "RST, PSH and ACK take no sequence number";
  EXPECT_EQ(length_of(0x02, 12, 8), 1U) << "twelve octets of options";
}

TEST(TcpResetSegment, V4_RX_022_every_octet) {
  const TcpReset reset{81, 40000, 0x01020304, 0x0a0b0c0d, tcp_flag::rst | tcp_flag::ack};
  ASSERT_EQ(reset.size(), 20U);
  Packet bytes(20, 0xee);  // what is not written shows
  reset.write(bytes);
  set_be16(bytes, TcpReset::checksum_offset, 0);
  const Packet expected = hex("0051 9c40 01020304 0a0b0c0d 50 14 0000 0000 0000");
  EXPECT_EQ(bytes, expected);
  EXPECT_EQ(reset.checksum(bytes, 0), plain_checksum(expected));
}

}  // namespace
}  // namespace tunstack::test::tcp_test
