// Datagrams of our own that are larger than their link: cut as RFC 791 3.2 has it, or not sent at all.
#include <algorithm>
#include <set>

#include "tests/conformance/ipv4/ipv4_options.hpp"

namespace tunstack::test::ipv4_fragmentation_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

Host host_on(std::size_t mtu, std::initializer_list<std::string_view> settings = {}) {
  NodeConfig config = host_config();
  config.interfaces[0].mtu = mtu;
  for (const std::string_view setting : settings)
    EXPECT_FALSE(set_option(config.options, setting).has_value()) << setting;
  return Host(config);
}

std::size_t longest(const std::vector<Packet>& packets) {
  return std::ranges::max_element(packets, {}, &Packet::size)->size();
}

/// Checks that fragments carry the whole reply to an echo request.
void expect_reply(const std::vector<Packet>& fragments, const Packet& request) {
  const Packet message = put_together(fragments);
  ASSERT_EQ(message.size(), payload_of(request).size());
  EXPECT_EQ(plain_checksum(message), 0) << "checksum of the message";
  EXPECT_EQ(message[0], 0) << "echo reply";
  EXPECT_TRUE(from(message, 4) == from(payload_of(request), 4)) << "identifier, sequence number and data";
}

/// Data of which no two parts are alike, so that octets in the wrong place show.
Packet varied(std::size_t size) {
  Packet data(size);
  for (std::size_t i = 0; i < size; ++i) data[i] = static_cast<std::uint8_t>(i + i / 251 + i / 8191);
  return data;
}

std::vector<Packet> cut(const Ipv4Fields& ip, const Packet& payload, std::size_t step) {
  std::vector<Packet> fragments;
  for (std::size_t at = 0; at < payload.size(); at += step) {
    Ipv4Fields fields = ip;
    const std::size_t size = std::min(step, payload.size() - at);
    fields.flags_and_offset |= static_cast<unsigned>(at / 8) | (at + size < payload.size() ? 0x2000U : 0U);
    if (at > 0) fields.options = {};
    fragments.push_back(ipv4(fields, part(payload, at, size)));
  }
  return fragments;
}

/// What a host sends in the end in answer to all of `packets`.
std::vector<Packet> answers_to_last(Host& host, const std::vector<Packet>& packets) {
  for (std::size_t i = 0; i + 1 < packets.size(); ++i) EXPECT_THAT(host.send(packets[i]), IsEmpty()) << i;
  return host.send(packets.back());
}

// ---- where the cuts are ----

TEST(Ipv4Fragmentation, V4_TX_006_3000_octets_of_data_on_a_link_of_1500) {
  Host host;
  const Packet request = echo4({}, varied(3000));
  const auto fragments = host.send(request);
  ASSERT_THAT(fragments, SizeIs(3));
  EXPECT_EQ(part(fragments[0], 2, 2) + part(fragments[0], 6, 2), hex("05dc 2000"));
  EXPECT_EQ(part(fragments[1], 2, 2) + part(fragments[1], 6, 2), hex("05dc 20b9"));
  EXPECT_EQ(part(fragments[2], 2, 2) + part(fragments[2], 6, 2), hex("0044 0172"));
  expect_reply(fragments, request);
}

// ICMP4-ECHO-002, V4-TX-007: all data is returned, in no more fragments than it takes.
TEST(Ipv4Fragmentation, ICMP4_ECHO_002_all_sizes_on_all_links) {
  struct Row {
    std::size_t data;
    std::size_t fragments[4];  // on links of 68, 576, 1280 and 1500
  };
  constexpr std::size_t mtus[] = {68, 576, 1280, 1500};
  for (const Row& row : std::initializer_list<Row>{{0, {1, 1, 1, 1}},
                                                   {1, {1, 1, 1, 1}},
                                                   {55, {2, 1, 1, 1}},
                                                   {1472, {31, 3, 2, 1}},
                                                   {1473, {31, 3, 2, 2}},
                                                   {8999, {188, 17, 8, 7}},
                                                   {65507, {1365, 119, 53, 45}}})
    for (std::size_t i = 0; i < 4; ++i) {
      SCOPED_TRACE(std::to_string(row.data) + " octets on a link of " + std::to_string(mtus[i]));
      Host host = host_on(mtus[i]);
      const Packet request = echo4({}, varied(row.data));
      const auto fragments = host.send(request);
      ASSERT_THAT(fragments, SizeIs(row.fragments[i]));
      EXPECT_LE(longest(fragments), mtus[i]);
      expect_reply(fragments, request);
    }
}

TEST(Ipv4Fragmentation, V4_TX_007_3008_octets_on_a_link_of_1500) {
  Host host;
  EXPECT_THAT(host.send(echo4({}, varied(3000))), SizeIs(3));
}

// The last fragment need not end on 8 octets, so it may hold more than the others: 556 octets of a link of 576.
TEST(Ipv4Fragmentation, V4_TX_007_no_fragment_is_sent_that_could_be_saved) {
  Host host = host_on(576);
  for (const auto& [payload, count] : std::initializer_list<std::pair<std::size_t, std::size_t>>{
           {556, 1}, {557, 2}, {1104, 2}, {1108, 2}, {1109, 3}, {1660, 3}, {1661, 4}}) {
    const Packet request = echo4({}, varied(payload - 8));
    const auto fragments = host.send(request);
    ASSERT_THAT(fragments, SizeIs(count)) << payload << " octets";
    expect_reply(fragments, request);
  }
}

TEST(Ipv4Fragmentation, V4_TX_006_links_of_every_width) {
  const Packet request = echo4({}, varied(1000));
  for (std::size_t mtu = 68; mtu <= 1028; ++mtu) {
    SCOPED_TRACE("a link of " + std::to_string(mtu));
    Host host = host_on(mtu);
    const auto fragments = host.send(request);
    EXPECT_LE(longest(fragments), mtu);
    EXPECT_EQ(fragments.size() == 1, mtu == 1028);
    expect_reply(fragments, request);
  }
}

// V4-TX-001 to V4-TX-004: each fragment has the header of the datagram.
TEST(Ipv4Fragmentation, V4_TX_003_source_and_all_other_fields_are_in_every_fragment) {
  Host host({"ip4.ttl=77"});
  const auto fragments = host.send(echo4({.tos = 0xb8, .ttl = 3}, varied(5000)));
  ASSERT_THAT(fragments, SizeIs(4));
  for (const Packet& fragment : fragments) {
    EXPECT_EQ(fragment.at(1), 0xb8);
    EXPECT_EQ(fragment.at(8), 77);
    EXPECT_EQ(fragment.at(9), 1);
    EXPECT_EQ(source_of(fragment), "192.0.2.2");
    EXPECT_EQ(destination_of(fragment), "192.0.2.1");
    EXPECT_EQ(be16(fragment, 6) & 0x8000, 0) << "V4-TX-004";
  }
}

TEST(Ipv4Fragmentation, V4_TX_005_identifications_of_3000_cut_datagrams) {
  Host host = host_on(68);
  const Packet request = echo4({}, varied(56));
  std::set<unsigned> seen;
  for (int i = 0; i < 3000; ++i) {
    const auto fragments = host.send(request);
    ASSERT_THAT(fragments, SizeIs(2));
    seen.insert(be16(fragments[0], 4));
  }
  EXPECT_THAT(seen, SizeIs(3000));
}

// The checksum of UDP covers what all fragments carry together.
TEST(Ipv4Fragmentation, V4_TX_006_a_datagram_of_a_udp_service) {
  Host host({"udp.echo=on"});
  const auto fragments = host.send(udp4({}, 7, varied(4000)));
  ASSERT_THAT(fragments, SizeIs(3));
  const Ipv4Fields back{.source = "192.0.2.2", .destination = "192.0.2.1", .protocol = 17};
  EXPECT_TRUE(put_together(fragments) == udp(back, 7, 40000, varied(4000)));
}

// ---- do not fragment ----

TEST(Ipv4Fragmentation, ICMP4_ECHO_011_the_reply_has_DF_by_option_unless_it_is_cut) {
  for (const auto& [setting, flag] : std::initializer_list<std::pair<const char*, unsigned>>{
           {"icmp4.echo_df=on", 0x4000}, {"icmp4.echo_df=off", 0}}) {
    Host host({setting});
    const auto small = host.send(echo4({}, varied(1472)));
    ASSERT_THAT(small, SizeIs(1));
    EXPECT_EQ(be16(small[0], 6), flag) << setting;
    const Packet request = echo4({}, varied(1473));
    const auto fragments = host.send(request);
    ASSERT_THAT(fragments, SizeIs(2));
    expect_reply(fragments, request);
  }
}

TEST(Ipv4Fragmentation, ICMP4_ECHO_011_the_default_is_off) {
  Host host;
  EXPECT_EQ(be16(host.answer(echo4({.flags_and_offset = 0x4000})), 6), 0) << "DF of the request";
}

// With options in the reply 1472 octets of data are too many.
TEST(Ipv4Fragmentation, ICMP4_ECHO_011_options_count_for_the_size) {
  Host host({"icmp4.echo_df=on"});
  const Ipv4Fields recorded{.options = hex("07 07 04 00000000 00")};
  const auto whole = host.send(echo4(recorded, varied(1464)));
  ASSERT_THAT(whole, SizeIs(1));
  EXPECT_EQ(be16(whole[0], 6), 0x4000);
  const auto fragments = host.send(echo4(recorded, varied(1465)));
  ASSERT_THAT(fragments, SizeIs(2));
  EXPECT_EQ(be16(fragments[0], 6), 0x2000);
  EXPECT_EQ(be16(fragments[1], 6), 184) << "1472 octets, in units of 8";
}

TEST(Ipv4Fragmentation, V4_FRAG_021_DF_of_the_fragments_that_came_is_not_copied) {
  Host host({"icmp4.echo_df=on"});
  const Packet request = echo4({}, varied(3000));
  const auto fragments = answers_to_last(host, cut({.flags_and_offset = 0x4000}, payload_of(request), 1480));
  ASSERT_THAT(fragments, SizeIs(3));
  expect_reply(fragments, request);
}

// ---- there and back ----

TEST(Ipv4Fragmentation, ICMP4_ECHO_002_requests_that_come_in_fragments) {
  Host host;
  for (const std::size_t size : {1U, 55U, 1472U, 1473U, 8999U, 65507U}) {
    SCOPED_TRACE(size);
    const Packet request = echo4({}, varied(size));
    expect_reply(answers_to_last(host, cut({}, payload_of(request), 1480)), request);
  }
}

// V4-OPT-011, V4-TX-008: a record route comes and goes in the first fragment alone.
TEST(Ipv4Fragmentation, V4_OPT_011_the_options_of_the_first_fragment_count) {
  Host host;
  const Packet request = echo4({}, varied(3000));
  const Ipv4Fields first{.options = hex("07 0b 04 00000000 00000000 00")};
  const auto fragments = answers_to_last(host, cut(first, payload_of(request), 1400));
  ASSERT_THAT(fragments, SizeIs(3));
  EXPECT_EQ(options_of(fragments[0]), hex("07 0b 08 c0000202 00000000 00"));
  EXPECT_EQ(options_of(fragments[1]), Packet{});
  EXPECT_EQ(options_of(fragments[2]), Packet{});
  expect_reply(fragments, request);
}

TEST(Ipv4Fragmentation, V4_TX_008_a_source_route_is_in_every_fragment_and_a_record_in_the_first) {
  Host host;
  const Packet request =
      echo4({.options = hex("07 07 04 00000000 83 0b 0c 0a000001 0a000002 44 04 05 00 0000")}, varied(3000));
  const auto fragments = host.send(request);
  ASSERT_THAT(fragments, SizeIs(3));
  EXPECT_EQ(options_of(fragments[0]), hex("07 07 08 c0000202 83 0b 04 0a000001 c0000201 44 04 05 10 0000"));
  EXPECT_EQ(options_of(fragments[1]), hex("83 0b 04 0a000001 c0000201 00"));
  EXPECT_EQ(options_of(fragments[2]), hex("83 0b 04 0a000001 c0000201 00"));
  EXPECT_EQ(fragments[1].size(), 1496U) << "32 + 1464";
  expect_reply(fragments, request);
}

// The largest header on the narrowest link leaves room for 8 octets.
TEST(Ipv4Fragmentation, V4_TX_008_the_longest_options_on_the_narrowest_link) {
  Host host = host_on(68);
  const Packet request = echo4({.options = hex("83 27 28") + Packet(36, 10) + hex("00")}, varied(100));
  const auto fragments = host.send(request);
  ASSERT_THAT(fragments, SizeIs(14));
  for (const Packet& fragment : fragments)
    EXPECT_EQ(options_of(fragment), hex("83 27 04") + Packet(32, 10) + hex("c0000201 00"));
  expect_reply(fragments, request);
}

// ICMP4-ERR-011: an error quotes less instead.
TEST(Ipv4Fragmentation, ICMP4_ERR_011_errors_are_not_cut) {
  for (const std::size_t mtu : {68U, 100U, 575U, 576U, 1500U}) {
    Host host = host_on(mtu);
    const Packet request = udp4({}, 33434, varied(3000));
    const auto errors = host.send(request);
    ASSERT_THAT(errors, SizeIs(1));
    EXPECT_EQ(errors[0].size(), std::min<std::size_t>(mtu, 576));
    EXPECT_EQ(be16(errors[0], 6), 0);
    EXPECT_EQ(from(errors[0], 28), part(request, 0, errors[0].size() - 28));
  }
}

// ---- all or nothing ----

/// Answers `request` into an outbox that holds no more than `octets` and `packets`, one of them taken already.
/// Returns whether it was answered.
bool is_answered_in(Host& host, const Packet& request, std::size_t octets, std::size_t packets) {
  const Packet earlier = ipv4({}, icmpv4(0, 0, 0, counting(12)));
  Outbox out(octets, packets);
  std::ranges::copy(earlier, out.add(InterfaceId{0}, earlier.size()).begin());
  const std::uint64_t refused = host.count(Reason::outbox_full);
  const std::uint64_t sent = host.node().counters().packets_out;
  Outbox usual = host.replace_outbox(std::move(out));
  auto answers = host.send(request);
  host.replace_outbox(std::move(usual));
  EXPECT_EQ(answers.front(), earlier) << "the packet that was there before";
  answers.erase(answers.begin());
  EXPECT_EQ(host.node().counters().packets_out, sent + answers.size());
  EXPECT_EQ(host.count(Reason::outbox_full), refused + (answers.empty() ? 1 : 0));
  if (!answers.empty()) expect_reply(answers, request);
  return !answers.empty();
}

TEST(Ipv4Fragmentation, V4_TX_006_all_fragments_or_none_in_a_full_outbox) {
  Host host = host_on(576);
  const Packet request = echo4({}, varied(3000));
  std::size_t answered = 0;
  for (std::size_t octets = 48; octets <= 8048; octets += 16)
    answered += is_answered_in(host, request, octets, 100) ? 1U : 0U;
  EXPECT_GT(answered, 0U);
  EXPECT_FALSE(is_answered_in(host, request, 3000, 100));
  EXPECT_TRUE(is_answered_in(host, request, 8048, 100));
}

TEST(Ipv4Fragmentation, V4_TX_006_all_fragments_or_none_with_too_few_places) {
  Host host = host_on(576);
  const Packet request = echo4({}, varied(3000));  // 6 fragments
  for (std::size_t packets = 1; packets <= 6; ++packets)
    EXPECT_FALSE(is_answered_in(host, request, 65536, packets)) << packets;
  EXPECT_TRUE(is_answered_in(host, request, 65536, 8));
}

// 1365 fragments, and one datagram after the other as long as there is room.
TEST(Ipv4Fragmentation, ICMP4_ECHO_002_the_largest_datagram_fits_the_outbox_of_a_node) {
  Host host = host_on(68);
  const Packet request = echo4({}, varied(65507));
  const auto sent = packets_of(host.receive({request, request}));
  EXPECT_EQ(host.count(Reason::outbox_full), 1U) << "1365 of 2048 places are taken";
  expect_reply(sent, request);
}

}  // namespace
}  // namespace tunstack::test::ipv4_fragmentation_test
