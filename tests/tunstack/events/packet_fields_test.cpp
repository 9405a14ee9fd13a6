// The fields of packets that programs ask for.
#include "tunstack/events/packet_fields.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <set>

#include "tests/support/host.hpp"
#include "tunstack/notation/packet_text.hpp"

namespace tunstack::test::packet_fields_test {
namespace {

using nlohmann::json;

/// As an object; each name stands in it once.
json fields_of(Bytes datagram) {
  JsonLine line;
  {
    JsonObject object(line);
    add_packet_fields(object, datagram);
  }
  std::set<std::string> names;
  return json::parse(line.begin(), line.end(), [&](int depth, json::parse_event_t event, json& value) {
    if (event == json::parse_event_t::key && depth == 1) {
      EXPECT_TRUE(names.insert(value).second) << value << " stands twice";
    }
    return true;
  });
}

json fields(const std::string& line) { return fields_of(notation::parse_packet(line).value()); }

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
      const json cut = fields_of(Bytes(packet).first(size));
      EXPECT_EQ(cut.empty(), size < (packet[0] >> 4 == 4 ? 20U : 40U)) << size;
    }
}

TEST(PacketFields, names_of_any_message_stand_once) {
  for (const auto& [header, type_at] : {std::pair{"192.0.2.1 > 192.0.2.2 protocol 1", 20},
                                        {"192.0.2.1 > 192.0.2.2 protocol 2", 20},
                                        {"2001:db8::1 > 2001:db8::2 next header 58", 40}})
    for (int type = 0; type < 256; ++type) {
      Packet packet = notation::parse_packet(header + (", body " + std::string(128, '0'))).value();
      packet[static_cast<std::size_t>(type_at)] = static_cast<std::uint8_t>(type);
      EXPECT_TRUE(fields_of(packet).contains("type")) << header << type;
    }
}

}  // namespace
}  // namespace tunstack::test::packet_fields_test
