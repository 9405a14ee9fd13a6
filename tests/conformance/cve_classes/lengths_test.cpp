// Classes 1, 2, 3, 15 and 19 of the vulnerabilities of other stacks (docs/threat-model.md): lengths that lie, messages
// that are too short, types of the other family, buffers that are gone, frames that are cut.
#include "tests/conformance/cve_classes/hostile.hpp"

namespace tunstack::test::cve_lengths_test {
namespace {

using namespace cve_classes;
using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::SizeIs;

// ---- class 1: a length field beyond the buffer, or below a header ----

void mend_icmpv4(Packet& packet, std::size_t end) {
  set_be16(packet, 22, 0);
  set_be16(packet, 22, plain_checksum(part(packet, 20, end - 20)));
}
void mend_icmpv6(Packet& packet, std::size_t end) {
  set_be16(packet, 42, 0);
  const Packet pseudo = part(packet, 8, 32) + Packet{0, 0, 0, static_cast<std::uint8_t>(end - 40), 0, 0, 0, 58};
  set_be16(packet, 42, plain_checksum(pseudo + part(packet, 40, end - 40)));
}

TEST(CveClasses, class_01_ipv4_total_length_beyond_or_below_the_buffer_V4_RX_004_V4_RX_005) {
  Target target;
  const std::string before = target.knowledge();
  const Packet whole = echo4({}, counting(56));
  for (unsigned length = 0; length <= 65535; length += length < 200 ? 1 : 977) {
    SCOPED_TRACE("a total length of " + std::to_string(length));
    Packet packet = whole;
    set_be16(packet, 2, length);
    if (length >= 24 && length <= packet.size()) mend_icmpv4(packet, length);
    mend_header_checksum(packet);
    const Packets sent = target.attack(packet);
    if (length < 28 || length > packet.size()) {
      EXPECT_THAT(sent, IsEmpty());
      continue;
    }
    ASSERT_THAT(sent, SizeIs(1));
    EXPECT_EQ(from(sent[0], 24), part(packet, 24, length - 24)) << "neither more nor less than the header says";
  }
  EXPECT_EQ(target.knowledge(), before);
  target.serve_another();
}

TEST(CveClasses, class_01_ipv6_payload_length_beyond_or_below_the_buffer_V6_RX_001) {
  Target target;
  const std::string before = target.knowledge();
  const Packet whole = echo6({}, counting(56));
  for (unsigned length = 0; length <= 65535; length += length < 200 ? 1 : 977) {
    SCOPED_TRACE("a payload length of " + std::to_string(length));
    Packet packet = whole;
    set_be16(packet, 4, length);
    if (length >= 4 && length + 40 <= packet.size()) mend_icmpv6(packet, length + 40);
    const Packets sent = target.attack(packet);
    if (length < 8 || length + 40 > packet.size()) {
      EXPECT_THAT(sent, IsEmpty());
      continue;
    }
    ASSERT_THAT(sent, SizeIs(1));
    EXPECT_EQ(from(sent[0], 44), part(packet, 44, length - 4)) << "neither more nor less than the header says";
  }
  EXPECT_EQ(target.knowledge(), before);
  target.serve_another();
}

TEST(CveClasses, class_01_ipv4_header_length_beyond_the_datagram_V4_RX_003) {
  Target target;
  for (const std::size_t size : {20U, 24U, 28U, 40U, 59U, 60U, 84U})
    for (unsigned words = 0; words <= 15; ++words) {
      SCOPED_TRACE(std::to_string(words) + " words of " + std::to_string(size) + " octets");
      Packet packet = part(echo4({}, Packet(56, 1)), 0, size);
      packet[0] = static_cast<std::uint8_t>(0x40 | words);
      set_be16(packet, 2, static_cast<unsigned>(size));
      if (words >= 5 && words * 4 <= size) mend_header_checksum(packet);
      const Packets sent = target.attack(packet);
      if (words < 5 || words * 4 > size) {
        EXPECT_THAT(sent, IsEmpty());
      }
    }
  target.serve_another();
}

// UDP says its length a second time; what stands behind it is nobody's.
TEST(CveClasses, class_01_udp_length_against_that_of_ip_V4_RX_023) {
  Target target({"udp.echo=on"});
  for (unsigned length = 0; length <= 65535; length += length < 100 ? 1 : 499) {
    SCOPED_TRACE("a UDP length of " + std::to_string(length));
    const Ipv4Fields ip4{.protocol = 17};
    const Ipv6Fields ip6{.next_header = 17};
    const std::size_t data = length < 8 || length > 48 ? 40 : length - 8;
    Packet datagram4 = udp(ip4, 40000, 7, counting(data)) + Packet(40 - data, 0xee);
    Packet datagram6 = udp(ip6, 40000, 7, counting(data)) + Packet(40 - data, 0xee);
    for (Packet* const datagram : {&datagram4, &datagram6}) set_be16(*datagram, 4, length);
    set_be16(datagram4, 6, 0);  // no checksum, so that nothing else gives the length away
    for (const Packet& packet : {ipv4(ip4, datagram4), ipv6(ip6, datagram6)}) {
      const Packets sent = target.attack(packet);
      if (length < 8 || length > 48) {
        EXPECT_THAT(sent, IsEmpty());
        continue;
      }
      ASSERT_THAT(sent, SizeIs(1));
      EXPECT_EQ(from(sent[0], header_size(sent[0]) + 8), counting(data));
    }
  }
  target.serve_another();
}

TEST(CveClasses, class_01_tcp_data_offset_beyond_the_segment_V4_RX_022) {
  Target target;
  for (unsigned words = 0; words <= 15; ++words)
    for (const std::size_t data : {0U, 1U, 8U, 39U, 40U}) {
      SCOPED_TRACE(std::to_string(words) + " words of header, " + std::to_string(20 + data) + " octets");
      const Ipv4Fields ip4{.protocol = 6};
      const Ipv6Fields ip6{.next_header = 6};
      const auto offset = static_cast<std::uint8_t>(words << 4);
      Packet packet4 = ipv4(ip4, tcp(ip4, {}, Packet(data))), packet6 = ipv6(ip6, tcp(ip6, {}, Packet(data)));
      for (Packet* const packet : {&packet4, &packet6}) {
        const std::size_t tcp_at = header_size(*packet);
        const unsigned sum = be16(*packet, tcp_at + 16);
        const unsigned changed = sum + 0x5000 + 0xffff - offset * 256U;  // RFC 1624: HC' = HC - ~m - m'
        (*packet)[tcp_at + 12] = offset;
        set_be16(*packet, tcp_at + 16, (changed & 0xffff) + (changed >> 16));
        const Packets sent = target.attack(*packet);
        if (words < 5 || words * 4 > 20 + data) {
          EXPECT_THAT(sent, IsEmpty());
          continue;
        }
        ASSERT_THAT(sent, SizeIs(1));
        EXPECT_EQ(sent[0].size(), tcp_at + 20);
        EXPECT_EQ(be32(sent[0], tcp_at + 8), 1001 + 20 + data - words * 4) << "what the segment took of the sequence";
      }
    }
  target.serve_another();
}

TEST(CveClasses, class_01_arp_sizes_of_addresses_ARP_002) {
  SettledWire wire;
  const std::string before = knowledge_of(wire);
  for (unsigned hardware = 0; hardware <= 255; ++hardware)
    for (const unsigned protocol : {0U, 1U, 3U, 4U, 5U, 16U, 128U, 255U}) {
      if (hardware == 6 && protocol == 4) continue;
      SCOPED_TRACE(std::to_string(hardware) + " and " + std::to_string(protocol));
      EXPECT_THAT(wire.send(arp_request({.hardware_size = hardware, .protocol_size = protocol})), IsEmpty());
    }
  EXPECT_EQ(knowledge_of(wire), before);
  EXPECT_THAT(wire.send(arp_request()), SizeIs(1));
}

// ---- class 2: a message shorter than its fixed part ----

constexpr std::size_t longest_message = 64;

/// A query, the shortest that is one, and the type of its reply.
struct Query {
  unsigned type;
  std::size_t shortest;
  unsigned reply;
};

template <std::size_t count>
std::optional<Query> query_of(const std::array<Query, count>& queries, unsigned type) {
  const auto found = std::ranges::find(queries, type, &Query::type);
  return found == queries.end() ? std::nullopt : std::optional(*found);
}

/// Checks what a message of `size` octets was answered by.
void expect_reply_to(const std::optional<Query>& query, std::size_t size, const Packets& sent) {
  if (!query || size < query->shortest) {
    EXPECT_THAT(sent, IsEmpty());
    return;
  }
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(sent[0].at(header_size(sent[0])), query->reply);
}

TEST(CveClasses, class_02_icmpv4_messages_of_every_type_and_length_0_to_64_ICMP4_RX_001) {
  constexpr std::array queries{Query{8, 8, 0}, Query{13, 20, 14}, Query{15, 8, 16}, Query{17, 12, 18},
                               Query{42, 8, 43}};
  Target target({"icmp4.info_reply=on", "probe.enable=on"});
  const std::string before = target.knowledge();
  for (unsigned type = 0; type <= 255; ++type)
    for (std::size_t size = 0; size <= longest_message; ++size) {
      SCOPED_TRACE(std::to_string(type) + " of " + std::to_string(size) + " octets");
      Packet packet = ipv4({}, part(icmpv4(type, 0, 0, Packet(longest_message)), 0, size));
      if (size >= 4) mend_icmpv4(packet, packet.size());
      expect_reply_to(query_of(queries, type), size, target.attack(packet));
      target.wait(50ms);  // extended echo is limited
    }
  EXPECT_EQ(target.knowledge(), before);
  target.serve_another();
}

/// All lengths, bare and behind an atomic fragment header (RFC 6946), which no message of discovery may have
/// (RFC 6980). Where a target stands it is the host.
TEST(CveClasses, class_02_icmpv6_messages_of_every_type_and_length_0_to_64_bare_and_atomic_ICMP6_RX_004_V6_FRAG_017) {
  Target target({"probe.enable=on"});
  const std::string before = target.knowledge();
  const Ipv6Fields ip{.hop_limit = 255};
  for (unsigned type = 0; type <= 255; ++type)
    for (std::size_t size = 0; size <= longest_message; ++size) {
      SCOPED_TRACE(std::to_string(type) + " of " + std::to_string(size) + " octets");
      const Packet content = octets_of("2001:db8::2") + source_option(peer_mac) + Packet(longest_message);
      Packet packet = ipv6(ip, part(icmpv6(ip, type, 0, 0, content), 0, size));
      if (size >= 4) mend_icmpv6(packet, packet.size());
      constexpr std::array queries{Query{128, 8, 129}, Query{160, 8, 161}};
      const bool is_solicitation = type == 135 && (size == 24 || size == 32);
      const std::optional<Query> query = is_solicitation ? Query{135, 24, 136} : query_of(queries, type);
      expect_reply_to(query, size, target.attack(packet));
      expect_reply_to(query_of(queries, type), size, target.attack(with_headers(packet, {atomic()})));
      target.wait(100ms);
    }
  EXPECT_EQ(target.knowledge(), before);
  target.serve_another();
}

// What is quoted must be a header at least, and of a packet that was sent: less changes nothing.
TEST(CveClasses, class_02_errors_that_quote_less_than_a_header_PMTU4_006_PMTU6_004) {
  Host host;
  const Packet reply4 = host.answer(echo4({}, counting(1400)));
  const Packet reply6 = host.answer(echo6({}, counting(1450)));
  const std::string before = knowledge_of(host);
  for (std::size_t size = 0; size < 40; ++size) {
    SCOPED_TRACE(size);
    const Packet too_big4 = ipv4({}, icmpv4(3, 4, 1000, part(reply4, 0, std::min<std::size_t>(size, 27))));
    const Packet too_big6 = ipv6({}, icmpv6({}, 2, 0, 1280, part(reply6, 0, std::min<std::size_t>(size, 39))));
    for (const Packet& packet : {too_big4, too_big6, with_headers(too_big6, {atomic()})})
      EXPECT_THAT(host.send(packet), IsEmpty());
    EXPECT_EQ(knowledge_of(host), before);
  }
  host.send(ipv4({}, icmpv4(3, 4, 1000, part(reply4, 0, 28))));
  host.send(ipv6({}, icmpv6({}, 2, 0, 1280, part(reply6, 0, 48))));
  EXPECT_THAT(host.send(echo4({}, counting(1400))), SizeIs(2)) << "what quotes enough is believed";
  EXPECT_THAT(host.send(echo6({}, counting(1450))), SizeIs(2));
}

// ---- class 3: types of one family inside the other ----

TEST(CveClasses, class_03_types_of_icmpv6_in_icmpv4_ICMP4_RX_002) {
  Target target;
  const std::string before = target.knowledge();
  for (unsigned type = 128; type <= 255; ++type) {
    SCOPED_TRACE(type);
    const Packet body = octets_of("2001:db8::2") + source_option(peer_mac);
    for (const Packet& packet : {ipv4({.ttl = 255}, icmpv4(type, 0, 0, body)),      // as ICMPv4 would have it
                                 ipv4({.ttl = 255}, icmpv6({}, type, 0, 0, body)),  // with the checksum of ICMPv6
                                 ipv4({.destination = "224.0.0.1", .ttl = 255}, icmpv4(type, 0, 0, body))})
      EXPECT_THAT(target.attack(packet), IsEmpty());
  }
  EXPECT_EQ(target.knowledge(), before);
  target.serve_another();
}

TEST(CveClasses, class_03_types_of_icmpv4_in_icmpv6_ICMP6_RX_002) {
  Target target;
  const std::string before = target.knowledge();
  for (unsigned type = 0; type < 128; ++type) {
    SCOPED_TRACE(type);
    for (const Packet& packet :
         {ipv6({}, icmpv6({}, type, 0, 0x05010001, counting(56))), ipv6({}, icmpv4(type, 0, 0x05010001, counting(56)))})
      EXPECT_THAT(target.attack(packet), IsEmpty());
  }
  EXPECT_EQ(target.knowledge(), before);
  target.serve_another();
}

// The protocol of the other family is none: it is reported, whatever the type.
TEST(CveClasses, class_03_icmpv6_as_a_protocol_of_ipv4_and_icmpv4_of_ipv6_V4_RX_020_V6_RX_013) {
  Target target({"igmp.enable=on"});
  const std::string before = target.knowledge();
  for (unsigned type = 0; type <= 255; ++type) {
    SCOPED_TRACE(type);
    const Packet body = octets_of("2001:db8::2") + source_option(peer_mac);
    const Packets sent4 = target.attack(ipv4({.protocol = 58, .ttl = 255}, icmpv6({}, type, 0, 0, body)));
    ASSERT_THAT(sent4, SizeIs(1));
    EXPECT_EQ(icmp4_type(sent4[0]) * 256 + icmp4_code(sent4[0]), 0x302U);
    const Packets sent6 = target.attack(ipv6({.next_header = 1, .hop_limit = 255}, icmpv4(type, 0, 0, body)));
    ASSERT_THAT(sent6, SizeIs(1));
    EXPECT_EQ(icmp6_type(sent6[0]) * 256 + icmp6_code(sent6[0]), 0x401U);
    EXPECT_EQ(be32(sent6[0], 44), 6U) << "the next header";
  }
  EXPECT_EQ(target.knowledge(), before);
  target.serve_another();
}

TEST(CveClasses, class_03_frames_of_one_family_with_datagrams_of_the_other_TUN_007) {
  SettledWire wire;
  const std::string before = knowledge_of(wire);
  for (const unsigned type : {0x0800U, 0x0806U, 0x86ddU})
    for (const Packet& content : {echo4(), echo6(), solicitation({.destination = "2001:db8::2"}), arp()}) {
      const bool is_arp = content.at(0) == 0;
      if (type == (is_arp ? 0x0806U : type_of_datagram(content))) continue;
      EXPECT_THAT(wire.send(frame(own_mac, peer_mac, type, content)), IsEmpty()) << type;
    }
  EXPECT_EQ(knowledge_of(wire), before);
}

// ---- class 15: use after the packet is gone ----

/// Two nodes get the same; for one of them what came is written over as soon as receive() returns. Returns how much
/// they sent.
std::size_t sent_though_buffers_are_gone(const NodeConfig& config, const Packets& packets) {
  Driver kept(config), wiped(config);
  std::size_t count = 0;
  for (Packet packet : packets) {
    const Packets expected = packets_of(kept.receive({packet}));
    const auto sent = wiped.receive_unchecked(packet);
    std::ranges::fill(packet, 0xdd);
    EXPECT_EQ(sent.size(), expected.size());
    for (std::size_t i = 0; i < std::min(sent.size(), expected.size()); ++i)
      EXPECT_EQ(Packet(sent[i].bytes.begin(), sent[i].bytes.end()), expected[i]);
    count += sent.size();
  }
  return count;
}

TEST(CveClasses, class_15_answers_outlive_the_packet_ROB_001) {
  const Packet request4 = icmpv4(8, 0, 1, counting(3000)), request6 = icmpv6({}, 128, 0, 1, counting(3000));
  Packets packets{echo4(),
                  echo6(),
                  udp4({}, 7),
                  udp6({}, 7),
                  udp4(),
                  udp6(),
                  ipv4({.protocol = 99}, counting(600)),
                  echo4({.options = hex("07 07 04 00000000 00")})};
  for (std::size_t at = 0; at < request4.size(); at += 1000) {
    const std::size_t end = std::min(at + 1000, request4.size());
    const unsigned more = end < request4.size() ? 0x2000 : 0;
    packets.push_back(ipv4({.flags_and_offset = static_cast<unsigned>(at / 8) | more}, part(request4, at, end - at)));
    packets.push_back(fragment6(Ipv6Fields{}, request6, at, end));
  }
  EXPECT_EQ(sent_though_buffers_are_gone(target_config({"udp.echo=on"}), packets), 8 + 3 + 3U);
}

// What waits for a neighbor waits in memory of the node's own.
TEST(CveClasses, class_15_what_waits_for_a_neighbor_outlives_the_packet_ND_NS_009_ARP_006) {
  const Packets packets{framed(echo4({}, counting(3000 - 28))),
                        framed(echo4()),
                        framed(udp4()),
                        framed(echo6()),
                        framed(udp6()),
                        arp_reply(),
                        framed(answers("2001:db8::1", peer_mac))};
  EXPECT_EQ(sent_though_buffers_are_gone(ethernet_config(), packets), 2 + 5U + 2) << "questions and what waited";
}

// ---- class 19: frames that are cut, and tags ----

TEST(CveClasses, class_19_runts_of_0_to_60_octets_of_every_type_TUN_007) {
  SettledWire wire;
  const std::string before = knowledge_of(wire);
  for (const unsigned type : {0U, 4U, 1500U, 0x0800U, 0x0806U, 0x8100U, 0x86ddU, 0x88a8U, 0x9100U, 0xffffU})
    for (const int fill : {0x00, 0x01, 0x45, 0x60, 0xff})
      for (std::size_t size = 0; size <= 60; ++size) {
        Packet packet = frame(own_mac, peer_mac, type, Packet(46, static_cast<std::uint8_t>(fill)));
        packet.resize(size);
        EXPECT_THAT(wire.send(packet), IsEmpty()) << type << ", " << size << " octets of " << fill;
      }
  EXPECT_EQ(knowledge_of(wire), before);
  EXPECT_THAT(wire.send(arp_request()), SizeIs(1)) << "others are served";
}

TEST(CveClasses, class_19_good_frames_cut_at_every_octet_TUN_007) {
  for (const Packet& whole : {arp_request(), framed(echo4()), framed(echo6()), framed(solicitation())}) {
    SettledWire wire;
    const std::string before = knowledge_of(wire);
    for (std::size_t size = 0; size < whole.size(); ++size)
      EXPECT_THAT(wire.send(part(whole, 0, size)), IsEmpty()) << size << " of " << whole.size();
    EXPECT_EQ(knowledge_of(wire), before);
    EXPECT_THAT(wire.send(whole), SizeIs(1)) << "the whole of it";
  }
}

TEST(CveClasses, class_19_tags_of_vlans_of_14_to_17_octets_and_whole_TUN_007) {
  SettledWire wire;
  const std::string before = knowledge_of(wire);
  for (const unsigned tag : {0x8100U, 0x88a8U, 0x9100U})
    for (const Packet& whole : {arp_request(), framed(echo4()), framed(echo6()), framed(solicitation())})
      for (std::size_t tags = 1; tags <= 3; ++tags) {
        Packet tagged = part(whole, 0, 12);
        for (std::size_t i = 0; i < tags; ++i)
          tagged = tagged + Packet{static_cast<std::uint8_t>(tag >> 8), static_cast<std::uint8_t>(tag), 0, 1};
        tagged = tagged + from(whole, 12);
        for (std::size_t size = 14; size <= 14 + 4 * tags; ++size)
          EXPECT_THAT(wire.send(part(tagged, 0, size)), IsEmpty()) << size;
        EXPECT_THAT(wire.send(tagged), IsEmpty()) << tags << " tags";
      }
  EXPECT_EQ(knowledge_of(wire), before);
  EXPECT_THAT(wire.send(arp_request()), SizeIs(1));
}

}  // namespace
}  // namespace tunstack::test::cve_lengths_test
