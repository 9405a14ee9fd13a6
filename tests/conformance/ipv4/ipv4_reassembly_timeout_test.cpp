// How long fragments wait for the others, and who is told that they did not come (RFC 1122 3.3.2, RFC 792).
#include "tests/conformance/ipv4/fragments.hpp"

namespace tunstack::test::ipv4_reassembly_timeout_test {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::SizeIs;

const Packet data = noise(40);
const Packet payload = echo_request(data);  // 48 octets
const Packet first = fragment({}, payload, 0, 16);
const Packet middle = fragment({}, payload, 16, 32);
const Packet last = fragment({}, payload, 32, 48);

// ---- the timer ----

TEST(Ipv4ReassemblyTimeout, V4_FRAG_007_is_not_renewed_by_later_fragments) {
  FragmentLine line;
  EXPECT_THAT(line.send(first), IsEmpty());
  line.wait(50s);
  EXPECT_THAT(line.send(middle), IsEmpty());
  EXPECT_THAT(line.wait(11s), SizeIs(1)) << "the error, 60 s after the first";
  EXPECT_THAT(line.send(last), IsEmpty());
}

TEST(Ipv4ReassemblyTimeout, V4_FRAG_007_ends_exactly_at_its_time) {
  const struct {
    Duration wait;
    bool in_time;
  } rows[] = {{60s - 1ns, true}, {60s, false}, {60s + 1ns, false}};
  for (const auto& row : rows)
    for (const bool asleep : {false, true}) {
      FragmentLine line;
      EXPECT_THAT(line.send({last, middle}), IsEmpty());
      if (asleep)
        line.wait_asleep(row.wait);
      else
        EXPECT_THAT(line.wait(row.wait), IsEmpty());
      EXPECT_THAT(line.send(first), SizeIs(row.in_time ? 1 : 0)) << row.wait.count();
    }
}

TEST(Ipv4ReassemblyTimeout, V4_FRAG_007_value_of_the_option) {
  const struct {
    const char* setting;
    Duration timeout;
  } rows[] = {{"ip4.frag.timeout=1", 1s}, {"ip4.frag.timeout=120", 120s}, {"ip4.frag.timeout=60", 60s}};
  for (const auto& row : rows) {
    FragmentLine line({row.setting});
    EXPECT_THAT(line.send(first), IsEmpty());
    EXPECT_THAT(line.wait(row.timeout - 1ns), IsEmpty()) << row.setting;
    EXPECT_THAT(line.wait(1ns), SizeIs(1)) << row.setting;
  }
}

TEST(Ipv4ReassemblyTimeout, V4_FRAG_007_next_deadline) {
  FragmentLine line;
  EXPECT_EQ(line.node().next_deadline(), Instant::max()) << "nothing waits";
  line.wait(5s);
  line.send(middle);
  const Instant oldest = line.now() + 60s;
  EXPECT_EQ(line.node().next_deadline(), oldest);
  line.wait(7s);
  line.send({last, fragment({.identification = 2}, payload, 0, 16)});
  EXPECT_EQ(line.node().next_deadline(), oldest) << "that of the datagram that began first";
  EXPECT_THAT(line.send(first), SizeIs(1));
  EXPECT_EQ(line.node().next_deadline(), oldest + 7s) << "a complete datagram waits no longer";
  EXPECT_THAT(line.send(echo4()), SizeIs(1));
  EXPECT_EQ(line.node().next_deadline(), oldest + 7s);
  EXPECT_THAT(line.send({fragment({.identification = 2}, payload, 16, 48)}), SizeIs(1));
  EXPECT_EQ(line.node().next_deadline(), Instant::max());
}

// Before its time tick() does nothing; after it the same fragments are a new datagram.
TEST(Ipv4ReassemblyTimeout, V4_FRAG_007_tick_at_any_time) {
  FragmentLine line;
  line.wait_asleep(1h);
  EXPECT_THAT(line.tick(), IsEmpty());
  line.send(first);
  line.wait_asleep(60s - 1ns);
  EXPECT_THAT(line.tick(), IsEmpty());
  line.wait_asleep(1h);
  EXPECT_THAT(line.tick(), SizeIs(1)) << "late, but told";
  line.wait_asleep(1h);
  EXPECT_THAT(line.tick(), IsEmpty()) << "once";
  EXPECT_EQ(line.node().next_deadline(), Instant::max());
  EXPECT_THAT(line.send({middle, last}), IsEmpty());
  EXPECT_THAT(line.send(first), SizeIs(1));
}

TEST(Ipv4ReassemblyTimeout, V4_FRAG_007_identification_is_free_again) {
  FragmentLine line;
  EXPECT_THAT(line.send({first, middle}), IsEmpty());
  EXPECT_THAT(line.wait(60s), SizeIs(1));
  EXPECT_THAT(line.send({middle, last}), IsEmpty());
  expect_message(line.send(first), echo_reply(data));
}

// ---- the error ----

TEST(Ipv4ReassemblyTimeout, V4_FRAG_008_time_exceeded_quotes_the_first_fragment) {
  for (const Packets& arrived : {Packets{first}, Packets{first, middle}, Packets{last, first}, Packets{first, first}}) {
    FragmentLine line;
    EXPECT_THAT(line.send(arrived), IsEmpty());
    EXPECT_THAT(line.wait(60s - 1ns), IsEmpty());
    const Packets sent = line.wait(1ns);
    expect_error(sent, 11, 1, first);
    EXPECT_EQ(source_of(sent.at(0)), "192.0.2.2");
    EXPECT_EQ(destination_of(sent.at(0)), "192.0.2.1");
    EXPECT_EQ(line.count(Reason::fragment_timeout), 1U);
    EXPECT_EQ(line.count(Reason::fragment_timeout_without_first), 0U);
    EXPECT_THAT(line.wait(10min), IsEmpty()) << "once";
  }
}

TEST(Ipv4ReassemblyTimeout, V4_FRAG_008_quote_of_a_long_first_fragment) {
  const Packet options = hex("44 0c 0d 01 c0000201 00000000");
  for (const Packet& first_options : {Packet{}, options}) {
    FragmentLine line;
    const Packet longest = fragment({.tos = 0x48, .ttl = 3, .options = first_options}, noise(3000), 0, 1472);
    EXPECT_THAT(line.send(longest), IsEmpty());
    expect_error(line.wait(60s), 11, 1, part(longest, 0, 548));
  }
}

// Only the data of the first fragment is quoted, not what others brought behind it.
TEST(Ipv4ReassemblyTimeout, V4_FRAG_008_nothing_of_other_fragments_is_quoted) {
  FragmentLine line;
  const Packet begin = fragment({}, noise(3000), 0, 200);
  EXPECT_THAT(line.send({fragment({}, noise(3000), 200, 1000), begin}), IsEmpty());
  expect_error(line.wait(60s), 11, 1, begin);
}

TEST(Ipv4ReassemblyTimeout, V4_FRAG_008_each_datagram_has_its_error_at_its_time) {
  FragmentLine line;
  const Packet second = fragment({.source = "192.0.2.7", .protocol = 17, .identification = 2}, payload, 0, 24);
  line.send(first);
  line.wait(1s);
  line.send(second);
  expect_error(line.wait(59s), 11, 1, first);
  expect_error(line.wait(1s), 11, 1, second);
}

// Nobody called tick(): the next packet, of whatever kind, does, and is answered behind the error.
TEST(Ipv4ReassemblyTimeout, V4_FRAG_008_the_next_packet_makes_up_for_a_missed_tick) {
  FragmentLine line;
  line.send(first);
  line.wait_asleep(60s);
  const Packets sent = line.send(echo4());
  ASSERT_THAT(sent, SizeIs(2));
  EXPECT_EQ(icmp4_type(sent[0]), 11U);
  EXPECT_EQ(icmp4_type(sent[1]), 0U);
}

// ICMP4-RATE-001: they are errors like others.
TEST(Ipv4ReassemblyTimeout, V4_FRAG_008_rate_limited) {
  FragmentLine line;
  for (unsigned id = 0; id < 20; ++id) line.send(fragment({.identification = id}, payload, 0, 16));
  EXPECT_THAT(line.wait(60s), SizeIs(10));
  EXPECT_EQ(line.count(Reason::fragment_timeout), 20U);
}

TEST(Ipv4ReassemblyTimeout, V4_FRAG_009_silent_if_the_first_never_came) {
  for (const Packets& arrived : {Packets{middle}, Packets{last}, Packets{middle, last}}) {
    FragmentLine line;
    EXPECT_THAT(line.send(arrived), IsEmpty());
    EXPECT_THAT(line.wait(10min), IsEmpty());
    EXPECT_EQ(line.count(Reason::fragment_timeout_without_first), 1U);
    EXPECT_EQ(line.count(Reason::fragment_timeout), 0U);
    expect_alive(line);
  }
}

// ICMP4-SUP-001, ICMP4-SUP-004, ICMP4-SUP-005
TEST(Ipv4ReassemblyTimeout, V4_FRAG_010_silent_for_datagrams_to_groups_and_errors) {
  const struct {
    Ipv4Fields ip;
    Packet payload;
    Reason reason;
  } rows[] = {
      {{.destination = "224.0.0.1"}, payload, Reason::icmp4_destination_multicast},
      {{.destination = "192.0.2.255", .protocol = 17}, payload, Reason::icmp4_destination_broadcast},
      {{.destination = "255.255.255.255", .protocol = 17}, payload, Reason::icmp4_destination_broadcast},
      {{}, icmpv4(3, 3, 0, noise(40)), Reason::icmp4_about_icmp_error},
      {{}, icmpv4(11, 1, 0, noise(40)), Reason::icmp4_about_icmp_error},
      {{}, icmpv4(200, 0, 0, noise(40)), Reason::icmp4_about_icmp_of_unknown_type},
  };
  for (const auto& row : rows) {
    FragmentLine line;
    EXPECT_THAT(line.send(fragment(row.ip, row.payload, 0, 16)), IsEmpty());
    EXPECT_THAT(line.wait(10min), IsEmpty()) << row.ip.destination;
    EXPECT_EQ(line.count(Reason::fragment_timeout), 1U);
    EXPECT_EQ(line.count(row.reason), 1U) << info(row.reason).name;
  }
}

TEST(Ipv4ReassemblyTimeout, V4_FRAG_010_nothing_is_kept_of_sources_that_may_not_be_answered) {
  for (const char* source : {"0.0.0.0", "0.1.2.3", "127.0.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
                             "192.0.2.255", "192.0.2.0", "192.0.2.2"}) {
    FragmentLine line;
    EXPECT_THAT(line.send(fragment({.source = source}, payload, 0, 16)), IsEmpty());
    EXPECT_EQ(line.node().next_deadline(), Instant::max()) << source;
  }
}

// ICMP4-SUP-006: one fragment in a group frame is enough, whichever came first.
TEST(Ipv4ReassemblyTimeout, V4_FRAG_010_silent_for_group_frames) {
  FragmentLine line;
  EXPECT_THAT(line.send_in_group_frames({fragment({.destination = "224.0.0.1"}, payload, 0, 16)}), IsEmpty());
  EXPECT_THAT(line.send_in_group_frames({first}), IsEmpty());
  EXPECT_THAT(line.wait(10min), IsEmpty());
  EXPECT_EQ(line.count(Reason::fragment_timeout), 1U) << "of what may come to a group";
  EXPECT_EQ(line.count(Reason::ipv4_unicast_in_link_layer_group), 1U);
}

// Fragments for others are not kept, so nobody is told that some are missing.
TEST(Ipv4ReassemblyTimeout, ICMP4_TE_004_only_the_destination_sends_code_1) {
  for (const char* destination : {"192.0.2.77", "198.51.100.7", "239.1.2.3", "240.0.0.1"}) {
    FragmentLine line;
    EXPECT_THAT(line.send(fragment({.destination = destination}, payload, 0, 16)), IsEmpty());
    EXPECT_EQ(line.node().next_deadline(), Instant::max()) << destination;
    EXPECT_THAT(line.wait(10min), IsEmpty()) << destination;
  }
}

}  // namespace
}  // namespace tunstack::test::ipv4_reassembly_timeout_test
