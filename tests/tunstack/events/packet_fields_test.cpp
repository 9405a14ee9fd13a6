// The fields of packets that programs ask for.
#include "tunstack/events/packet_fields.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/support/host.hpp"
#include "tunstack/notation/packet_text.hpp"

namespace tunstack::test::packet_fields_test {
namespace {

using nlohmann::json;

json fields(const std::string& line) { return packet_fields(notation::parse_packet(line).value()); }

TEST(PacketFields, of_errors) {
  EXPECT_EQ(fields("192.0.2.1 > 192.0.2.2 ICMP destination unreachable, fragmentation needed, mtu 1300")["mtu"], 1300);
  EXPECT_EQ(fields("192.0.2.1 > 192.0.2.2 ICMP parameter problem, pointer 9")["pointer"], 9);
  EXPECT_EQ(fields("192.0.2.1 > 192.0.2.2 ICMP redirect for the host, gateway 192.0.2.9")["gateway"], "192.0.2.9");
  EXPECT_EQ(fields("2001:db8::1 > 2001:db8::2 ICMP6 packet too big, mtu 1280")["mtu"], 1280);
  EXPECT_EQ(
      fields("2001:db8::1 > 2001:db8::2 ICMP6 parameter problem, unrecognized next header, pointer 40")["pointer"], 40);
}

TEST(PacketFields, of_neighbor_discovery_and_transport) {
  EXPECT_EQ(fields("fe80::1 > ff02::1:ff00:2 ICMP6 neighbor solicitation of 2001:db8::2")["target"], "2001:db8::2");
  const json tcp = fields("192.0.2.1 > 192.0.2.2 TCP 4000 > 80, flags [S.]");
  EXPECT_EQ(tcp["source_port"], 4000);
  EXPECT_EQ(tcp["destination_port"], 80);
  EXPECT_EQ(tcp["tcp_flags"], 0x12);
  EXPECT_FALSE(tcp.contains("type"));
}

TEST(PacketFields, of_messages_by_the_words_that_are_printed) {
  const json advertisement = fields(
      "fe80::1 > ff02::1 ICMP6 router advertisement, managed, preference high, router lifetime 1800, retrans timer "
      "1000");
  EXPECT_EQ(advertisement["router_lifetime"], 1800);
  EXPECT_EQ(advertisement["retrans_timer"], 1000);
  EXPECT_EQ(advertisement["managed"], true);
  EXPECT_EQ(advertisement["other"], false);
  EXPECT_EQ(advertisement["preference"], "high");
  EXPECT_EQ(fields("192.0.2.1 > 224.0.0.9 IGMP report v2, group 224.0.0.9")["group"], "224.0.0.9");
  EXPECT_FALSE(fields("192.0.2.1 > 224.0.0.9 IGMP report v2, group 224.0.0.9").contains("code"));
  EXPECT_EQ(fields("fe80::1 > ff02::1 ICMP6 multicast listener query v2, max response 10000")["max_response"], 10000);
  EXPECT_EQ(fields("192.0.2.1 > 192.0.2.2 ICMP timestamp request, originate 4294967295")["originate"], 4294967295);
}

TEST(PacketFields, of_fragments) {
  const json first = fields("2001:db8::1 > 2001:db8::2 fragment, id 0x12, offset 0+, ICMP6 echo request, id 5, seq 6");
  EXPECT_EQ(first["ip_id"], 0x12);
  EXPECT_EQ(first["offset"], 0);
  EXPECT_EQ(first["mf"], true);
  EXPECT_EQ(first["seq"], 6);
  const json later = fields("2001:db8::1 > 2001:db8::2 HBH, fragment, id 0x12, offset 1480, length 8");
  EXPECT_EQ(later["offset"], 1480);
  EXPECT_EQ(later["protocol"], 58);
  EXPECT_FALSE(later.contains("type"));
}

TEST(PacketFields, of_what_is_cut_anywhere) {
  for (const Packet& packet : {echo4(), echo6(), udp4()})
    for (std::size_t size = 0; size < packet.size(); ++size) {
      const json cut = packet_fields(Bytes(packet).first(size));
      EXPECT_EQ(cut.empty(), size < (packet[0] >> 4 == 4 ? 20U : 40U)) << size;
    }
}

}  // namespace
}  // namespace tunstack::test::packet_fields_test
