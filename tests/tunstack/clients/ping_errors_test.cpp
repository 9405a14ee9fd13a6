// ping: the errors that come for its requests.
#include <nlohmann/json.hpp>

#include "tests/support/host.hpp"
#include "tests/tunstack/clients/at_door.hpp"

namespace tunstack::test::ping_errors_test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

Packet error4(const Packet& request, unsigned type, unsigned code, std::uint32_t rest = 0, std::size_t quote = 28) {
  return ipv4({.source = "198.51.100.7", .destination = "192.0.2.1"},
              icmpv4(type, code, rest, part(request, 0, quote)));
}
Packet error6(const Packet& request, unsigned type, unsigned code, std::uint32_t rest = 0) {
  const Ipv6Fields ip{.source = "2001:db8:9::7", .destination = "2001:db8::1"};
  return ipv6(ip, icmpv6(ip, type, code, rest, request));
}

/// What is printed when one request is answered by what `make` makes of it.
std::string told(const std::string& target, const std::function<Packet(const Packet&)>& make) {
  AtDoor door(chain_at_door(1));
  door.on_way_out = [&](Packet& packet, std::vector<Packet>& to_client) {
    to_client.push_back(make(packet));
    return false;
  };
  door.run("ping -c 1 " + target);
  return door.lines().at(1);
}
std::string told4(unsigned type, unsigned code, std::uint32_t rest = 0) {
  return told("203.0.113.9", [&](const Packet& request) { return error4(request, type, code, rest); });
}
std::string told6(unsigned type, unsigned code, std::uint32_t rest = 0) {
  return told("2001:db8:2::9", [&](const Packet& request) { return error6(request, type, code, rest); });
}

TEST(PingErrors, PING_008_each_error_of_icmpv4_has_its_words) {
  const auto from = [](const char* words) { return std::string("From 198.51.100.7 icmp_seq=1 ") + words; };
  EXPECT_EQ(told4(3, 0), from("Destination Net Unreachable"));
  EXPECT_EQ(told4(3, 1), from("Destination Host Unreachable"));
  EXPECT_EQ(told4(3, 2), from("Destination Protocol Unreachable"));
  EXPECT_EQ(told4(3, 3), from("Destination Port Unreachable"));
  EXPECT_EQ(told4(3, 4, 1300), from("Frag needed and DF set (mtu = 1300)"));
  EXPECT_EQ(told4(3, 5), from("Source Route Failed"));
  EXPECT_EQ(told4(3, 6), from("Destination Net Unknown"));
  EXPECT_EQ(told4(3, 7), from("Destination Host Unknown"));
  EXPECT_EQ(told4(3, 8), from("Source Host Isolated"));
  EXPECT_EQ(told4(3, 9), from("Destination Net Prohibited"));
  EXPECT_EQ(told4(3, 10), from("Destination Host Prohibited"));
  EXPECT_EQ(told4(3, 11), from("Destination Net Unreachable for Type of Service"));
  EXPECT_EQ(told4(3, 12), from("Destination Host Unreachable for Type of Service"));
  EXPECT_EQ(told4(3, 13), from("Packet filtered"));
  EXPECT_EQ(told4(3, 14), from("Precedence Violation"));
  EXPECT_EQ(told4(3, 15), from("Precedence Cutoff"));
  EXPECT_EQ(told4(3, 16), from("Dest Unreachable, Bad Code: 16"));
  EXPECT_EQ(told4(11, 0), from("Time to live exceeded"));
  EXPECT_EQ(told4(11, 1), from("Frag reassembly time exceeded"));
  EXPECT_EQ(told4(11, 2), from("Time exceeded, Bad Code: 2"));
  EXPECT_EQ(told4(12, 0, 20U << 24), from("Parameter problem: pointer = 20"));
}

TEST(PingErrors, PING_008_advice_is_shown_and_ends_no_request) {
  EXPECT_EQ(told4(5, 1, 0xc000'0209), "From 198.51.100.7: icmp_seq=1 Redirect Host(New nexthop: 192.0.2.9)");
  EXPECT_EQ(told4(5, 0, 0xc000'0209), "From 198.51.100.7: icmp_seq=1 Redirect Network(New nexthop: 192.0.2.9)");
  EXPECT_EQ(told4(4, 0), "From 198.51.100.7: icmp_seq=1 Source Quench");
  AtDoor door(chain_at_door(3));
  door.on_way_out = [](Packet& packet, std::vector<Packet>& to_client) {
    to_client.push_back(error4(packet, 5, 1, 0xc000'0209));
    return true;
  };
  const ClientResult result = door.run("ping -c 1 " + server4);
  EXPECT_EQ(result.received, 1U);
  EXPECT_EQ(result.errors, 0U);
}

TEST(PingErrors, PING_008_each_error_of_icmpv6_has_its_words) {
  const auto from = [](const char* words) { return std::string("From 2001:db8:9::7 icmp_seq=1 ") + words; };
  EXPECT_EQ(told6(1, 0), from("Destination unreachable: No route"));
  EXPECT_EQ(told6(1, 1), from("Destination unreachable: Administratively prohibited"));
  EXPECT_EQ(told6(1, 2), from("Destination unreachable: Beyond scope of source address"));
  EXPECT_EQ(told6(1, 3), from("Destination unreachable: Address unreachable"));
  EXPECT_EQ(told6(1, 4), from("Destination unreachable: Port unreachable"));
  EXPECT_EQ(told6(1, 5), from("Destination unreachable: Unknown code 5"));
  EXPECT_EQ(told6(2, 0, 1280), from("Packet too big: mtu=1280"));
  EXPECT_EQ(told6(3, 0), from("Time exceeded: Hop limit"));
  EXPECT_EQ(told6(3, 1), from("Time exceeded: Defragmentation failure"));
  EXPECT_EQ(told6(4, 0, 6), from("Parameter problem: Wrong header field at 6"));
  EXPECT_EQ(told6(4, 1, 40), from("Parameter problem: Unknown header at 40"));
  EXPECT_EQ(told6(4, 2, 42), from("Parameter problem: Unknown option at 42"));
  EXPECT_EQ(told6(4, 3, 48), from("Parameter problem: code 3 at 48"));
}

TEST(PingErrors, PING_008_errors_count_and_end_requests) {
  AtDoor door(chain_at_door(3));
  const ClientResult result = door.run("ping -c 2 -t 2 " + server4);
  EXPECT_EQ(result.errors, 2U);
  EXPECT_EQ(result.exit_status, 1);
  EXPECT_THAT(door.text, HasSubstr("\nFrom 198.51.100.3 icmp_seq=2 Time to live exceeded\n\n---"));
  EXPECT_THAT(door.text, HasSubstr("2 packets transmitted, 0 received, +2 errors, 100% packet loss, time 1000ms\n\n"));
}

TEST(PingErrors, PING_008_errors_about_packets_of_others_are_not_shown) {
  AtDoor door(chain_at_door(3));
  door.on_way_out = [](Packet& packet, std::vector<Packet>& to_client) {
    for (const std::size_t at : {std::size_t{16}, std::size_t{20}, std::size_t{24}}) {  // destination, type, identifier
      Packet other = packet;
      other[at] ^= 1;
      to_client.push_back(error4(other, 3, 1));
    }
    to_client.push_back(error4(packet, 3, 1, 0, 27));
    Packet corrupted = error4(packet, 3, 1);
    corrupted[23] ^= 1;
    to_client.push_back(corrupted);
    return false;
  };
  EXPECT_EQ(door.run("ping -c 1 " + server4).errors, 0U);
}

TEST(PingErrors, PING_008_the_mtu_of_a_path_is_learned_M_do) {
  for (const std::string& target : {server4, server6}) {
    AtDoor door(chain_at_door(3, 1300));
    const ClientResult result = door.run("ping -c 2 -M do -s 1400 " + target);
    EXPECT_EQ(result.path_mtu, 1300U);
    EXPECT_EQ(result.errors, 2U);
    EXPECT_THAT(door.sent, SizeIs(1)) << "the second one does not fit";
  }
}

TEST(PingErrors, PING_011_M_want_cuts_what_does_not_fit_the_path) {
  for (const std::string& target : {server4, server6}) {
    AtDoor door(chain_at_door(3, 1300));
    const ClientResult result = door.run("ping -c 2 -s 1400 " + target);
    EXPECT_EQ(result.received, 1U) << "the first one does not get through";
    EXPECT_THAT(door.sent, SizeIs(3));
  }
}

TEST(PingErrors, PING_011_M_dont_lets_routers_cut) {
  AtDoor door(chain_at_door(3, 1300));
  EXPECT_EQ(door.run("ping -c 1 -M dont -s 1400 " + server4).received, 1U);
  EXPECT_THAT(door.sent, SizeIs(1));
}

}  // namespace
}  // namespace tunstack::test::ping_errors_test
