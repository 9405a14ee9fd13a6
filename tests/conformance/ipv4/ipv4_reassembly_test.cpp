// Fragments become datagrams again (RFC 791 3.2, RFC 1122 3.3.2): which belong together, and what comes of them.
#include <algorithm>
#include <random>

#include "tests/conformance/ipv4/fragments.hpp"

namespace tunstack::test::ipv4_reassembly_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

/// Sends one after the other; nothing is sent until the last.
Packets send_until_whole(FragmentLine& line, const Packets& packets) {
  for (std::size_t i = 0; i + 1 < packets.size(); ++i)
    EXPECT_THAT(line.send(packets[i]), IsEmpty()) << "after fragment " << i;
  return line.send(packets.back());
}

// ---- which belong together ----

TEST(Ipv4Reassembly, V4_FRAG_001_all_orders_of_three) {
  const Packet data = noise(30);
  const Packets parts = fragments({}, echo_request(data), 16);
  ASSERT_THAT(parts, SizeIs(3));
  std::array<std::size_t, 3> order{0, 1, 2};
  do {
    FragmentLine line;
    expect_message(send_until_whole(line, {parts[order[0]], parts[order[1]], parts[order[2]]}), echo_reply(data));
    EXPECT_EQ(line.count(Reason::fragment_of_datagram), 3U);
  } while (std::ranges::next_permutation(order).found);
}

TEST(Ipv4Reassembly, V4_FRAG_001_random_orders_of_twenty) {
  std::mt19937 random(7);
  FragmentLine line;
  for (unsigned round = 0; round < 200; ++round) {
    const Packet data = noise(20 * 64 - 8 - round % 8, round);
    Packets parts = fragments({.identification = round}, echo_request(data), 64);
    ASSERT_THAT(parts, SizeIs(20));
    std::ranges::shuffle(parts, random);
    expect_message(send_until_whole(line, parts), echo_reply(data));
  }
  EXPECT_EQ(line.node().next_deadline(), Instant::max()) << "nothing is left behind";
}

// Fragments of all sizes at once, and blocks of memory filled across their borders.
TEST(Ipv4Reassembly, V4_FRAG_001_fragments_of_many_sizes) {
  std::mt19937 random(8);
  FragmentLine line;
  for (unsigned round = 0; round < 100; ++round) {
    const Packet data = noise(1 + random() % 1472, round);
    const Packet payload = echo_request(data);
    Packets parts;
    for (std::size_t begin = 0; begin < payload.size();) {
      const std::size_t end = std::min<std::size_t>(payload.size(), begin + 8 * (1 + random() % 40));
      parts.push_back(fragment({.identification = round}, payload, begin, end));
      begin = end;
    }
    std::ranges::shuffle(parts, random);
    expect_message(send_until_whole(line, parts), echo_reply(data));
  }
}

TEST(Ipv4Reassembly, V4_FRAG_001_all_parts_of_the_key_must_be_equal) {
  const NodeConfig config = node_with({{"192.0.2.2/24", "192.0.2.3/24"}});
  const Packet payload = echo_request(noise(24));
  const Packet first = fragment({}, payload, 0, 16);
  const struct {
    Ipv4Fields ip;
    const char* what;
  } rows[] = {{{.source = "192.0.2.7"}, "source"},
              {{.destination = "192.0.2.3"}, "destination"},
              {{.protocol = 17}, "protocol"},
              {{.identification = 0x1235}, "identification"},
              {{.identification = 0x3412}, "identification, the other octet order"}};
  for (const auto& row : rows) {
    FragmentLine line(config);
    EXPECT_THAT(line.send({first, fragment(row.ip, payload, 16, 32)}), IsEmpty()) << row.what;
    expect_message(line.send(fragment({}, payload, 16, 32)), echo_reply(noise(24)));
  }
}

TEST(Ipv4Reassembly, V4_FRAG_002_interleaved_with_equal_identification) {
  FragmentLine line(node_with({{"192.0.2.2/24", "192.0.2.3/24"}}));
  const Packets one = fragments({}, echo_request(noise(40, 1)), 16);
  const Packets other_source = fragments({.source = "192.0.2.7"}, echo_request(noise(40, 2)), 16);
  const Packets other_destination = fragments({.destination = "192.0.2.3"}, echo_request(noise(40, 3)), 16);
  for (std::size_t i = 0; i < 2; ++i)
    EXPECT_THAT(line.send({one[i], other_source[i], other_destination[i]}), IsEmpty());
  const Packets sent = line.send({one[2], other_source[2], other_destination[2]});
  ASSERT_THAT(sent, SizeIs(3));
  EXPECT_EQ(from(sent[0], 20), echo_reply(noise(40, 1)));
  EXPECT_EQ(destination_of(sent[0]), "192.0.2.1");
  EXPECT_EQ(from(sent[1], 20), echo_reply(noise(40, 2)));
  EXPECT_EQ(destination_of(sent[1]), "192.0.2.7");
  EXPECT_EQ(from(sent[2], 20), echo_reply(noise(40, 3)));
  EXPECT_EQ(source_of(sent[2]), "192.0.2.3");
}

TEST(Ipv4Reassembly, V4_FRAG_002_different_protocols) {
  FragmentLine line;
  const Packets icmp = fragments({}, echo_request(noise(24)), 16);
  const Packets udp_parts = fragments({.protocol = 17}, udp(Ipv4Fields{}, 40000, 33434, noise(24)), 16);
  EXPECT_THAT(line.send({icmp[0], udp_parts[0], icmp[1]}), SizeIs(1));
  const Packets error = line.send(udp_parts[1]);
  ASSERT_THAT(error, SizeIs(1));
  EXPECT_EQ(icmp4_type(error[0]), 3U);
}

// ---- sizes ----

// ICMP4-ECHO-002: the same octets come back, in fragments that fit the link.
TEST(Ipv4Reassembly, V4_FRAG_003_echoes_up_to_the_largest_datagram) {
  FragmentLine line;
  for (const std::size_t size : {1473U, 8999U, 65506U, 65507U}) {
    const Packet data = noise(size);
    const Packets sent = send_until_whole(line, fragments({}, echo_request(data), 1480));
    EXPECT_THAT(sent, SizeIs((8 + size + 1479) / 1480)) << size;
    EXPECT_EQ(from(joined(sent), 20), echo_reply(data)) << size;
  }
}

TEST(Ipv4Reassembly, V4_FRAG_003_the_largest_datagram_in_the_smallest_and_largest_fragments) {
  const Packet data = noise(65507);
  for (const std::size_t size : {8U, 4096U, 65504U}) {
    FragmentLine line;
    Packets parts = fragments({}, echo_request(data), size);
    std::ranges::reverse(parts);
    EXPECT_EQ(from(joined(send_until_whole(line, parts)), 20), echo_reply(data)) << size;
  }
}

TEST(Ipv4Reassembly, V4_FRAG_003_the_limit_is_configurable) {
  for (const std::size_t payload : {556U, 557U}) {
    FragmentLine line({"ip4.frag.largest=576"});
    const Packets sent = line.send(fragments({}, echo_request(noise(payload - 8)), 400));
    EXPECT_THAT(sent, SizeIs(payload == 556 ? 1 : 0)) << payload;
    EXPECT_EQ(line.count(Reason::fragment_beyond_largest_datagram), payload == 556 ? 0U : 1U);
    expect_alive(line);
  }
}

// Only the first fragment has the options, so no single fragment shows that the whole is larger.
TEST(Ipv4Reassembly, V4_FRAG_003_the_configured_limit_counts_the_options_of_the_first_fragment) {
  const Packet no_operations(40, 1);
  for (const std::size_t size : {516U, 517U}) {
    FragmentLine line({"ip4.frag.largest=576"});
    const Packet payload = echo_request(noise(size - 8));
    const Packets sent =
        line.send({fragment({.options = no_operations}, payload, 0, 400), fragment({}, payload, 400, size)});
    EXPECT_THAT(sent, SizeIs(size == 516 ? 1 : 0)) << size;
  }
}

TEST(Ipv4Reassembly, V4_FRAG_005_size_not_a_multiple_of_8) {
  const Packet payload = echo_request(noise(40));
  for (const std::size_t size : {9U, 15U, 20U, 23U}) {
    FragmentLine line;
    EXPECT_THAT(line.send(fragment({}, payload, 0, size)), IsEmpty());
    EXPECT_EQ(line.count(Reason::fragment_length_not_multiple_of_8), 1U) << size;
    EXPECT_EQ(line.node().next_deadline(), Instant::max()) << "it began no datagram";
    EXPECT_THAT(line.send(fragment({}, payload, size / 8 * 8, 48)), IsEmpty()) << "it is no part of one";
    expect_message(line.send(fragment({}, payload, 0, size / 8 * 8)), echo_reply(noise(40)));
  }
}

TEST(Ipv4Reassembly, V4_FRAG_005_fragments_without_data) {
  const Packet payload = echo_request(noise(40));
  for (const unsigned flags_and_offset : {0x2000U, 0x2002U, 0x0002U, 0x0006U, 0x3fffU, 0x1fffU}) {
    FragmentLine line;
    EXPECT_THAT(line.send(fragment({}, payload, 0, 16)), IsEmpty());
    EXPECT_THAT(line.send(ipv4({.flags_and_offset = flags_and_offset}, {})), IsEmpty());
    EXPECT_EQ(line.count(Reason::fragment_without_data), 1U) << std::hex << flags_and_offset;
    expect_message(line.send(fragment({}, payload, 16, 48)), echo_reply(noise(40)));
  }
}

// RFC 791 3.1: 65535 octets with the header are the most.
TEST(Ipv4Reassembly, V4_FRAG_006_the_last_octet_that_a_fragment_may_reach) {
  const Packet options(40, 1);
  const struct {
    Ipv4Fields ip;
    std::size_t size;
    bool held;
  } rows[] = {
      {{.flags_and_offset = 8189}, 1400, false},
      {{.flags_and_offset = 8189}, 3, true},
      {{.flags_and_offset = 8189}, 4, false},
      {{.flags_and_offset = 8191}, 1, false},
      {{.flags_and_offset = 0x2000 | 8188}, 8, true},
      {{.flags_and_offset = 0x2000 | 8189}, 8, false},
      {{.flags_and_offset = 0x3fff}, 8, false},
      {{.flags_and_offset = 8184, .options = options}, 3, true},
      {{.flags_and_offset = 8184, .options = options}, 4, false},
  };
  for (const auto& row : rows) {
    FragmentLine line;
    EXPECT_THAT(line.send(ipv4(row.ip, noise(row.size))), IsEmpty());
    EXPECT_EQ(line.count(Reason::fragment_of_datagram), row.held ? 1U : 0U) << row.ip.flags_and_offset;
    EXPECT_EQ(line.count(Reason::fragment_beyond_largest_datagram), row.held ? 0U : 1U) << row.ip.flags_and_offset;
    expect_alive(line);
  }
}

TEST(Ipv4Reassembly, V4_FRAG_006_ping_of_death) {
  FragmentLine line;
  Packets parts = fragments({}, echo_request(noise(65507)), 1480);
  parts.back() = ipv4({.flags_and_offset = be16(parts.back(), 6)}, noise(1400));
  EXPECT_THAT(line.send(parts), IsEmpty());
  EXPECT_EQ(line.count(Reason::fragment_beyond_largest_datagram), 1U);
  expect_alive(line);
}

// Each fragment fits with its own header; with the options of the first one the whole is too large.
TEST(Ipv4Reassembly, V4_FRAG_006_options_of_the_first_fragment_make_it_too_large) {
  const Packet no_operations(40, 1);
  for (const std::size_t size : {65475U, 65476U, 65515U}) {
    FragmentLine line;
    const Packet payload = echo_request(noise(size - 8));
    const Packets sent =
        line.send({fragment({.options = no_operations}, payload, 0, 800), fragment({}, payload, 800, size)});
    EXPECT_EQ(sent.empty(), size != 65475) << size;
    EXPECT_EQ(line.count(Reason::fragment_beyond_largest_datagram), size == 65475 ? 0U : 1U) << size;
    EXPECT_THAT(line.wait(std::chrono::seconds(60)), IsEmpty());
    expect_alive(line);
  }
}

// ---- what does not matter ----

TEST(Ipv4Reassembly, V4_FRAG_004_whole_datagrams_bypass_it) {
  FragmentLine line;
  const Packet payload = echo_request(noise(40));
  EXPECT_THAT(line.send(fragment({.identification = 9}, payload, 0, 24)), IsEmpty());
  expect_message(line.send(echo4({.identification = 9}, noise(20, 2))), echo_reply(noise(20, 2)));
  expect_message(line.send(fragment({.identification = 9}, payload, 24, 48)), echo_reply(noise(40)));
}

TEST(Ipv4Reassembly, V4_FRAG_012_duplicates_of_every_fragment) {
  const Packet data = noise(90);
  for (const char* policy : {"ip4.frag.overlap=drop", "ip4.frag.overlap=first", "ip4.frag.overlap=last"}) {
    FragmentLine line({policy});
    Packets twice;
    for (const Packet& part : fragments({}, echo_request(data), 16)) twice.insert(twice.end(), {part, part});
    expect_message(line.send(twice), echo_reply(data));
    EXPECT_EQ(line.count(Reason::fragment_duplicate), twice.size() / 2 - 1) << "the last one came too late for it";
  }
}

TEST(Ipv4Reassembly, V4_FRAG_012_duplicates_in_any_order) {
  std::mt19937 random(3);
  for (unsigned round = 0; round < 50; ++round) {
    FragmentLine line;
    const Packet data = noise(150, round);
    const Packets parts = fragments({}, echo_request(data), 16);
    Packets shuffled(parts.begin(), parts.end() - 1);
    shuffled.insert(shuffled.end(), parts.begin(), parts.end() - 1);
    std::ranges::shuffle(shuffled, random);
    shuffled.push_back(parts.back());
    expect_message(send_until_whole(line, shuffled), echo_reply(data));
  }
}

TEST(Ipv4Reassembly, V4_FRAG_019_ttl_does_not_matter) {
  const Packet payload = echo_request(noise(40));
  for (const unsigned first_ttl : {0U, 1U, 64U, 255U}) {
    FragmentLine line;
    expect_message(line.send({fragment({.ttl = first_ttl}, payload, 0, 16), fragment({.ttl = 1}, payload, 16, 32),
                              fragment({.ttl = 255}, payload, 32, 48)}),
                   echo_reply(noise(40)));
  }
}

TEST(Ipv4Reassembly, V4_FRAG_021_dont_fragment_does_not_matter) {
  const Packet payload = echo_request(noise(40));
  for (const unsigned first : {0U, 0x4000U})
    for (const unsigned second : {0U, 0x4000U}) {
      FragmentLine line;
      expect_message(line.send({fragment({.flags_and_offset = first}, payload, 0, 16),
                                fragment({.flags_and_offset = second}, payload, 16, 48)}),
                     echo_reply(noise(40)));
    }
}

// RFC 6864 4.1: the identification of an atomic datagram says nothing, even where fragments with it wait.
TEST(Ipv4Reassembly, V4_FRAG_022_atomic_datagrams_with_identification_0) {
  FragmentLine line;
  EXPECT_THAT(line.send(fragment({.identification = 0}, echo_request(noise(40)), 0, 16)), IsEmpty());
  for (int i = 0; i < 100; ++i)
    EXPECT_THAT(line.send(echo4({.identification = 0, .flags_and_offset = 0x4000})), SizeIs(1));
  expect_message(line.send(fragment({.identification = 0}, echo_request(noise(40)), 16, 48)), echo_reply(noise(40)));
}

// A broken fragment is none: the datagram waits for the right one.
TEST(Ipv4Reassembly, V4_FRAG_001_fragments_that_break_a_rule_of_reception_do_not_join) {
  FragmentLine line;
  const Packet payload = echo_request(noise(40));
  Packet wrong_checksum = fragment({}, payload, 16, 48);
  wrong_checksum[10] ^= 0xff;
  EXPECT_THAT(line.send({fragment({}, payload, 0, 16), wrong_checksum}), IsEmpty());
  EXPECT_THAT(line.send_in_group_frames({fragment({}, payload, 16, 48)}), IsEmpty());
  EXPECT_EQ(line.count(Reason::ipv4_unicast_in_link_layer_group), 1U);
  expect_message(line.send(fragment({}, payload, 16, 48)), echo_reply(noise(40)));
}

}  // namespace
}  // namespace tunstack::test::ipv4_reassembly_test
