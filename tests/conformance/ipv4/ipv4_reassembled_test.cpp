// The reassembled datagram: whose header it has, what its ECN field is, and what an error about it quotes.
#include "tests/conformance/ipv4/fragments.hpp"

namespace tunstack::test::ipv4_reassembled_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

/// Keeps what was decided on other packets than fragments.
class Wholes final : public Observer {
 public:
  void decided(const Decision& decision) override {
    if (std::holds_alternative<Hold>(decision.verdict)) return;
    packets.emplace_back(decision.packet.begin(), decision.packet.end());
  }
  Packets packets;
};

const Packet record_route = hex("07 0b 04 00000000 00000000 00");      // of two places
const Packet recorded_by_host = hex("07 0b 08 c0000202 00000000 00");  // 192.0.2.2
const Packet timestamp = hex("44 0c 0d 01 c0000201 00000000");         // full: an address and a time

// ---- the header ----

TEST(Ipv4Reassembled, V4_FRAG_015_options_are_those_of_the_first_fragment) {
  const Packet payload = echo_request(noise(40));
  const struct {
    Packet first, later, answered;
    const char* what;
  } rows[] = {
      {record_route, {}, recorded_by_host, "only the first has options"},
      {record_route, timestamp, recorded_by_host, "the later one has others"},
      {{}, record_route, {}, "only the later one has options"},
  };
  for (const auto& row : rows)
    for (const bool later_comes_first : {false, true}) {
      FragmentLine line;
      Packets parts{fragment({.options = row.first}, payload, 0, 16),
                    fragment({.options = row.later}, payload, 16, 48)};
      if (later_comes_first) std::swap(parts[0], parts[1]);
      const Packets sent = line.send(parts);
      ASSERT_THAT(sent, SizeIs(1)) << row.what;
      const std::size_t header = 20 + row.answered.size();
      ASSERT_EQ((sent[0][0] & 0x0fU) * 4, header) << row.what;
      EXPECT_EQ(part(sent[0], 20, row.answered.size()), row.answered) << row.what;
      EXPECT_EQ(from(sent[0], header), echo_reply(noise(40))) << row.what;
    }
}

// RFC 791 3.2: total length, MF and offset are those of the whole; the rest is that of the first fragment.
TEST(Ipv4Reassembled, V4_FRAG_001_the_header_of_the_whole) {
  FragmentLine line;
  Wholes seen;
  line.observe(seen);
  const Packet payload = echo_request(noise(40));
  line.send({fragment({.tos = 0x20, .ttl = 9, .flags_and_offset = 0x4000}, payload, 16, 48),
             fragment({.tos = 0x48, .ttl = 7, .flags_and_offset = 0}, payload, 0, 16)});
  EXPECT_EQ(seen.packets, Packets{ipv4({.tos = 0x48, .ttl = 7}, payload)});
  line.send({fragment({.flags_and_offset = 0x4000, .options = record_route}, payload, 0, 16),
             fragment({.identification = 0x1234}, payload, 16, 48)});
  ASSERT_THAT(seen.packets, SizeIs(2));
  EXPECT_EQ(seen.packets[1], ipv4({.flags_and_offset = 0x4000, .options = record_route}, payload));
  line.stop_observing(seen);
}

// ---- ECN ----

constexpr unsigned not_ect = 0, ect1 = 1, ect0 = 2, ce = 3;

/// The TOS of the datagram that comes of fragments with these; nothing if it was dropped.
std::optional<unsigned> merged(const std::vector<unsigned>& tos) {
  FragmentLine line;
  Wholes seen;
  line.observe(seen);
  const Packet payload = echo_request(noise(8 * tos.size() - 8));
  Packets sent;
  for (std::size_t i = 0; i < tos.size(); ++i) sent = line.send(fragment({.tos = tos[i]}, payload, 8 * i, 8 * i + 8));
  line.stop_observing(seen);
  EXPECT_EQ(sent.size(), seen.packets.size());
  EXPECT_EQ(line.count(Reason::fragment_ecn_mixed), sent.empty() ? 1U : 0U);
  if (sent.empty()) return std::nullopt;
  EXPECT_EQ(from(sent[0], 20), echo_reply(noise(8 * tos.size() - 8)));
  return seen.packets[0].at(1);
}

TEST(Ipv4Reassembled, V4_FRAG_020_congestion_experienced_and_not_capable_do_not_mix) {
  const auto dropped = std::optional<unsigned>{};
  EXPECT_EQ(merged({ce, not_ect}), dropped);
  EXPECT_EQ(merged({not_ect, ce}), dropped);
  EXPECT_EQ(merged({ect0, ce, not_ect}), dropped);
  EXPECT_EQ(merged({not_ect, ect1, ect0, ce}), dropped);
  EXPECT_EQ(merged({0x88 | ce, 0x88 | not_ect}), dropped) << "whatever the rest of the TOS";
}

TEST(Ipv4Reassembled, V4_FRAG_020_one_mark_marks_the_whole) {
  for (const unsigned capable : {ect0, ect1, ce}) {
    EXPECT_EQ(merged({ce, capable}), ce);
    EXPECT_EQ(merged({capable, ce}), ce);
    EXPECT_EQ(merged({capable, capable, ce}), ce);
  }
  EXPECT_EQ(merged({0x88 | ect0, 0x20 | ce}), 0x88U | ce) << "the rest is that of the first fragment";
}

TEST(Ipv4Reassembled, V4_FRAG_020_without_a_mark_the_first_fragment_counts) {
  for (const unsigned first : {not_ect, ect0, ect1})
    for (const unsigned later : {not_ect, ect0, ect1}) EXPECT_EQ(merged({first, later}), first);
}

TEST(Ipv4Reassembled, V4_FRAG_020_a_mixed_datagram_is_given_up_for_good) {
  FragmentLine line;
  const Packet payload = echo_request(noise(40));
  EXPECT_THAT(line.send({fragment({.tos = ce}, payload, 0, 16), fragment({.tos = not_ect}, payload, 16, 48)}),
              IsEmpty());
  EXPECT_THAT(line.send(fragments({}, payload, 16)), IsEmpty());
  EXPECT_EQ(line.count(Reason::fragment_of_refused_datagram), 3U);
  EXPECT_THAT(line.wait(std::chrono::seconds(60)), IsEmpty());
}

// ---- errors about it ----

// RFC 791 3.2, RFC 792: the header of the first fragment as it arrived, then the data, here all of it.
TEST(Ipv4Reassembled, V4_FRAG_017_quote_has_the_header_of_the_first_fragment_and_the_ports) {
  const Packet datagram = udp(Ipv4Fields{}, 40000, 33434, noise(40));
  const Ipv4Fields ip{.protocol = 17, .tos = ect0, .ttl = 1};
  const Packet first = fragment(ip, datagram, 0, 16);
  const Packet second = fragment({.protocol = 17, .tos = ce, .ttl = 77}, datagram, 16, 48);
  for (const Packets& parts : {Packets{first, second}, Packets{second, first}}) {
    FragmentLine line;
    EXPECT_THAT(line.send(parts[0]), IsEmpty());
    expect_error(line.send(parts[1]), 3, 3, part(first, 0, 20) + datagram);
  }
}

TEST(Ipv4Reassembled, V4_FRAG_017_quote_goes_on_beyond_the_first_fragment) {
  const Packet datagram = udp(Ipv4Fields{}, 40000, 33434, noise(800));
  const Packet options(40, 1);
  for (const Packet& first_options : {Packet{}, options})
    for (const std::size_t cut : {8U, 400U, 800U}) {
      FragmentLine line;
      const Packet first = fragment({.protocol = 17, .options = first_options}, datagram, 0, cut);
      const Packet quote = part(first, 0, 20 + first_options.size()) + datagram;
      expect_error(line.send({fragment({.protocol = 17}, datagram, cut, 808), first}), 3, 3, part(quote, 0, 548));
    }
}

TEST(Ipv4Reassembled, V4_FRAG_017_the_short_quote) {
  FragmentLine line({"icmp4.quote=8"});
  const Packet datagram = udp(Ipv4Fields{}, 40000, 33434, noise(40));
  const Packet first = fragment({.protocol = 17, .options = record_route}, datagram, 0, 16);
  expect_error(line.send({first, fragment({.protocol = 17}, datagram, 16, 48)}), 3, 3, part(first, 0, 20 + 12 + 8));
}

// ICMP4-TE-003: a destination does not look at the TTL, so neither do errors about what came in fragments.
TEST(Ipv4Reassembled, ICMP4_TE_003_no_time_exceeded_for_fragments_with_ttl_0_or_1) {
  for (const unsigned ttl : {0U, 1U}) {
    FragmentLine line;
    const Packet datagram = udp(Ipv4Fields{}, 40000, 33434, noise(40));
    const Packet first = fragment({.protocol = 17, .ttl = ttl}, datagram, 0, 24);
    EXPECT_THAT(line.send(first), IsEmpty());
    expect_error(line.send(fragment({.protocol = 17, .ttl = ttl}, datagram, 24, 48)), 3, 3,
                 part(first, 0, 20) + datagram);
  }
}

// Unknown protocols are no matter of a single fragment: only the whole datagram is delivered or not.
TEST(Ipv4Reassembled, V4_FRAG_017_unknown_protocol_is_reported_once_and_for_the_whole) {
  FragmentLine line;
  const Packet payload = noise(40);
  const Packet first = fragment({.protocol = 99}, payload, 0, 16);
  EXPECT_THAT(line.send({first, fragment({.protocol = 99}, payload, 16, 32)}), IsEmpty());
  expect_error(line.send(fragment({.protocol = 99}, payload, 32, 40)), 3, 2, part(first, 0, 20) + payload);
}

// ICMP4-SUP-001, ICMP4-SUP-004, ICMP4-SUP-005: suppression asks about the whole as about any datagram.
TEST(Ipv4Reassembled, ICMP4_SUP_005_no_error_about_fragments_to_groups_and_errors) {
  const Packet datagram = udp(Ipv4Fields{}, 40000, 33434, noise(40));
  Packet without_checksum = datagram;
  set_be16(without_checksum, 6, 0);
  const struct {
    Ipv4Fields ip;
    Packet payload;
    Reason reason;
  } rows[] = {
      {{.destination = "192.0.2.255", .protocol = 17}, without_checksum, Reason::icmp4_destination_broadcast},
      {{.destination = "255.255.255.255", .protocol = 17}, without_checksum, Reason::icmp4_destination_broadcast},
      {{.destination = "224.0.0.1", .protocol = 17}, without_checksum, Reason::icmp4_destination_multicast},
  };
  for (const auto& row : rows) {
    FragmentLine line;
    EXPECT_THAT(line.send(fragments(row.ip, row.payload, 24)), IsEmpty());
    EXPECT_EQ(line.count(row.reason), 1U) << row.ip.destination;
    EXPECT_THAT(line.wait(std::chrono::minutes(5)), IsEmpty());
  }
  FragmentLine line;
  EXPECT_THAT(line.send(fragments({}, icmpv4(3, 3, 0, ipv4({.protocol = 17}, datagram)), 24)), IsEmpty());
  expect_alive(line);
}

// A mark of the link layer on any fragment is one of the whole (ICMP4-SUP-006).
TEST(Ipv4Reassembled, ICMP4_SUP_006_fragments_to_a_group_in_group_frames) {
  FragmentLine line({"icmp4.echo_broadcast=on"});
  const Packets parts = fragments({.destination = "192.0.2.255"}, echo_request(noise(40)), 24);
  EXPECT_THAT(line.send(parts[0]), IsEmpty());
  expect_message(line.send_in_group_frames({parts[1]}), echo_reply(noise(40)));
}

// ---- fragments but the first ----

// ICMP4-SUP-007: whatever is wrong with one. Options are judged in each fragment.
TEST(Ipv4Reassembled, V4_FRAG_016_a_later_fragment_causes_no_error) {
  const Packet bad_option = hex("07 02 00 00");
  const struct {
    Ipv4Fields ip;
    const char* what;
  } rows[] = {{{.protocol = 99, .flags_and_offset = 100}, "unknown protocol"},
              {{.protocol = 99, .flags_and_offset = 0x2000 | 100}, "unknown protocol, not the last"},
              {{.protocol = 17, .flags_and_offset = 1}, "UDP"},
              {{.flags_and_offset = 1, .options = bad_option}, "an option that is too short"},
              {{.flags_and_offset = 0x1fff, .options = bad_option}, "the same, at the largest offset"},
              {{.flags_and_offset = 8191}, "beyond the largest datagram"},
              {{.destination = "198.51.100.7", .flags_and_offset = 100}, "for somebody else"},
              {{.ttl = 0, .flags_and_offset = 100}, "TTL 0"}};
  for (const auto& row : rows) {
    FragmentLine line;
    EXPECT_THAT(line.send(ipv4(row.ip, noise(40))), IsEmpty()) << row.what;
    EXPECT_THAT(line.wait(std::chrono::minutes(5)), IsEmpty()) << row.what;
    expect_alive(line);
  }
}

TEST(Ipv4Reassembled, ICMP4_SUP_007_a_later_fragment_with_a_bad_option_is_silent_for_that_reason) {
  FragmentLine line;
  EXPECT_THAT(line.send(ipv4({.flags_and_offset = 1, .options = hex("07 02 00 00")}, noise(40))), IsEmpty());
  EXPECT_EQ(line.count(Reason::icmp4_not_first_fragment), 1U);
  EXPECT_EQ(line.node().next_deadline(), Instant::max()) << "and it joins no datagram";
}

TEST(Ipv4Reassembled, ICMP4_SUP_008_a_first_fragment_may_cause_an_error) {
  FragmentLine line;
  const Packet first = ipv4({.flags_and_offset = 0x2000, .options = hex("07 02 00 00")}, noise(40));
  const Packets sent = line.send(first);
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(icmp4_type(sent[0]), 12U);
  EXPECT_EQ(from(sent[0], 28), first) << "with MF, as it arrived";
}

}  // namespace
}  // namespace tunstack::test::ipv4_reassembled_test
