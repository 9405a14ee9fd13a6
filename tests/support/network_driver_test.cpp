// What tests of networks lean upon: time goes from event to event, and listeners hear of every node.
#include "tests/support/network_driver.hpp"

#include "tests/support/host.hpp"

namespace tunstack::test::network_driver_test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(NetworkDriver, what_leaves_has_its_door_and_time) {
  NetworkDriver driver(row_of({.routers = 3, .impairments = {.delay = 4ms}}));
  driver.run_for(1s);
  EXPECT_THAT(driver.send(echo4({.destination = row_right4})), IsEmpty());
  EXPECT_THAT(driver.run_for(8ms - 1ns), IsEmpty());
  const auto left = driver.run_for(1s);
  ASSERT_THAT(left, SizeIs(1));
  EXPECT_EQ(left[0].at, 1ns);
  EXPECT_EQ(left[0].door, 1U);
  EXPECT_EQ(driver.now(), Instant(1s + 8ms - 1ns + 1s));
}

struct Heard {
  std::vector<std::pair<NodeId, std::uint64_t>> ended;  // and how many decisions were told
};

class Listener final : public NodeListener {
 public:
  explicit Listener(Heard& heard) : heard_(heard) {}
  void decided(const Decision&) override { ++decisions_; }
  void ended(const Node& node) override {
    heard_.ended.emplace_back(NodeId(heard_.ended.size()), decisions_);
    EXPECT_EQ(node.counters().packets_in, decisions_);
  }

 private:
  Heard& heard_;
  std::uint64_t decisions_ = 0;
};

TEST(NetworkDriver, each_node_has_a_listener_of_its_own) {
  Heard heard;
  const MakeListener before = listen_to_every_node([&] { return std::make_unique<Listener>(heard); });
  {
    NetworkDriver driver(row_of({.routers = 3}));
    driver.send(udp4({.destination = row_right4, .ttl = 2}));
  }
  listen_to_every_node(before);
  EXPECT_THAT(heard.ended, ElementsAre(std::pair(NodeId{0}, 2U), std::pair(NodeId{1}, 1U), std::pair(NodeId{2}, 0U)));
}

TEST(NetworkDriver, events_are_those_of_all_nodes) {
  NetworkDriver driver(row_of({.routers = 2, .impairments = {.loss = Share::each_of(2)}}));
  driver.send(echo4({.destination = row_right4})), driver.send(echo4({.destination = row_right4}));
  const auto events = driver.take_events();
  EXPECT_THAT(NetworkDriver::about(events, Reason::forward4_routed), SizeIs(3));
  EXPECT_THAT(NetworkDriver::about(events, Reason::link_packet_lost), SizeIs(1));
  EXPECT_THAT(driver.take_events(), IsEmpty());
}

}  // namespace
}  // namespace tunstack::test::network_driver_test
