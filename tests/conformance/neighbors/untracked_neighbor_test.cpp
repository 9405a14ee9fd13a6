// Neighbors that a router learns of before it has anything to send to them (RFC 9131), and neighbors that are confirmed
// by what arrives from them (RFC 4861 7.3.1).
#include "tests/support/wire.hpp"

namespace tunstack::test::untracked_neighbor_test {
namespace {

using discovery::NeighborState;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

constexpr std::string_view new_host = "2001:db8::9";

NodeConfig router(std::initializer_list<std::string_view> settings = {"nd.accept_untracked=on"}) {
  NodeConfig config = ethernet_config(settings);
  config.interfaces[0].role = Role::router;
  return config;
}

/// "I am here", to all nodes.
Packet announcement(std::string_view target = new_host, const Packet& options = target_option(other_mac)) {
  return framed(
      advertisement(
          {.source = new_host, .destination = "ff02::1", .target = target, .flags = override_flag, .options = options}),
      other_mac);
}

TEST(UntrackedNeighbor, ND_NA_012_a_router_notes_a_new_host) {
  Wire wire(router());
  EXPECT_THAT(wire.send(announcement()), IsEmpty());
  EXPECT_EQ(wire.state(new_host), NeighborState::stale);
  EXPECT_EQ(wire.mac_of(new_host), "02:00:00:00:00:77");
  EXPECT_FALSE(wire.neighbor(new_host)->is_router);
  EXPECT_EQ(wire.count(Reason::nd_advertisement_untracked), 1U);
  const Packets sent = wire.send(framed(echo6({.source = new_host}), other_mac));
  ASSERT_THAT(sent, SizeIs(1)) << "and asks nobody before it answers";
  EXPECT_EQ(destination_mac(sent[0]), other_mac);
}

TEST(UntrackedNeighbor, ND_NA_012_others_do_not) {
  struct Row {
    std::string_view who;
    NodeConfig config;
    Packet frame;
  };
  for (const Row& row : {
           Row{"a host", ethernet_config({"nd.accept_untracked=on"}), announcement()},
           Row{"by default", router({}), announcement()},
           Row{"without an address of the link", router(), announcement(new_host, {})},
           Row{"of another link", router(), announcement("2001:db8:9::9")},
       }) {
    Wire wire(row.config);
    wire.send(row.frame);
    EXPECT_EQ(wire.neighbor(new_host), nullptr) << row.who;
    EXPECT_EQ(wire.neighbor("2001:db8:9::9"), nullptr) << row.who;
    EXPECT_EQ(wire.count(Reason::nd_advertisement_without_entry), 1U) << row.who;
  }
}

TEST(UntrackedNeighbor, ND_NA_012_a_known_neighbor_changes_as_ever) {
  Wire wire(router());
  wire.confirm(new_host, peer_mac);
  wire.send(announcement());
  EXPECT_EQ(wire.state(new_host), NeighborState::stale);
  EXPECT_EQ(wire.mac_of(new_host), "02:00:00:00:00:77");
  EXPECT_EQ(wire.count(Reason::nd_advertisement_untracked), 0U);
}

// The reply to the question of this node went both ways.
TEST(UntrackedNeighbor, ND_NUD_005_an_answer_to_a_question_of_ours_confirms) {
  Wire wire({"icmp4.mask_learn=on"});
  const auto asked = wire.wait(0s);
  ASSERT_THAT(asked, SizeIs(1));
  const Packet request = content_of(asked[0].frame);
  wire.introduce("192.0.2.1", peer_mac);
  wire.send(framed(ipv4({}, icmpv4(18, 0, be32(request, 24), hex("ffffff00")))));
  EXPECT_EQ(wire.state("192.0.2.1"), NeighborState::reachable);
}

TEST(UntrackedNeighbor, ND_NUD_005_what_nobody_asked_for_does_not) {
  Wire wire;
  wire.introduce("192.0.2.1", peer_mac);
  wire.send(framed(ipv4({}, icmpv4(18, 0, 0, hex("ffffff00")))));
  wire.send(framed(echo4()));
  EXPECT_EQ(wire.state("192.0.2.1"), NeighborState::delay);
}

}  // namespace
}  // namespace tunstack::test::untracked_neighbor_test
