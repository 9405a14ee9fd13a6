#include "protocols/wire/ethernet.hpp"

#include "tests/support/frames.hpp"

namespace tunstack::test::ethernet_test {
namespace {

Packet copy_of(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

TEST(EthernetView, TUN_007_fields) {
  const Packet whole = frame(hex("01 02 03 04 05 06"), hex("0a 0b 0c 0d 0e 0f"), 0x86dd, counting(7));
  const auto view = EthernetView::parse(whole);
  ASSERT_TRUE(view);
  EXPECT_EQ(to_text(view->destination()), "01:02:03:04:05:06");
  EXPECT_EQ(to_text(view->source()), "0a:0b:0c:0d:0e:0f");
  EXPECT_EQ(view->type(), 0x86dd);
  EXPECT_EQ(copy_of(view->payload()), counting(7));
  EXPECT_EQ(copy_of(view->bytes()), whole);
}

TEST(EthernetView, TUN_007_sizes) {
  for (std::size_t size = 0; size < 14; ++size) {
    const auto view = EthernetView::parse(Packet(size));
    ASSERT_FALSE(view) << size;
    EXPECT_EQ(view.error(), Reason::frame_shorter_than_header);
  }
  const Packet header(14);
  ASSERT_TRUE(EthernetView::parse(header));
  EXPECT_TRUE(EthernetView::parse(header)->payload().empty());
}

TEST(EthernetHeader, TUN_007_written) {
  Packet written(14, 0xee);
  EthernetHeader{mac_address(peer_mac), mac_address(own_mac), 0x0806}.write(written);
  EXPECT_EQ(written, frame(peer_mac, own_mac, 0x0806, {}));
}

TEST(EthernetHeader, TUN_007_the_type_of_what_is_sent) {
  struct Row {
    Packet bytes;
    LinkPayload payload;
    std::uint16_t type;
  };
  for (const Row& row : {Row{echo4(), LinkPayload::ip, 0x0800}, Row{echo6(), LinkPayload::ip, 0x86dd},
                         Row{arp(), LinkPayload::arp, 0x0806}}) {
    const OutgoingPacket packet{.interface = InterfaceId{0},
                                .payload = row.payload,
                                .link_destination = mac_address(peer_mac),
                                .link_source = mac_address(own_mac),
                                .bytes = row.bytes};
    const EthernetHeader header = ethernet_header(packet);
    EXPECT_EQ(header.type, row.type);
    EXPECT_EQ(header.destination, mac_address(peer_mac));
    EXPECT_EQ(header.source, mac_address(own_mac));
  }
}

TEST(Outbox, TUN_010_where_a_packet_goes) {
  Outbox out(1024, 8);
  out.add(InterfaceId{0}, 100);
  out.add(InterfaceId{0}, 100);
  out.from(1)[0].address(mac_address(peer_mac), mac_address(own_mac), LinkPayload::arp);
  EXPECT_EQ(out.packets()[0].link_destination, MacAddress{});
  EXPECT_EQ(out.packets()[0].payload, LinkPayload::ip);
  EXPECT_EQ(out.packets()[1].link_destination, mac_address(peer_mac));
  EXPECT_EQ(out.packets()[1].payload, LinkPayload::arp);
}

TEST(Outbox, ND_NS_009_what_waits_is_taken_back) {
  Outbox out(1024, 8);
  const auto first = out.add(InterfaceId{0}, 100);
  const auto second = out.add(InterfaceId{0}, 50);
  out.from(1)[0].address(mac_address(peer_mac), mac_address(own_mac), LinkPayload::arp);
  out.add(InterfaceId{0}, 500);
  out.keep_only(3);
  EXPECT_EQ(out.packets().size(), 3U) << "nothing to take back";
  out.keep_only(1);
  ASSERT_EQ(out.packets().size(), 1U);
  EXPECT_EQ(out.packets()[0].bytes.data(), first.data());
  const auto again = out.add(InterfaceId{0}, 900);
  EXPECT_EQ(again.data(), second.data()) << "its room is used again";
  EXPECT_EQ(out.packets()[1].link_destination, MacAddress{}) << "and nothing of it is left";
  EXPECT_EQ(out.packets()[1].payload, LinkPayload::ip);
  out.keep_only(0);
  EXPECT_TRUE(out.packets().empty());
  EXPECT_EQ(out.add(InterfaceId{0}, 1024).size(), 1024U);
}

}  // namespace
}  // namespace tunstack::test::ethernet_test
