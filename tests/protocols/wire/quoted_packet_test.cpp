// Quoted packets: read as far as they are there, wherever they are cut and whatever they say of their length.
#include "protocols/wire/quoted_packet.hpp"

#include "protocols/wire/ports.hpp"
#include "tests/support/host.hpp"

namespace tunstack::test::quoted_packet_test {
namespace {

Packet bytes_of(Bytes bytes) { return {bytes.begin(), bytes.end()}; }
const Packet datagram =
    ipv4({.source = "192.0.2.2", .destination = "198.51.100.7", .protocol = 17, .tos = 0xb8, .ttl = 3}, counting(30));

TEST(QuotedIpv4, ICMP4_RX_003_a_fixed_header_at_least) {
  for (std::size_t size = 0; size < 20; ++size) EXPECT_FALSE(QuotedIpv4::parse(part(datagram, 0, size))) << size;
  const Packet header = part(datagram, 0, 20);
  const auto quoted = QuotedIpv4::parse(header);
  ASSERT_TRUE(quoted);
  EXPECT_EQ(to_text(quoted->source()), "192.0.2.2");
  EXPECT_EQ(to_text(quoted->destination()), "198.51.100.7");
  EXPECT_EQ(quoted->protocol(), 17);
  EXPECT_EQ(quoted->type_of_service(), 0xb8);
  EXPECT_EQ(quoted->ttl(), 3);
  EXPECT_EQ(quoted->identification(), 0x1234);
  EXPECT_EQ(quoted->total_length(), 50U) << "of the packet, not of what is quoted";
  EXPECT_TRUE(quoted->has_header());
  EXPECT_TRUE(quoted->payload().empty());
  EXPECT_FALSE(quoted->has_transport());
}

TEST(QuotedIpv4, ICMP4_RX_003_version_4_alone) {
  for (unsigned version = 0; version < 16; ++version) {
    Packet quote = datagram;
    quote[0] = static_cast<std::uint8_t>(version << 4 | 5);
    EXPECT_EQ(QuotedIpv4::parse(quote).has_value(), version == 4) << version;
  }
}

TEST(QuotedIpv4, ICMP4_RX_003_cut_anywhere) {
  for (std::size_t words = 0; words < 16; ++words) {
    const std::size_t header = words * 4;
    for (std::size_t size = 20; size <= 80; ++size) {
      Packet quote = counting(size);
      quote[0] = static_cast<std::uint8_t>(0x40 | words);
      const auto quoted = QuotedIpv4::of(quote);
      const bool whole = words >= 5 && header <= size;
      EXPECT_EQ(quoted.header_size(), header);
      EXPECT_EQ(quoted.has_header(), whole) << header << " of " << size;
      EXPECT_EQ(bytes_of(quoted.header()), whole ? part(quote, 0, header) : Packet{}) << header << " of " << size;
      EXPECT_EQ(bytes_of(quoted.payload()), whole ? from(quote, header) : Packet{}) << header << " of " << size;
      EXPECT_EQ(quoted.has_transport(), words >= 5 && size >= header + 8) << header << " of " << size;
    }
  }
}

// RFC 4884 pads quotes with zeros before extensions.
TEST(QuotedIpv4, ICMP4_RX_003_padding_is_no_part_of_the_packet) {
  struct Case {
    unsigned words, total;
    std::size_t size, without_padding;
  };
  for (const Case& c :
       {Case{5, 50, 128, 50}, Case{5, 50, 50, 50}, Case{5, 50, 49, 49}, Case{5, 20, 60, 20}, Case{5, 0, 60, 20},
        Case{15, 30, 70, 60}, Case{15, 30, 40, 40}, Case{0, 0, 60, 20}, Case{5, 65535, 60, 60}}) {
    Packet quote = counting(c.size);
    quote[0] = static_cast<std::uint8_t>(0x40 | c.words);
    set_be16(quote, 2, c.total);
    EXPECT_EQ(bytes_of(QuotedIpv4::of(quote).without_padding().bytes()), part(quote, 0, c.without_padding))
        << c.total << " of " << c.size;
    EXPECT_EQ(QuotedIpv4::of(quote).bytes().size(), c.size);
  }
}

TEST(QuotedIpv4, ICMP4_RX_003_fragments) {
  const auto field = [](unsigned flags_and_offset) {
    const Packet quote = ipv4({.flags_and_offset = flags_and_offset}, counting(8));
    const auto quoted = QuotedIpv4::of(quote);
    return std::tuple(quoted.dont_fragment(), quoted.more_fragments(), quoted.fragment_offset(), quoted.is_fragment());
  };
  EXPECT_EQ(field(0x4000), std::tuple(true, false, 0U, false));
  EXPECT_EQ(field(0x2000), std::tuple(false, true, 0U, true));
  EXPECT_EQ(field(0x1fff), std::tuple(false, false, 65528U, true));
  EXPECT_EQ(field(0x8000), std::tuple(false, false, 0U, false));
}

// ---- IPv6 ----

const Packet packet = ipv6({.source = "2001:db8::2",
                            .destination = "2001:db8:1::7",
                            .next_header = 17,
                            .traffic_class = 0xab,
                            .flow_label = 0x12345,
                            .hop_limit = 9},
                           counting(30));

TEST(QuotedIpv6, ICMP6_RX_003_a_header_at_least) {
  for (std::size_t size = 0; size < 40; ++size) EXPECT_FALSE(QuotedIpv6::parse(part(packet, 0, size))) << size;
  const Packet header = part(packet, 0, 40);
  const auto quoted = QuotedIpv6::parse(header);
  ASSERT_TRUE(quoted);
  EXPECT_EQ(to_text(quoted->source()), "2001:db8::2");
  EXPECT_EQ(to_text(quoted->destination()), "2001:db8:1::7");
  EXPECT_EQ(quoted->next_header(), 17);
  EXPECT_EQ(quoted->traffic_class(), 0xab);
  EXPECT_EQ(quoted->flow_label(), 0x12345U);
  EXPECT_EQ(quoted->hop_limit(), 9);
  EXPECT_EQ(quoted->total_length(), 70U);
  EXPECT_TRUE(quoted->payload().empty());
}

TEST(QuotedIpv6, ICMP6_RX_003_version_6_alone) {
  for (unsigned version = 0; version < 16; ++version) {
    Packet quote = packet;
    quote[0] = static_cast<std::uint8_t>(version << 4);
    EXPECT_EQ(QuotedIpv6::parse(quote).has_value(), version == 6) << version;
  }
}

TEST(QuotedIpv6, ICMP6_RX_003_without_padding) {
  struct Case {
    unsigned payload_length;
    std::size_t size, without_padding;
  };
  for (const Case& c :
       {Case{30, 128, 70}, Case{30, 70, 70}, Case{30, 69, 69}, Case{0, 60, 40}, Case{0, 40, 40}, Case{65535, 60, 60}}) {
    Packet quote = part(packet + Packet(100), 0, c.size);
    set_be16(quote, 4, c.payload_length);
    const auto quoted = QuotedIpv6::of(quote);
    EXPECT_EQ(bytes_of(quoted.without_padding().bytes()), part(quote, 0, c.without_padding)) << c.size;
    EXPECT_EQ(bytes_of(quoted.payload()), from(quote, 40)) << c.size;
  }
}

TEST(QuotedIpv6, ICMP6_RX_003_upper_layer_behind_extension_headers) {
  const Packet destination_options = hex("2c00 0104 0000 0000");
  const Packet fragment = hex("1100 0001 0000 0007");
  const Packet quote = ipv6({.next_header = 60}, destination_options + fragment + counting(8));
  const auto upper = QuotedIpv6::of(quote).upper_layer();
  ASSERT_TRUE(upper);
  EXPECT_EQ(upper->protocol, 17);
  EXPECT_EQ(upper->offset, 56U);
  for (std::size_t size = 40; size < 56; ++size)
    EXPECT_FALSE(QuotedIpv6::of(part(quote, 0, size)).upper_layer()) << size;
}

// ---- ports ----

TEST(Ports, ICMP4_RX_003_of_4_octets_at_least) {
  const Packet transport = hex("9c40 829a 00");
  for (std::size_t size = 0; size < 4; ++size) EXPECT_FALSE(find_ports(part(transport, 0, size))) << size;
  for (std::size_t size = 4; size <= 5; ++size) {
    const auto ports = find_ports(part(transport, 0, size));
    ASSERT_TRUE(ports) << size;
    EXPECT_EQ(ports->source, 40000);
    EXPECT_EQ(ports->destination, 33434);
  }
}

}  // namespace
}  // namespace tunstack::test::quoted_packet_test
