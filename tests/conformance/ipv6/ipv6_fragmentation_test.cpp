// What the host sends and cuts itself (RFC 8200 4.5).
#include <set>

#include "tests/conformance/ipv6/ipv6_line.hpp"

namespace tunstack::test::ipv6_fragmentation_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

NodeConfig host_on(std::size_t mtu, std::initializer_list<std::string_view> settings = {}) {
  NodeConfig config = node_with({{"2001:db8::2/64"}}, settings);
  config.interfaces[0].mtu = mtu;
  return config;
}

/// The payload that fragments carry together, each checked by itself and against the first of them.
Packet put_together6(const Packets& fragments, std::size_t mtu) {
  Packet together;
  for (std::size_t i = 0; i < fragments.size(); ++i) {
    SCOPED_TRACE("fragment " + std::to_string(i));
    const Packet& fragment = fragments[i];
    const bool more = i + 1 < fragments.size();
    EXPECT_LE(fragment.size(), mtu);
    EXPECT_EQ(be16(fragment, 4), fragment.size() - 40) << "payload length";
    EXPECT_EQ(unsigned{fragment.at(6)}, 44U) << "a fragment header";
    EXPECT_EQ(be16(fragment, 42), together.size() | (more ? 1U : 0U)) << "offset, reserved bits and M";
    EXPECT_EQ(unsigned{fragment.at(41)}, 0U) << "V6-FRAG-014: the reserved octet";
    EXPECT_EQ(part(fragment, 0, 4), part(fragments[0], 0, 4)) << "version, traffic class and flow label";
    EXPECT_EQ(part(fragment, 7, 34), part(fragments[0], 7, 34)) << "hop limit, addresses, next header";
    EXPECT_EQ(part(fragment, 44, 4), part(fragments[0], 44, 4)) << "identification";
    EXPECT_GT(fragment.size(), 48U);
    EXPECT_TRUE(!more || fragment.size() % 8 == 0) << "a multiple of 8 octets";
    together = together + from(fragment, 48);
  }
  return together;
}

void expect_whole_reply(const Packets& fragments, const Packet& data, std::size_t mtu) {
  ASSERT_GE(fragments.size(), 2U);
  const Ipv6Fields back{.source = "2001:db8::2", .destination = "2001:db8::1"};
  EXPECT_TRUE(put_together6(fragments, mtu) == icmpv6(back, 129, 0, 0x05010001, data));
  EXPECT_EQ(unsigned{fragments[0].at(40)}, 58U) << "next header";
  EXPECT_EQ(source_of(fragments[0]), "2001:db8::2");
  EXPECT_EQ(destination_of(fragments[0]), "2001:db8::1");
  EXPECT_EQ(unsigned{fragments[0].at(7)}, 64U);
}

TEST(Ipv6Fragmentation, V6_TX_005_4000_octets_on_a_link_of_1500) {
  Line6 line;
  const Packets sent = line.send(echo6({}, noise(4000)));
  ASSERT_THAT(sent, SizeIs(3));
  EXPECT_EQ(part(sent[0], 4, 4) + part(sent[0], 40, 4), hex("05b0 2c40 3a00 0001"));
  EXPECT_EQ(part(sent[1], 4, 4) + part(sent[1], 40, 4), hex("05b0 2c40 3a00 05a9"));
  EXPECT_EQ(part(sent[2], 4, 4) + part(sent[2], 40, 4), hex("0460 2c40 3a00 0b50"));
  expect_whole_reply(sent, noise(4000), 1500);
}

TEST(Ipv6Fragmentation, V6_TX_005_in_no_more_fragments_than_it_takes) {
  const struct {
    std::size_t mtu, payload, fragments;
  } rows[] = {{1280, 1240, 1}, {1280, 1241, 2}, {1280, 2464, 2},   {1280, 2465, 3},  {1500, 1460, 1},
              {1500, 1461, 2}, {1500, 2900, 2}, {1500, 2901, 3},   {1500, 4348, 3},  {1500, 4349, 4},
              {9000, 8961, 2}, {1281, 1241, 1}, {1280, 65535, 54}, {1500, 65535, 46}};
  for (const auto& row : rows) {
    SCOPED_TRACE(std::to_string(row.payload) + " octets on a link of " + std::to_string(row.mtu));
    Line6 line(host_on(row.mtu));
    const Packet data = noise(row.payload - 8);
    const Packets sent = line.send(echo6({}, data));
    ASSERT_THAT(sent, SizeIs(row.fragments));
    if (row.fragments == 1)
      expect_echo_reply(sent, data);
    else
      expect_whole_reply(sent, data, row.mtu);
  }
}

TEST(Ipv6Fragmentation, V6_TX_006_nothing_above_the_mtu_of_the_link_on_links_of_all_widths) {
  const Packet data = noise(1500);
  for (std::size_t mtu = 1280; mtu <= 1548; ++mtu) {
    Line6 line(host_on(mtu));
    const Packets sent = line.send(echo6({}, data));
    if (mtu == 1548)
      expect_echo_reply(sent, data);
    else
      expect_whole_reply(sent, data, mtu);
  }
}

// V6-TX-005: the checksum of UDP covers what all fragments carry together.
TEST(Ipv6Fragmentation, V6_TX_005_a_datagram_of_a_udp_service) {
  Line6 line({"udp.echo=on"});
  const Packets sent = line.send(fragments6(udp6({}, 7, noise(4000)), 1448));
  ASSERT_THAT(sent, SizeIs(3));
  const Ipv6Fields back{.source = "2001:db8::2", .destination = "2001:db8::1", .next_header = 17};
  EXPECT_TRUE(put_together6(sent, 1500) == udp(back, 7, 40000, noise(4000)));
}

TEST(Ipv6Fragmentation, V6_TX_005_all_fields_of_the_header_are_in_every_fragment) {
  Line6 line({"ip6.hop_limit=77", "icmp6.reflect_flowlabel=on"});
  const Packets sent = line.send(echo6({.traffic_class = 0xb8, .flow_label = 0xabcde}, noise(4000)));
  ASSERT_THAT(sent, SizeIs(3));
  for (const Packet& fragment : sent) {
    EXPECT_EQ(be32(fragment, 0), 0x6b8abcdeU);
    EXPECT_EQ(unsigned{fragment.at(7)}, 77U);
  }
}

// What the host cuts it can put together.
TEST(Ipv6Fragmentation, V6_TX_005_a_reply_sent_back) {
  Line6 line({"udp.echo=on"});
  Packets parts = fragments6(udp6({}, 7, noise(4000)), 1448);
  for (int round = 0; round < 3; ++round) {
    const Packets sent = line.send(parts);
    ASSERT_THAT(sent, SizeIs(3));
    parts = sent;
    for (Packet& part : parts) std::swap_ranges(part.begin() + 8, part.begin() + 24, part.begin() + 24);
    std::swap_ranges(parts[0].begin() + 48, parts[0].begin() + 50, parts[0].begin() + 50);
  }
}

std::uint32_t identification_of(const Packets& sent) { return sent.empty() ? 0 : be32(sent[0], 44); }

// RFC 7739 5: neither equal, nor counted up, over the whole width of the field.
TEST(Ipv6Fragmentation, V6_TX_008_identifications_are_random) {
  Line6 line;
  std::set<std::uint32_t> seen, steps;
  std::uint32_t last = 0, ones = 0, zeros = 0;
  for (unsigned i = 0; i < 1000; ++i) {
    const std::string source = i % 2 == 0 ? "2001:db8::1" : "2001:db8::" + std::to_string(i + 10);
    const Packets sent = line.send(echo6({.source = source}, noise(1500)));
    ASSERT_THAT(sent, SizeIs(2));
    const std::uint32_t now = identification_of(sent);
    seen.insert(now);
    steps.insert(now - last);
    ones |= now;
    zeros |= ~now;
    last = now;
  }
  EXPECT_GE(seen.size(), 999U) << "of 1000 random numbers of 32 bits two may be equal, once in 8600 times";
  EXPECT_GE(steps.size(), 999U) << "no step is like another";
  EXPECT_EQ(ones, 0xffffffffU) << "every bit is used";
  EXPECT_EQ(zeros, 0xffffffffU);
}

// RFC 6437 3: 0 is the label of a flow that is not labelled, and nothing predictable is in its place.
TEST(Ipv6Fragmentation, V6_TX_008_flow_labels) {
  Line6 line;
  const Packets sent = line.send({echo6({.flow_label = 0x12345}), udp6({.flow_label = 0x12345})});
  EXPECT_THAT(sent, SizeIs(2));
  for (const Packet& one : sent) EXPECT_EQ(be32(one, 0) & 0xfffffU, 0U);
}

TEST(Ipv6Fragmentation, ROB_004_the_seed_decides_about_identifications) {
  NodeConfig config = host_on(1500);
  const auto identification = [&](std::uint64_t seed) {
    config.seed = seed;
    Line6 line(config);
    return identification_of(line.send(echo6({}, noise(1500))));
  };
  EXPECT_EQ(identification(1), identification(1));
  EXPECT_NE(identification(1), identification(2));
}

// V6-FRAG-013, RFC 8021: what fits has no fragment header, whatever somebody says about the path.
TEST(Ipv6Fragmentation, V6_FRAG_013_no_atomic_fragments) {
  Line6 line(host_on(1400));
  for (const std::size_t size : {0U, 1232U, 1352U}) expect_echo_reply(line.send(echo6({}, noise(size))), noise(size));
  expect_echo_reply(line.send(with_headers(echo6({}, noise(8)), {atomic()})), noise(8));
  for (const std::uint32_t mtu : {0U, 68U, 1000U, 1279U}) {
    const Packets large = line.send(echo6({}, noise(1352)));
    ASSERT_THAT(large, SizeIs(1));
    const Ipv6Fields router{.source = "2001:db8::99"};
    EXPECT_THAT(line.send(ipv6(router, icmpv6(router, 2, 0, mtu, part(large[0], 0, 1232)))), IsEmpty());
    for (const std::size_t size : {0U, 992U, 1352U}) expect_echo_reply(line.send(echo6({}, noise(size))), noise(size));
  }
  const Packets errors = line.send(udp6({}, 33434, noise(1300)));
  ASSERT_THAT(errors, SizeIs(1));
  EXPECT_EQ(unsigned{errors[0].at(6)}, 58U) << "an error is cut to size, not into fragments";
  EXPECT_EQ(errors[0].size(), 1280U);
}

TEST(Ipv6Fragmentation, V6_FRAG_014_reserved_fields_are_sent_as_0) {
  Line6 line;
  Packet request = with_headers(echo6({}, noise(4000)), {atomic()});
  request[41] = 0xff;
  request[43] |= 0x06;
  const Packets sent = line.send(request);
  ASSERT_THAT(sent, SizeIs(3));
  for (const Packet& fragment : sent) {
    ASSERT_EQ(unsigned{fragment.at(6)}, 44U);
    EXPECT_EQ(unsigned{fragment.at(41)}, 0U);
    EXPECT_EQ(unsigned{fragment.at(43)} & 0x06U, 0U);
  }
}

}  // namespace
}  // namespace tunstack::test::ipv6_fragmentation_test
