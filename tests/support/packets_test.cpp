// That a wrong checksum is seen wherever the host may send one.
#include "tests/support/packets.hpp"

#include <gtest/gtest.h>

#include "tests/support/ipv6_chains.hpp"

namespace tunstack::test::packets_test {
namespace {

Packet with_last_octet_changed(Packet packet) {
  packet.back() ^= 1;
  return packet;
}

TEST(ChecksumsAreRight, CKSUM_001_of_whole_packets) {
  for (const Packet& packet :
       {echo4(), udp4(), echo6(), udp6(), ipv4({.protocol = 2}, icmpv4(0x16, 0, 0xe0000001)),
        with_headers(echo6(), {atomic()}), chained_udp({hop_by_hop(), destination_options(), routing(0, 0)}),
        chained_icmp({hop_by_hop("0502 0000 0100")}, 143, counting(20))}) {
    EXPECT_TRUE(checksums_are_right(packet));
    EXPECT_FALSE(checksums_are_right(with_last_octet_changed(packet)));
  }
}

TEST(ChecksumsAreRight, CKSUM_001_of_headers) {
  Packet packet = ipv4({.protocol = 99, .flags_and_offset = 0x2000}, counting(8));
  EXPECT_TRUE(checksums_are_right(packet));
  EXPECT_TRUE(checksums_are_right(with_last_octet_changed(packet))) << "a part of a message has no checksum";
  packet[8] ^= 1;
  EXPECT_FALSE(checksums_are_right(packet));
}

TEST(ChecksumsAreRight, CKSUM_001_fragments_of_ipv6_have_none_of_their_own) {
  for (const Packet& fragment : fragments6(echo6(), 32)) {
    EXPECT_TRUE(checksums_are_right(fragment));
    EXPECT_TRUE(checksums_are_right(with_last_octet_changed(fragment)));
  }
}

TEST(ChecksumsAreRight, a_chain_of_headers_that_leads_nowhere_is_wrong) {
  const Packet whole = with_headers(echo6(), {destination("1e 08 0102030405060708")});
  EXPECT_TRUE(checksums_are_right(whole));
  for (const std::size_t size : {40U, 47U, 55U}) EXPECT_FALSE(checksums_are_right(cut_to(whole, size))) << size;
}

}  // namespace
}  // namespace tunstack::test::packets_test
