// Fragments of IPv6 as the reassembler gets them, and what it gives back.
#include "protocols/ip/ipv6_fragments.hpp"

#include <gtest/gtest.h>

#include "tests/support/ipv6_parts.hpp"

namespace tunstack::test::ipv6_fragments_test {
namespace {

Ipv6Arrival arrival_of(const Packet& packet) {
  Ipv6Arrival arrival{.ip = Ipv6View::parse(packet).value(), .octets_received = packet.size()};
  arrival.upper = ip::walk_chain(arrival, {}).reached;
  return arrival;
}

Packet copy(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

TEST(Ipv6Fragments, V6_FRAG_001_fragment_of_an_arrival) {
  const Packet packet = with_headers(echo6({.source = "2001:db8::9", .traffic_class = 0x4b}, counting(40)),
                                     {destination(""), fragment_header(24, true, 0x89abcdef)});
  Ipv6Arrival arrival = arrival_of(packet);
  arrival.interface = InterfaceId{2};
  arrival.link_layer_group = true;
  const ip::Fragment fragment = ip::fragment_of(arrival);
  EXPECT_EQ(fragment.key.source, *parse_address("2001:db8::9"));
  EXPECT_EQ(fragment.key.destination, *parse_address("2001:db8::2"));
  EXPECT_EQ(fragment.key.identification, 0x89abcdefU);
  EXPECT_EQ(unsigned{fragment.key.protocol}, 0U) << "no part of the key";
  EXPECT_EQ(fragment.offset, 24U);
  EXPECT_TRUE(fragment.more);
  EXPECT_EQ(unsigned{fragment.ecn}, 3U);
  EXPECT_EQ(copy(fragment.header), copy(Bytes(packet).first(56)));
  EXPECT_EQ(copy(fragment.data), copy(Bytes(packet).subspan(56)));
  EXPECT_EQ(fragment.interface, InterfaceId{2});
  EXPECT_TRUE(fragment.link_layer_group);
}

TEST(Ipv6Fragments, V6_FRAG_006_payload_reached) {
  const auto reached = [](const std::vector<Part>& parts, std::size_t size) {
    const Packet packet = with_headers(ipv6({}, Packet(size)), parts);
    return ip::Ipv6Fragment(arrival_of(packet)).payload_reached();
  };
  EXPECT_EQ(reached({fragment_header(0, true)}, 8), 8U);
  EXPECT_EQ(reached({fragment_header(65528, false)}, 7), 65535U);
  EXPECT_EQ(reached({hop_by_hop(""), fragment_header(65528, false)}, 7), 65543U);
}

TEST(Ipv6Fragments, V6_FRAG_008_octets_of_a_complete_upper_layer_header) {
  for (unsigned protocol = 0; protocol < 256; ++protocol) {
    const std::size_t expected = protocol == 58 || protocol == 17 ? 8 : protocol == 6 ? 20 : protocol == 59 ? 0 : 1;
    EXPECT_EQ(ip::least_upper_layer(static_cast<std::uint8_t>(protocol)), expected) << protocol;
  }
}

// Only 8 octets and multiples of them come in a fragment with others behind it; the rule counts octets all the same.
TEST(Ipv6Fragments, V6_FRAG_008_lacks_headers) {
  const struct {
    unsigned protocol;
    std::size_t least;
  } rows[] = {{58, 8}, {17, 8}, {6, 20}, {59, 0}, {200, 1}, {50, 1}, {51, 1}};
  for (const auto& row : rows)
    for (std::size_t size = 0; size <= 24; ++size) {
      const Packet packet =
          with_headers(ipv6({.next_header = row.protocol}, Packet(size)), {fragment_header(0, true), destination("")});
      EXPECT_EQ(ip::lacks_headers(packet), size < row.least) << row.protocol << ' ' << size;
    }
  const Packet packet = with_headers(echo6(), {fragment_header(0, true), long_destination(32)});
  for (std::size_t size = 48; size < 96; ++size)
    EXPECT_EQ(ip::lacks_headers(Bytes(packet).first(size)), size < 88) << size;
  std::vector<Part> searched(40, destination(""));
  searched[0] = fragment_header(0, true);
  EXPECT_TRUE(ip::lacks_headers(with_headers(ipv6({.next_header = 17}, Packet(7)), searched)));
  searched.push_back(destination(""));
  EXPECT_FALSE(ip::lacks_headers(with_headers(ipv6({.next_header = 17}, Packet(7)), searched))) << "nobody looks";
}

std::string judged(const Packet& packet) {
  const auto verdict = ip::judge_fragment(ip::Ipv6Fragment(arrival_of(packet)));
  if (!verdict) return "";
  const auto* const error = std::get_if<Error>(&*verdict);
  return std::string(info(reason_of(*verdict)).name) + (error ? " " + std::to_string(error->parameter) : "");
}

// V6-FRAG-005, V6-FRAG-006, V6-FRAG-007 in the order of RFC 8200 4.5.
TEST(Ipv6Fragments, V6_FRAG_005_the_first_thing_wrong_counts) {
  const Ipv6Fields udp_ip{.next_header = 17};
  EXPECT_EQ(judged(piece6(0, counting(16), true, udp_ip)), "");
  EXPECT_EQ(judged(piece6(8, counting(9), false, udp_ip)), "");
  EXPECT_EQ(judged(piece6(0, counting(9), true, udp_ip)), "ipv6_fragment_length_not_multiple_of_8 4");
  EXPECT_EQ(judged(piece6(65528, counting(9), true, udp_ip)), "ipv6_fragment_length_not_multiple_of_8 4");
  EXPECT_EQ(judged(piece6(65528, counting(8), true, udp_ip)), "ipv6_fragment_beyond_largest_packet 42");
  EXPECT_EQ(judged(with_headers(piece6(65528, counting(8), false), {destination("")})),
            "ipv6_fragment_beyond_largest_packet 50");
  EXPECT_EQ(judged(piece6(0, counting(7), true, udp_ip)), "ipv6_fragment_length_not_multiple_of_8 4");
  EXPECT_EQ(judged(piece6(0, counting(8), true, {.next_header = 6})), "ipv6_first_fragment_lacks_headers 0");
  EXPECT_EQ(judged(piece6(8, {}, false)), "fragment_without_data");
}

TEST(Ipv6Fragments, V6_FRAG_002_the_whole_packet) {
  const std::vector<std::vector<Part>> chains{
      {}, {hop_by_hop("")}, {destination("1e 00"), routing(0, 0, Packet(20))}, {atomic(9), destination("")}};
  for (const auto& before : chains) {
    std::vector<Part> parts = before;
    parts.push_back(fragment_header(0, true));
    Packet first = with_headers(udp6({.traffic_class = 0x48}, 7, counting(100)), parts);
    const std::size_t header_size = first.size() - 108;
    set_be16(first, 4, 99);  // that of the first fragment alone
    const Ipv6View whole = ip::make_whole<Ipv6View>({.bytes = first, .header_size = header_size});
    EXPECT_EQ(copy(whole.bytes()), with_headers(udp6({.traffic_class = 0x48}, 7, counting(100)), before));
  }
}

TEST(Ipv6Fragments, V6_FRAG_002_congestion_is_marked) {
  for (const unsigned traffic_class : {0x00U, 0x49U, 0xfeU}) {
    Packet bytes = with_headers(udp6({.traffic_class = traffic_class}), {fragment_header(0, true)});
    const Ipv6View whole =
        ip::make_whole<Ipv6View>({.bytes = bytes, .header_size = 48, .congestion_experienced = true});
    EXPECT_EQ(copy(whole.bytes()), udp6({.traffic_class = traffic_class | 3U}));
  }
}

}  // namespace
}  // namespace tunstack::test::ipv6_fragments_test
