// What strangers can make a host keep of IPv6 packets that never complete (V6-FRAG-016), and the largest that do.
#include "tests/conformance/ipv6/ipv6_line.hpp"

namespace tunstack::test::ipv6_reassembly_limit_test {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::SizeIs;

std::string host_number(unsigned number) { return "2001:db8:9::" + std::to_string(number); }

Packet first_of(std::string_view source, std::uint32_t identification) {
  return fragment6(echo6({.source = source}, noise(40)), 0, 24, identification);
}
Packet rest_of(std::string_view source, std::uint32_t identification) {
  return fragment6(echo6({.source = source}, noise(40)), 24, 48, identification);
}

// ---- the largest ----

/// The payload that fragments carry together, in the order of sending.
Packet data_of(const Packets& fragments) {
  Packet data;
  for (const Packet& fragment : fragments) data = data + from(fragment, 48);
  return data;
}

TEST(Ipv6ReassemblyLimit, V6_RX_017_large_echoes) {
  for (const std::size_t size : {1452U, 1500U, 9000U, 60000U, 65527U}) {
    Line6 line;
    const Packet data = noise(size);
    Packets parts = fragments6(echo6({}, data), 1448);
    if (size % 2 == 0) std::ranges::reverse(parts);
    const Packets sent = line.send(parts);
    const Ipv6Fields back{.source = "2001:db8::2", .destination = "2001:db8::1"};
    const Packet expected = icmpv6(back, 129, 0, 0x05010001, data);
    if (size == 1452)
      EXPECT_EQ(payload6(sent.at(0)), expected);
    else
      EXPECT_TRUE(data_of(sent) == expected) << size;
  }
}

TEST(Ipv6ReassemblyLimit, V6_RX_017_the_largest_packet_in_the_smallest_and_largest_fragments) {
  const Packet packet = udp6({}, 33434, noise(65527));
  for (const std::size_t size : {64U, 4096U, 65520U}) {
    Line6 line;
    expect_error6(line.send(fragments6(packet, size)), 1, 4, 0, packet);
  }
  Line6 line;
  const Packet whole = echo6({}, noise(1452));
  EXPECT_EQ(whole.size(), 1500U);
  EXPECT_THAT(line.send(whole), SizeIs(1)) << "as large as the link";
}

// ---- numbers ----

TEST(Ipv6ReassemblyLimit, V6_FRAG_016_the_oldest_packet_makes_room_without_an_error) {
  Line6 line({"ip6.frag.datagrams=8"});
  for (unsigned i = 0; i < 10; ++i) EXPECT_THAT(line.send(first_of(host_number(i), 1)), IsEmpty());
  EXPECT_EQ(line.count(Reason::fragment_datagram_evicted), 2U);
  for (unsigned i = 2; i < 10; ++i) EXPECT_THAT(line.send(rest_of(host_number(i), 1)), SizeIs(1)) << i;
  for (unsigned i = 0; i < 2; ++i) EXPECT_THAT(line.send(rest_of(host_number(i), 1)), IsEmpty()) << i;
  expect_alive(line);
}

TEST(Ipv6ReassemblyLimit, V6_FRAG_016_no_timeout_of_what_was_evicted) {
  Line6 line({"ip6.frag.datagrams=1"});
  line.send({first_of(host_number(1), 1), first_of(host_number(2), 1)});
  const Packets sent = line.wait(5min);
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(destination_of(sent[0]), host_number(2));
}

TEST(Ipv6ReassemblyLimit, V6_FRAG_016_64_packets_of_one_source) {
  Line6 line;
  line.send(first_of(host_number(1), 1));
  for (unsigned id = 0; id < 65; ++id) EXPECT_THAT(line.send(first_of(host_number(9), id)), IsEmpty());
  EXPECT_EQ(line.count(Reason::fragment_datagram_evicted), 1U);
  EXPECT_THAT(line.send(rest_of(host_number(1), 1)), SizeIs(1)) << "that of another source is older, and stays";
  for (unsigned id = 1; id < 65; ++id) EXPECT_THAT(line.send(rest_of(host_number(9), id)), SizeIs(1)) << id;
  EXPECT_THAT(line.send(rest_of(host_number(9), 0)), IsEmpty()) << "its own oldest made room";
}

TEST(Ipv6ReassemblyLimit, V6_FRAG_016_packets_of_one_source_are_an_option) {
  Line6 line({"ip6.frag.datagrams_of_source=2"});
  for (unsigned id = 0; id < 3; ++id) line.send(first_of(host_number(1), id));
  EXPECT_EQ(line.count(Reason::fragment_datagram_evicted), 1U);
  for (unsigned id = 1; id < 3; ++id) EXPECT_THAT(line.send(rest_of(host_number(1), id)), SizeIs(1)) << id;
}

TEST(Ipv6ReassemblyLimit, V6_FRAG_016_1024_packets) {
  Line6 line({"ip6.frag.memory=8192"});
  for (unsigned i = 0; i < 1024; ++i) line.send(first_of(host_number(i / 32), i % 32));
  EXPECT_EQ(line.count(Reason::fragment_datagram_evicted), 0U);
  line.send(first_of(host_number(99), 1));
  EXPECT_EQ(line.count(Reason::fragment_datagram_evicted), 1U);
  for (unsigned i = 1; i < 1024; ++i) ASSERT_THAT(line.send(rest_of(host_number(i / 32), i % 32)), SizeIs(1)) << i;
}

// What was refused keeps a place too, and may take that of another packet.
TEST(Ipv6ReassemblyLimit, V6_FRAG_016_a_refused_packet_takes_a_place) {
  Line6 line({"ip6.frag.datagrams=1"});
  const Packet lacks = fragment6(with_headers(udp6(), {long_destination(16)}), 0, 8);
  EXPECT_THAT(line.send(first_of(host_number(1), 1)), IsEmpty());
  EXPECT_THAT(line.send(lacks), SizeIs(1));
  EXPECT_EQ(line.count(Reason::fragment_datagram_evicted), 1U);
  EXPECT_THAT(line.send(rest_of(host_number(1), 1)), IsEmpty());
  EXPECT_EQ(line.count(Reason::fragment_datagram_evicted), 2U);
}

// ---- memory ----

/// The largest packet in fragments of 8000 octets: 32 blocks of 2048 octets and one for the headers.
Packets largest_of(std::string_view source, unsigned seed = 1) {
  return fragments6(udp6({.source = source}, 33434, noise(65527, seed)), 8000);
}

TEST(Ipv6ReassemblyLimit, V6_FRAG_016_memory_runs_out) {
  Line6 line({"ip6.frag.memory=256"});
  for (unsigned i = 1; i <= 5; ++i) {
    Packets parts = largest_of(host_number(i));
    parts.pop_back();
    EXPECT_THAT(line.send(parts), IsEmpty());
  }
  const std::uint64_t evicted = line.count(Reason::fragment_datagram_evicted);
  EXPECT_GE(evicted, 1U);
  EXPECT_LE(evicted, 2U);
  for (const unsigned i : {5U, 4U, 3U}) EXPECT_THAT(line.send(largest_of(host_number(i)).back()), SizeIs(1)) << i;
  EXPECT_THAT(line.send(largest_of(host_number(1)).back()), IsEmpty()) << "the oldest made room";
}

// What is complete, refused or over gives its memory back: much more than there is passes through.
TEST(Ipv6ReassemblyLimit, V6_FRAG_016_memory_comes_back) {
  Line6 line({"ip6.frag.memory=256", "icmp6.error_rate=0"});
  Packets nearly = largest_of(host_number(1));
  const Packet rest = nearly.back();
  nearly.pop_back();
  const Packet other = largest_of(host_number(1), 2).front();
  for (unsigned round = 0; round < 40; ++round) {
    EXPECT_THAT(line.send(nearly), IsEmpty());
    if (round % 3 != 1) {
      EXPECT_THAT(line.send(round % 3 == 0 ? rest : other), SizeIs(round % 3 == 0 ? 1 : 0)) << round;
    }
    EXPECT_THAT(line.wait(60s), SizeIs(round % 3 == 1 ? 1 : 0)) << round;
  }
  EXPECT_EQ(line.count(Reason::fragment_datagram_evicted), 0U);
}

// Memory and places are counted apart from those of IPv4.
TEST(Ipv6ReassemblyLimit, V6_FRAG_016_a_flood_of_one_family_leaves_the_other_alone) {
  const NodeConfig config =
      node_with({{"2001:db8::2/64", "192.0.2.2/24"}}, {"ip4.frag.datagrams=4", "ip6.frag.datagrams=4"});
  const Packet whole4 = icmpv4(8, 0, 1, noise(40));
  {
    Line6 line(config);
    EXPECT_THAT(line.send(fragment({}, whole4, 0, 24)), IsEmpty());
    for (unsigned i = 0; i < 100; ++i) line.send(first_of(host_number(i), i));
    EXPECT_THAT(line.send(fragment({}, whole4, 24, 48)), SizeIs(1));
  }
  Line6 line(config);
  EXPECT_THAT(line.send(first_of(host_number(1), 1)), IsEmpty());
  for (unsigned i = 0; i < 100; ++i) line.send(fragment({.identification = i}, whole4, 0, 24));
  EXPECT_THAT(line.send(rest_of(host_number(1), 1)), SizeIs(1));
}

// ---- robustness ----

// ROB-002: every truncation of a fragment, as cut on the way and with a right payload length.
TEST(Ipv6ReassemblyLimit, ROB_002_truncated_fragments) {
  const Packets parts = fragments6(with_headers(udp6({}, 33434, noise(60)), {destination("")}), 40);
  for (const Packet& whole : parts)
    for (std::size_t size = 0; size < whole.size(); ++size) {
      Line6 line;
      EXPECT_THAT(line.send(part(whole, 0, size)), IsEmpty()) << size;
      if (size < 40) continue;
      // Of a first fragment 64 octets are a whole chain of headers, and all but the last have 8 octets a unit.
      const bool has_more = (whole[43] & 1) != 0;
      const bool is_held = size >= (has_more ? 64 : 48) && (size % 8 == 0 || !has_more);
      const Packets sent = line.send(cut_to(whole, size));
      ASSERT_THAT(sent, SizeIs(size < 42 || is_held ? 0 : 1)) << size;
      for (const Packet& one : sent) EXPECT_EQ(icmp6_type(one), 4U) << size;
      expect_alive(line);
    }
}

// ROB-003: whatever comes of any fragment and of its time, it is not more than came in and the headers of an error.
TEST(Ipv6ReassemblyLimit, ROB_003_every_octet_of_a_fragment_header_set_to_any_value) {
  Line6 line({"icmp6.error_rate=0"});
  std::size_t in = 0, out = 0;
  const Packet whole = fragment6(udp6({}, 33434, noise(60)), 0, 40);
  for (std::size_t at = 40; at < 48; ++at)
    for (unsigned value = 0; value < 256; ++value) {
      Packet packet = whole;
      packet[at] = static_cast<std::uint8_t>(value);
      in += packet.size() + 48;
      for (const Packet& sent : line.send(packet)) out += sent.size();
      for (const Packet& sent : line.wait(1s)) out += sent.size();
    }
  for (const Packet& sent : line.wait(60s)) out += sent.size();
  EXPECT_LE(out, in);
  EXPECT_GE(line.count(Reason::fragment_timeout), 200U) << "many were held in vain";
  EXPECT_EQ(line.node().next_deadline(), Instant::max());
  expect_alive(line);
}

}  // namespace
}  // namespace tunstack::test::ipv6_reassembly_limit_test
