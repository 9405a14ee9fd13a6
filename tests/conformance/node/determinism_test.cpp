// One seed fixes everything: the same packets at the same times give the same octets. Lengths come from what
// arrived.
#include <random>
#include <set>

#include "tests/support/host.hpp"

namespace tunstack::test::determinism_test {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<Packet> packets_of_all_kinds() {
  const Packet echo = icmpv4(8, 0, 0x05010001, counting(2000));
  const Ipv4Fields tcp_4{.protocol = 6};
  const Ipv6Fields tcp_6{.next_header = 6};
  return {echo4(),
          echo6(),
          echo4({.tos = 0xb8, .ttl = 1}, counting(1400)),
          echo6({.source = "fe80::1", .destination = "ff02::1", .flow_label = 77}, counting(1)),
          echo4({.destination = "192.0.2.255"}),
          udp4({}, 33434, counting(900)),
          udp6({}, 33434, counting(1300)),
          udp4({.destination = "224.0.0.1"}),
          udp6({.destination = "ff02::1"}),
          ipv4({.protocol = 99}, counting(33)),
          ipv6({.next_header = 200}, counting(33)),
          ipv4(tcp_4, tcp(tcp_4, {}, counting(5))),
          ipv6(tcp_6, tcp(tcp_6, {.acknowledgment = 7, .flags = 0x10})),
          ipv4({}, icmpv4(3, 3, 0, udp4())),
          ipv6({}, icmpv6({}, 1, 4, 0, udp6())),
          echo4({.flags_and_offset = 0x2000}),
          echo4({.options = Packet(8, 1)}),
          echo4({.options = hex("07 0b 04 00000000 00000000 00")}),
          echo4({.options = hex("44 0c 05 01 00000000 00000000")}),
          echo4({.options = hex("83 0b 0c c6336401 c6336402 00")}),
          echo4({}, counting(3000)),
          ipv4({.identification = 9, .flags_and_offset = 0x2000}, part(echo, 0, 1000)),
          ipv4({.identification = 9, .flags_and_offset = 125}, from(echo, 1000)),
          ipv4({}, icmpv4(13, 0, 0x00050001, counting(12))),
          ipv4({}, icmpv4(17, 0, 0x00050001, counting(4))),
          ipv4({}, icmpv4(3, 4, 1300, echo4({.source = "192.0.2.2", .destination = "192.0.2.1"}, counting(1400))))};
}

/// A stream of packets with, mostly, some octets changed or the end cut off or lengthened.
class Mutations {
 public:
  Packet next() {
    static const std::vector<Packet> originals = packets_of_all_kinds();
    Packet packet = originals[below(originals.size())];
    for (std::size_t changes = below(3); changes > 0; --changes)
      packet[below(packet.size())] = static_cast<std::uint8_t>(below(256));
    if (below(8) == 0) packet.resize(below(packet.size() + 40));
    return packet;
  }
  Duration pause() { return std::chrono::microseconds(below(20'000)); }

 private:
  std::size_t below(std::size_t bound) { return engine_() % bound; }
  std::mt19937 engine_{4711};
};

using Answers = std::vector<std::vector<Packet>>;

Host host_with_seed(std::uint64_t seed) {
  NodeConfig config = host_config();
  config.seed = seed;
  return Host(config);
}

/// All answers to a few thousand mutated packets. `before` is called ahead of each.
template <class Before>
Answers run(std::uint64_t seed, const Before& before) {
  Host host = host_with_seed(seed);
  Mutations mutations;
  Answers answers;
  for (int i = 0; i < 5000; ++i) {
    const Packet packet = mutations.next();
    before(host, packet);
    answers.push_back(host.send(packet));
    host.wait(mutations.pause());
  }
  return answers;
}

Answers run(std::uint64_t seed) {
  return run(seed, [](const Host&, const Packet&) {});
}

/// Kind and reason.
std::pair<std::size_t, std::string_view> in_short(const Verdict& verdict) {
  return {verdict.index(), info(reason_of(verdict)).name};
}

std::size_t number_of(const Answers& answers) {
  std::size_t number = 0;
  for (const auto& packets : answers) number += packets.size();
  return number;
}

/// What is left of a packet without identification and header checksum.
Packet without_identification(Packet packet) {
  if (packet[0] >> 4 == 4) {
    set_be16(packet, 4, 0);
    set_be16(packet, 10, 0);
  }
  return packet;
}

TEST(Determinism, ROB_004_same_packets_and_seed_same_octets) {
  const Answers first = run(1);
  EXPECT_GT(number_of(first), 1000U) << "else there is little to compare";
  EXPECT_EQ(first, run(1));
}

TEST(Determinism, ROB_004_another_seed_gives_other_identifications) {
  Host one = host_with_seed(1);
  Host other = host_with_seed(2);
  for (const Packet& packet : {echo4(), udp4(), ipv4({.protocol = 99}, counting(8))}) {
    const Packet of_one = one.answer(packet);
    const Packet of_other = other.answer(packet);
    EXPECT_NE(be16(of_one, 4), be16(of_other, 4));
    EXPECT_EQ(without_identification(of_one), without_identification(of_other)) << "and nothing else differs";
  }
  EXPECT_EQ(one.answer(echo6()), other.answer(echo6())) << "IPv6 has no identification";
}

// ROB-004, V4-TX-005: a start and steps that cannot be guessed, and no short cycle.
TEST(Determinism, ROB_004_identifications_of_a_pair_do_not_repeat) {
  Host host;
  std::vector<bool> seen(65536);
  for (int i = 0; i < 32768; ++i) {
    const std::uint16_t identification = be16(host.answer(echo4()), 4);
    ASSERT_FALSE(seen[identification]) << "repeated after " << i;
    seen[identification] = true;
  }
}

// ROB-004: deciding changes nothing, so a decision asked for ahead of the packet makes no difference.
TEST(Determinism, ROB_004_asking_for_a_decision_changes_nothing) {
  const auto ask_twice = [](const Host& host, const Packet& packet) {
    EXPECT_EQ(in_short(host.decide(packet)), in_short(host.decide(packet)));
  };
  EXPECT_EQ(run(1), run(1, ask_twice));
}

/// What was decided about the packet that arrived last.
struct LastDecision final : Observer {
  void decided(const Decision& decision) override {
    if (decision.arrived) last = in_short(decision.verdict);
  }
  std::pair<std::size_t, std::string_view> last;
};

// STAT-001, ROB-004: there is one way to decide, whether or not somebody acts on it.
TEST(Determinism, ROB_004_what_is_decided_is_what_is_done) {
  Host host = host_with_seed(1);
  LastDecision done;
  host.observe(done);
  Mutations mutations;
  std::set<std::string_view> reasons;
  for (int i = 0; i < 5000; ++i) {
    const Packet packet = mutations.next();
    const auto decided = in_short(host.decide(packet));
    host.send(packet);
    ASSERT_EQ(decided, done.last) << i;
    reasons.insert(decided.second);
    host.wait(mutations.pause());
  }
  EXPECT_GE(reasons.size(), 25U) << "else there is little to compare";
}

// ---- lengths ----

/// A copy at the very end of its memory, so that the sanitizer sees any read beyond it.
Packet cut_to(const Packet& packet, std::size_t size) {
  Packet cut = part(packet, 0, size);
  cut.shrink_to_fit();
  return cut;
}

TEST(Determinism, ROB_002_no_truncation_of_a_packet_is_answered) {
  for (const Packet& packet : packets_of_all_kinds()) {
    Host host({"icmp4.error_rate=0", "icmp6.error_rate=0", "icmp4.echo_broadcast=on"});
    for (std::size_t size = 0; size < packet.size(); ++size)
      EXPECT_THAT(host.send(cut_to(packet, size)), IsEmpty()) << size << " of " << packet.size();
    EXPECT_EQ(host.count(Reason::empty_read), 1U);
  }
}

/// Sets the IP length field to what is there, so that only the upper layer can see that something is missing.
Packet with_matching_length(Packet packet) {
  if (packet[0] >> 4 == 4) {
    set_be16(packet, 2, static_cast<unsigned>(packet.size()));
    mend_header_checksum(packet);
  } else {
    set_be16(packet, 4, static_cast<unsigned>(packet.size() - 40));
  }
  return packet;
}

// The checksum or the length of the upper layer gives the truncation away; what has neither is an unknown protocol.
TEST(Determinism, ROB_002_nor_is_one_that_the_IP_header_hides) {
  const Ipv4Fields tcp_4{.protocol = 6};
  const Ipv6Fields tcp_6{.next_header = 6};
  const Packet ones(64, 0x01);  // no run of them sums up to 0 or 0xffff, whose loss a checksum cannot see
  for (const Packet& packet :
       {echo4({}, ones), echo4({.options = Packet(4, 1)}, ones), echo6({}, ones), udp4({}, 9, ones), udp6({}, 9, ones),
        ipv4({}, icmpv4(13, 0, 0x00050001, Packet(12, 1))), ipv4({}, icmpv4(17, 0, 0x00050001, Packet(4, 1))),
        ipv4(tcp_4, tcp(tcp_4, {}, ones)), ipv6(tcp_6, tcp(tcp_6, {}, ones))}) {
    Host host({"icmp4.error_rate=0", "icmp6.error_rate=0"});
    for (std::size_t size = packet[0] >> 4 == 4 ? (packet[0] & 0x0fU) * 4 : 40; size < packet.size(); ++size)
      EXPECT_THAT(host.send(with_matching_length(cut_to(packet, size))), IsEmpty()) << size << " of " << packet.size();
    EXPECT_THAT(host.send(packet), SizeIs(1)) << "the whole of it";
  }
}

}  // namespace
}  // namespace tunstack::test::determinism_test
