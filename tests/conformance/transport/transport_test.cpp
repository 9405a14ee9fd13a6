// UDP and TCP to ports that nobody listens to.
#include "tests/conformance/node/interfaces.hpp"

namespace tunstack::test::transport_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

enum Flag : unsigned { fin = 1, syn = 2, rst = 4, psh = 8, ack = 16, urg = 32, ece = 64, cwr = 128 };

Packet tcp4(const TcpFields& fields, const Packet& data = {}, Ipv4Fields ip = {}) {
  ip.protocol = 6;
  return ipv4(ip, tcp(ip, fields, data));
}

Packet tcp6(const TcpFields& fields, const Packet& data = {}, Ipv6Fields ip = {}) {
  ip.next_header = 6;
  return ipv6(ip, tcp(ip, fields, data));
}

/// The same segment over both families, and the size of the IP header in front of it.
struct Twin {
  Packet packet;
  std::size_t header;
};
std::vector<Twin> twins(const TcpFields& fields, const Packet& data = {}) {
  return {{tcp4(fields, data), 20}, {tcp6(fields, data), 40}};
}

// ---- UDP ----

TEST(Udp, V4_RX_021_port_unreachable) {
  for (const unsigned port : {0U, 1U, 33434U, 65535U}) {
    Host host;
    const Packet packet = udp4({}, port);
    const Packet error = host.answer(packet);
    EXPECT_EQ(source_of(error), "192.0.2.2");
    EXPECT_EQ(destination_of(error), "192.0.2.1");
    EXPECT_EQ(icmp4_type(error), 3U);
    EXPECT_EQ(icmp4_code(error), 3U);
    EXPECT_EQ(be32(error, 24), 0U);
    EXPECT_EQ(from(error, 28), packet);
    EXPECT_EQ(host.count(Reason::udp4_port_closed), 1U);
  }
}

TEST(Udp, V6_RX_012_port_unreachable) {
  for (const unsigned port : {0U, 1U, 33434U, 65535U}) {
    Host host;
    const Packet packet = udp6({}, port);
    const Packet error = host.answer(packet);
    EXPECT_EQ(source_of(error), "2001:db8::2");
    EXPECT_EQ(destination_of(error), "2001:db8::1");
    EXPECT_EQ(icmp6_type(error), 1U);
    EXPECT_EQ(icmp6_code(error), 4U);
    EXPECT_EQ(be32(error, 44), 0U);
    EXPECT_EQ(from(error, 48), packet);
    EXPECT_EQ(host.count(Reason::udp6_port_closed), 1U);
  }
}

TEST(Udp, V4_RX_023_shorter_than_its_header) {
  Host host;
  for (std::size_t size = 0; size < 8; ++size) {
    EXPECT_SILENT(host, ipv4({.protocol = 17}, Packet(size)), Reason::udp_too_short);
    EXPECT_SILENT(host, ipv6({.next_header = 17}, Packet(size)), Reason::udp_too_short);
  }
}

// Without a checksum in IPv4, so that nothing but the length can be wrong.
TEST(Udp, V4_RX_023_lengths_that_cannot_be) {
  Host host;
  for (const unsigned length : {0U, 1U, 7U, 21U, 100U, 65535U}) {
    Packet datagram = udp(Ipv4Fields{}, 40000, 33434, counting(12));
    ASSERT_EQ(datagram.size(), 20U);
    set_be16(datagram, 4, length);
    set_be16(datagram, 6, 0);
    EXPECT_SILENT(host, ipv4({.protocol = 17}, datagram), Reason::udp_length_invalid);
    EXPECT_SILENT(host, ipv6({.next_header = 17}, datagram), Reason::udp_length_invalid);
  }
}

// The checksum covers what the UDP length says, so the octets behind it must not be summed.
TEST(Udp, V4_RX_023_octets_behind_the_length_are_ignored) {
  for (const std::size_t size : {0U, 1U, 12U}) {
    Host host;
    const Packet excess = hex("a5a5a5");
    const Packet packet4 = ipv4({.protocol = 17}, udp(Ipv4Fields{}, 40000, 33434, counting(size)) + excess);
    EXPECT_EQ(from(host.answer(packet4), 28), packet4) << "all that arrived is quoted";
    const Packet packet6 = ipv6({.next_header = 17}, udp(Ipv6Fields{}, 40000, 33434, counting(size)) + excess);
    EXPECT_EQ(from(host.answer(packet6), 48), packet6);
    EXPECT_EQ(host.count(Reason::udp4_port_closed) + host.count(Reason::udp6_port_closed), 2U);
  }
}

// ---- TCP ----

TEST(Tcp, V4_RX_022_a_reset_for_each_segment) {
  struct Case {
    std::string_view why;
    TcpFields segment;
    std::size_t data;
    std::uint32_t sequence;
    std::uint32_t acknowledgment;
    unsigned flags;
  };
  const auto segment = [](unsigned flags, std::uint32_t sequence, std::uint32_t acknowledgment = 0) {
    return TcpFields{.sequence = sequence, .acknowledgment = acknowledgment, .flags = flags};
  };
  const Case cases[] = {
      {"SYN counts as one", segment(syn, 1000), 0, 0, 1001, rst | ack},
      {"SYN and data", segment(syn, 1000), 5, 0, 1006, rst | ack},
      {"FIN counts as one", segment(fin, 1000), 0, 0, 1001, rst | ack},
      {"FIN and data", segment(fin, 1000), 10, 0, 1011, rst | ack},
      {"SYN, FIN and data", segment(syn | fin, 1000), 3, 0, 1005, rst | ack},
      {"data alone", segment(psh, 1000), 7, 0, 1007, rst | ack},
      {"no flag at all", segment(0, 1000), 0, 0, 1000, rst | ack},
      {"the acknowledgment field means nothing without ACK", segment(syn, 1000, 777), 0, 0, 1001, rst | ack},
      {"sequence numbers wrap", segment(syn, 0xffffffff), 0, 0, 0, rst | ack},
      {"sequence numbers wrap in data", segment(syn, 0xfffffffe), 9, 0, 8, rst | ack},
      {"SYN with ECN", segment(syn | ece | cwr, 1000), 0, 0, 1001, rst | ack},
      {"ACK tells the sequence number", segment(ack, 1000, 5000), 0, 5000, 0, rst},
      {"SYN and ACK", segment(syn | ack, 1000, 5000), 0, 5000, 0, rst},
      {"FIN, ACK and data", segment(fin | ack, 1000, 0xffffffff), 4, 0xffffffff, 0, rst},
      {"ACK of 0", segment(ack, 1000, 0), 0, 0, 0, rst},
  };
  for (const Case& c : cases)
    for (const Twin& twin : twins(c.segment, counting(c.data))) {
      SCOPED_TRACE(c.why);
      Host host;
      const Packet reset = from(host.answer(twin.packet), twin.header);
      ASSERT_EQ(reset.size(), 20U);
      EXPECT_EQ(be16(reset, 0), 81U);
      EXPECT_EQ(be16(reset, 2), 40000U);
      EXPECT_EQ(be32(reset, 4), c.sequence);
      EXPECT_EQ(be32(reset, 8), c.acknowledgment);
      EXPECT_EQ(be16(reset, 12), 0x5000 | c.flags);
      EXPECT_EQ(be16(reset, 14), 0U) << "window";
      EXPECT_EQ(be16(reset, 18), 0U) << "urgent pointer";
      EXPECT_EQ(host.count(Reason::tcp_port_closed), 1U);
    }
}

TEST(Tcp, V4_RX_022_the_reset_goes_back_from_the_address_that_was_asked) {
  Host host(node_with({{"192.0.2.2/24", "192.0.2.3/24", "2001:db8::3/64"}}));
  const Packet reset4 = host.answer(tcp4({}, {}, {.destination = "192.0.2.3"}));
  EXPECT_EQ(reset4[9], 6);
  EXPECT_EQ(source_of(reset4), "192.0.2.3");
  EXPECT_EQ(destination_of(reset4), "192.0.2.1");
  const Packet reset6 = host.answer(tcp6({}, {}, {.destination = "2001:db8::3"}));
  EXPECT_EQ(reset6[6], 6);
  EXPECT_EQ(source_of(reset6), "2001:db8::3");
  EXPECT_EQ(destination_of(reset6), "2001:db8::1");
}

// Options are header, not data: they do not count in the sequence.
TEST(Tcp, V4_RX_022_options_of_the_segment_do_not_count) {
  const Ipv4Fields ip{.protocol = 6};
  // The options are built as data; the offset takes up their size, and its change goes into the checksum.
  Packet segment = tcp(ip, {.flags = syn}, hex("020405b4") + counting(6));
  segment[12] = 6 << 4;
  set_be16(segment, 16, 0);
  const Packet pseudo_header = hex("c0000201 c0000202 0006 001e");
  set_be16(segment, 16, plain_checksum(pseudo_header + segment));
  Host host;
  EXPECT_EQ(be32(host.answer(ipv4(ip, segment)), 28), 1007U);
}

TEST(Tcp, V4_RX_022_no_reset_for_a_reset) {
  for (const unsigned flags : {0U + rst, rst | ack, rst | syn, rst | fin | ack})
    for (const Twin& twin : twins({.flags = flags}, counting(3))) {
      Host host;
      EXPECT_SILENT(host, twin.packet, Reason::tcp_reset_unanswered);
    }
}

TEST(Tcp, V4_RX_022_segments_of_bad_shape) {
  Host host;
  for (std::size_t size = 0; size < 20; ++size) {
    EXPECT_SILENT(host, ipv4({.protocol = 6}, Packet(size)), Reason::tcp_too_short);
    EXPECT_SILENT(host, ipv6({.next_header = 6}, Packet(size)), Reason::tcp_too_short);
  }
  for (const unsigned words : {0U, 4U, 7U, 15U})
    for (Twin twin : twins({}, counting(4))) {
      twin.packet[twin.header + 12] = static_cast<std::uint8_t>(words << 4);
      EXPECT_SILENT(host, twin.packet, Reason::tcp_data_offset_invalid);
    }
}

TEST(Tcp, V4_RX_022_wrong_checksum) {
  Host host;
  for (Twin twin : twins({}, counting(5))) {
    twin.packet[twin.header + 17] ^= 1;
    EXPECT_SILENT(host, twin.packet, Reason::tcp_checksum_wrong);
    twin.packet[twin.header + 16] = twin.packet[twin.header + 17] = 0;
    EXPECT_SILENT(host, twin.packet, Reason::tcp_checksum_wrong);
  }
}

// V4-RX-022: a checksum that comes out as 0 is sent as 0 and means itself, unlike that of UDP.
TEST(Tcp, V4_RX_022_a_checksum_of_0_is_a_checksum) {
  const Packet first = tcp4({}, Packet(2));
  const Packet packet = tcp4({}, part(first, 36, 2));
  ASSERT_EQ(be16(packet, 36), 0U);
  Host host;
  EXPECT_THAT(host.send(packet), SizeIs(1));
}

TEST(Tcp, V4_RX_022_segments_to_groups) {
  for (const std::string_view closed : {"tcp.closed=rst", "tcp.closed=port"}) {
    Host host({closed});
    for (const std::string_view group : {"255.255.255.255", "192.0.2.255", "224.0.0.1"})
      EXPECT_SILENT(host, tcp4({}, {}, {.destination = group}), Reason::tcp_to_group);
    for (const std::string_view group : {"ff02::1", "ff02::1:ff00:2"})
      EXPECT_SILENT(host, tcp6({}, {}, {.destination = group}), Reason::tcp_to_group);
  }
}

TEST(Tcp, V4_RX_022_port_unreachable_by_option) {
  Host host({"tcp.closed=port"});
  const Packet segment4 = tcp4({.flags = ack});
  const Packet error4 = host.answer(segment4);
  EXPECT_EQ(icmp4_type(error4), 3U);
  EXPECT_EQ(icmp4_code(error4), 3U);
  EXPECT_EQ(from(error4, 28), segment4);
  const Packet segment6 = tcp6({});
  const Packet error6 = host.answer(segment6);
  EXPECT_EQ(icmp6_type(error6), 1U);
  EXPECT_EQ(icmp6_code(error6), 4U);
  EXPECT_EQ(from(error6, 48), segment6);
  EXPECT_SILENT(host, tcp4({.flags = rst}), Reason::tcp_reset_unanswered);
}

TEST(Tcp, V4_RX_022_silence_by_option) {
  Host host({"tcp.closed=drop"});
  for (const unsigned flags : {0U + syn, 0U + ack, fin | ack})
    for (const Twin& twin : twins({.flags = flags})) EXPECT_SILENT(host, twin.packet, Reason::tcp_closed_ports_silent);
}

// ---- source routes ----

// V4-OPT-017: back by way of 198.51.100.1, where nobody mends the checksum, so it is the one for the end of the route
// (RFC 791 3.1, RFC 9293 3.1).
TEST(SourceRoute, V4_OPT_017_checksums_are_for_the_final_destination) {
  const Packet route = hex("83 07 08 c6336401 00");
  const Packet way_back = hex("83 07 04 c0000201 00");
  Host host({"udp.echo=on"});
  const Ipv4Fields back{.source = "192.0.2.2", .destination = "192.0.2.1"};
  const Packet reset = host.answer(tcp4({.flags = syn}, {}, {.options = route}));
  EXPECT_EQ(destination_of(reset), "198.51.100.1");
  EXPECT_EQ(part(reset, 20, 8), way_back);
  TcpFields fields{.source_port = 81, .destination_port = 40000, .sequence = 0, .acknowledgment = 1001};
  fields.flags = rst | ack;
  Packet segment = tcp(back, fields);
  set_be16(segment, 14, 0);
  set_be16(segment, 16, be16(segment, 16) + 1024U);  // the window is 0, not the 1024 of other segments here
  EXPECT_EQ(from(reset, 28), segment);
  const Packet echo = host.answer(udp4({.options = route}, 7));
  EXPECT_EQ(part(echo, 20, 8), way_back);
  EXPECT_EQ(from(echo, 28), udp(back, 7, 40000, counting(16)));
}

}  // namespace
}  // namespace tunstack::test::transport_test
