// What leaves a node tells nothing of its secrets, and what one peer sees tells nothing of the traffic of others.
#include <bitset>
#include <random>

#include "tests/conformance/icmp/reported_errors.hpp"
#include "tests/conformance/routers/router_wire.hpp"

namespace tunstack::test::secrecy_test {
namespace {

using testing::SizeIs;

constexpr std::size_t observed = 40'200;
using Bits = std::bitset<observed>;

/// The length of the shortest linear feedback shift register that makes the bits (Berlekamp and Massey, over GF(2)). Of
/// random bits it is half of their number; a generator of n bits of state that is linear never exceeds n, and is
/// solved.
std::size_t linear_complexity(const Bits& bits) {
  Bits feedback, previous, latest;  // bit i: of i steps ago
  feedback[0] = previous[0] = true;
  std::size_t length = 0;
  for (std::size_t n = 0; n < observed; ++n) {
    latest <<= 1;
    latest[0] = bits[n];
    previous <<= 1;
    if ((feedback & latest).count() % 2 == 0) continue;
    const Bits before = feedback;
    feedback ^= previous;
    if (2 * length > n) continue;
    length = n + 1 - length;
    previous = before;
  }
  return length;
}

constexpr std::size_t state_of_mt19937 = 19'937;

TEST(Secrecy, ROB_003_the_solver_solves_the_generator_of_old) {
  std::mt19937_64 engine(1);
  Bits bits;
  for (std::size_t i = 0; i < observed; ++i) bits[i] = (engine() & 1) != 0;
  EXPECT_EQ(linear_complexity(bits), state_of_mt19937);
}

// V6-TX-006, RFC 7739: each step from one identification to the next is a bit that a stranger gets for a ping.
TEST(Secrecy, V6_TX_006_identifications_of_fragments_do_not_give_the_generator_away) {
  Host host;
  const Packet request = echo6({}, counting(1460));
  const auto next = [&] { return be32(host.send(request).at(0), 44); };
  std::uint32_t before = next();
  Bits bits;
  for (std::size_t i = 0; i < observed; ++i) {
    const std::uint32_t identification = next();
    bits[i] = ((identification - before) & 1) != 0;
    before = identification;
  }
  EXPECT_NEAR(static_cast<double>(linear_complexity(bits)), observed / 2.0, 50);
}

/// What a peer gets for a little of everything, while another one sends as well or not.
std::vector<Packet> seen_by_a_peer(bool victim_is_there) {
  Host host;
  const std::string_view peer4 = "203.0.113.9";
  const std::string_view peer6 = "2001:db8:bad::9";
  const std::string_view victim4 = "198.51.100.5";
  const std::string_view victim6 = "2001:db8:f00::5";
  const auto exchange = [&](std::string_view source4, std::string_view source6) {
    std::vector<Packet> all;
    for (const Packet& request :
         {echo4({.source = source4}), echo4({.source = source4}, counting(3000)), udp4({.source = source4}),
          echo6({.source = source6}), echo6({.source = source6}, counting(3000)), udp6({.source = source6})})
      for (const Packet& answer : host.send(request)) all.push_back(answer);
    return all;
  };
  std::vector<Packet> seen;
  for (int round = 0; round < 20; ++round) {
    if (victim_is_there) {
      const std::vector<Packet> sent = exchange(victim4, victim6);
      host.send(too_big(sent.at(1), 1000));  // and the way to it narrows
    }
    for (const Packet& packet : exchange(peer4, peer6)) seen.push_back(packet);
    host.wait(std::chrono::seconds(1));
  }
  return seen;
}

// ROB-003: identifications, path MTUs and what errors cost are each one's own.
TEST(Secrecy, ROB_003_a_peer_sees_the_same_whether_others_are_there_or_not) {
  const std::vector<Packet> alone = seen_by_a_peer(false);
  EXPECT_THAT(alone, SizeIs(20 * (1 + 3 + 1 + 1 + 3 + 1)));
  EXPECT_EQ(seen_by_a_peer(true), alone);
}

/// What a station of an Ethernet gets, and when, for a little of everything; another one sends as well or not.
std::vector<std::tuple<Duration, Packet>> seen_by_a_station(bool victim_is_there) {
  routers::Line line(routers::with_addresses(ethernet_config(), {"192.0.2.2/24", "2001:db8::2/64", "fe80::2/64"}));
  const Packet station = hex("02 00 00 00 00 66"), victim = hex("02 00 00 00 00 05");
  for (const char* address : {"192.0.2.66", "2001:db8::66"}) line.add_station(address, station, false);
  for (const char* address : {"192.0.2.5", "2001:db8::5"}) line.add_station(address, victim, false);
  std::vector<std::tuple<Duration, Packet>> seen;
  Duration passed{};
  const auto note = [&](const routers::AllSent& all) {
    for (const routers::Sent& sent : all)
      if (sent.to == station) seen.emplace_back(passed + sent.at, sent.octets);
  };
  const auto exchange = [&](std::string_view source4, std::string_view source6) {
    for (const Packet& request :
         {echo4({.source = source4}), echo4({.source = source4}, counting(3000)), udp4({.source = source4}),
          echo6({.source = source6}), echo6({.source = source6}, counting(3000)), udp6({.source = source6})})
      note(line.send(request));
  };
  for (int round = 0; round < 30; ++round) {
    if (victim_is_there) exchange("192.0.2.5", "2001:db8::5");
    exchange("192.0.2.66", "2001:db8::66");
    const Duration pause = round % 5 == 4 ? std::chrono::seconds(90) : std::chrono::seconds(1);  // entries grow stale
    note(line.wait(pause));
    passed += pause;
  }
  return seen;
}

// ROB-003: what a neighbor is answered, and when it is asked itself, is its own affair.
TEST(Secrecy, ROB_003_a_station_sees_the_same_whether_others_are_there_or_not) {
  const auto alone = seen_by_a_station(false);
  EXPECT_GT(alone.size(), 30U * 10) << "answers, and questions in between";
  EXPECT_EQ(seen_by_a_station(true), alone);
}

}  // namespace
}  // namespace tunstack::test::secrecy_test
