// The narrow last link of a chain: who must not be cut is told its MTU by the router there, who may be is cut and put
// together again by the server.
#include "tests/support/host.hpp"
#include "tests/support/network_driver.hpp"
#include "tunstack/network/chain.hpp"

namespace tunstack::test::network_path_mtu_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr std::size_t mtu = 1300;
constexpr std::string_view server4 = "203.0.113.3", server6 = "2001:db8:2::3";

NetworkPlan narrow_chain(std::size_t routers = 3) { return plan_chain({routers, mtu}, host_config()).value(); }

Packet echo4_of(std::size_t size, bool dont_fragment) {
  return echo4({.destination = server4, .flags_and_offset = dont_fragment ? 0x4000U : 0U}, counting(size - 28));
}
Packet echo6_of(std::size_t size) { return echo6({.destination = server6}, counting(size - 48)); }

TEST(NetworkPathMtu, ICMP4_DU_005_the_router_before_the_narrow_link_says_its_mtu) {
  NetworkDriver driver(narrow_chain());
  const Packet packet = echo4_of(mtu + 1, true);
  const Packet error = driver.one_out(packet, 0, 0);
  ASSERT_GE(error.size(), 28U);
  EXPECT_EQ(icmp4_type(error), 3U);
  EXPECT_EQ(icmp4_code(error), 4U);
  EXPECT_EQ(be16(error, 26), mtu);
  EXPECT_EQ(source_of(error), "198.51.100.5") << "r3";
  EXPECT_EQ(error.at(28 + 8), 64 - 2) << "as it came there";
  EXPECT_EQ(driver.count("r3", Reason::forward4_too_big), 1U);
  const Packet reply = driver.one_out(echo4_of(mtu, true), 0, 0);
  EXPECT_EQ(icmp4_type(reply), 0U) << "what fits goes through";
  EXPECT_THAT(reply, SizeIs(mtu));
}

TEST(NetworkPathMtu, ICMP6_ERR_014_the_router_before_the_narrow_link_says_its_mtu) {
  NetworkDriver driver(narrow_chain());
  const Packet error = driver.one_out(echo6_of(mtu + 1), 0, 0);
  ASSERT_GE(error.size(), 48U);
  EXPECT_EQ(icmp6_type(error), 2U);
  EXPECT_EQ(be32(error, 44), mtu);
  EXPECT_EQ(source_of(error), "2001:db8:1:2::3");
  EXPECT_EQ(driver.count("r3", Reason::forward6_too_big), 1U);
  const Packet reply = driver.one_out(echo6_of(mtu), 0, 0);
  EXPECT_EQ(icmp6_type(reply), 129U);
  EXPECT_THAT(reply, SizeIs(mtu));
}

TEST(NetworkPathMtu, RTR4_004_who_may_be_cut_is_put_together_by_the_server_and_so_is_its_answer) {
  NetworkDriver driver(narrow_chain());
  const Packet request = echo4_of(1500, false);
  const auto left = driver.send(request);
  ASSERT_THAT(left, SizeIs(2)) << "the reply is cut as well";
  Packet message;
  for (const Left& one : left) {
    EXPECT_LE(one.octets.size(), mtu);
    EXPECT_EQ(source_of(one.octets), server4);
    EXPECT_EQ((be16(one.octets, 6) & 0x1fff) * 8U, message.size());
    message = message + from(one.octets, 20);
  }
  EXPECT_EQ(message, icmpv4(0, 0, 0x05010001, from(request, 28)));
  const auto events = driver.take_events();
  std::size_t fragments = 0, whole = 0;
  for (const Event& event : events) {
    const bool is_at_server = driver.network().name(event.node) == "server" && event.kind == Event::Kind::decided;
    fragments += is_at_server && event.arrived;
    whole += is_at_server && !event.arrived && event.packet.size() == 1500;
  }
  EXPECT_EQ(fragments, 2U);
  EXPECT_EQ(whole, 1U);
}

TEST(NetworkPathMtu, V6_FRAG_001_fragments_of_the_sender_reach_the_server) {
  NetworkDriver driver(narrow_chain());
  const Ipv6Fields ip{.destination = server6, .next_header = 44};
  const Packet message = icmpv6({.destination = server6}, 128, 0, 0x05010001, counting(1600));
  const auto fragment = [&](std::size_t offset, std::size_t size, bool more) {
    Packet header = hex("3a00 0000 00000007");
    set_be16(header, 2, static_cast<unsigned>(offset) | (more ? 1U : 0U));
    return ipv6(ip, header + part(message, offset, size));
  };
  EXPECT_THAT(driver.send(fragment(0, 800, true)), IsEmpty());
  const auto left = driver.send(fragment(800, message.size() - 800, false));
  ASSERT_THAT(left, SizeIs(2));
  for (const Left& one : left) {
    EXPECT_LE(one.octets.size(), mtu);
    EXPECT_EQ(source_of(one.octets), server6);
    EXPECT_EQ(one.octets.at(6), 44);
  }
}

TEST(NetworkPathMtu, TOPO_010_a_minute_of_waiting_for_fragments_takes_no_time) {
  NetworkDriver driver(narrow_chain());
  const Packet first = ipv6(
      {.destination = server6, .next_header = 44},
      hex("3a00 0001 00000007") + part(icmpv6({.destination = server6}, 128, 0, 0x05010001, counting(1000)), 0, 800));
  EXPECT_THAT(driver.send(first), IsEmpty());
  EXPECT_THAT(driver.run_for(std::chrono::seconds(59)), IsEmpty());
  const auto left = driver.run_for(std::chrono::seconds(2));
  ASSERT_THAT(left, SizeIs(1));
  EXPECT_EQ(source_of(left[0].octets), server6);
  EXPECT_EQ(icmp6_type(left[0].octets), 3U);
  EXPECT_EQ(icmp6_code(left[0].octets), 1U) << "fragment reassembly time exceeded";
}

}  // namespace
}  // namespace tunstack::test::network_path_mtu_test
