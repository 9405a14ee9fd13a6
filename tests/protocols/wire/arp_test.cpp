#include "protocols/wire/arp.hpp"

#include "tests/support/frames.hpp"

namespace tunstack::test::arp_test {
namespace {

const Packet whole = arp({.operation = 2,
                          .sender_mac = hex("0a 0b 0c 0d 0e 0f"),
                          .sender = "192.0.2.1",
                          .target_mac = hex("01 02 03 04 05 06"),
                          .target = "198.51.100.7"});

TEST(ArpPacket, ARP_001_fields) {
  const auto packet = ArpPacket::parse(whole);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->operation, ArpOperation::reply);
  EXPECT_EQ(to_text(packet->sender_mac), "0a:0b:0c:0d:0e:0f");
  EXPECT_EQ(to_text(IpAddress(packet->sender)), "192.0.2.1");
  EXPECT_EQ(to_text(packet->target_mac), "01:02:03:04:05:06");
  EXPECT_EQ(to_text(IpAddress(packet->target)), "198.51.100.7");
}

// Octet by octet as RFC 826 has it.
TEST(ArpPacket, ARP_001_written) {
  EXPECT_EQ(whole, hex("0001 0800 06 04 0002 0a0b0c0d0e0f c0000201 010203040506 c6336407"));
  Packet written(28, 0xee);
  ArpPacket::parse(whole)->write(written);
  EXPECT_EQ(written, whole);
}

TEST(ArpPacket, ARP_002_every_octet_that_is_fixed) {
  for (std::size_t at = 0; at < 6; ++at)
    for (unsigned bit = 0; bit < 8; ++bit) {
      Packet changed = whole;
      changed[at] ^= static_cast<std::uint8_t>(1U << bit);
      const auto packet = ArpPacket::parse(changed);
      ASSERT_FALSE(packet) << at;
      EXPECT_EQ(packet.error(), Reason::arp_not_for_ethernet_and_ipv4);
    }
}

TEST(ArpPacket, ARP_002_sizes) {
  for (std::size_t size = 0; size < 28; ++size) {
    const auto packet = ArpPacket::parse(part(whole, 0, size));
    ASSERT_FALSE(packet) << size;
    EXPECT_EQ(packet.error(), Reason::arp_too_short);
  }
  EXPECT_TRUE(ArpPacket::parse(whole + Packet(18, 0xaa))) << "padding";
}

TEST(ArpPacket, ARP_017_any_operation_is_read) {
  for (const unsigned operation : {0U, 1U, 3U, 0x0102U, 0xffffU}) {
    const auto packet = ArpPacket::parse(arp({.operation = operation}));
    ASSERT_TRUE(packet);
    EXPECT_EQ(static_cast<unsigned>(packet->operation), operation);
  }
}

}  // namespace
}  // namespace tunstack::test::arp_test
