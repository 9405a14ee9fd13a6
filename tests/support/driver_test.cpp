// What tests lean upon: nodes are driven by the clock, stations answer, and listeners hear of every node.
#include "tests/support/driver.hpp"

#include "tests/support/wire.hpp"

namespace tunstack::test::driver_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

Packet first_fragment() { return udp4({.flags_and_offset = 0x2000}); }

TEST(Driver, timers_go_off_at_their_time) {
  Driver driver(host_config());
  driver.wait_asleep(1s);
  EXPECT_THAT(driver.receive({first_fragment()}), IsEmpty());
  EXPECT_THAT(driver.run_for(59s), IsEmpty());
  const auto sent = driver.run_for(10s);
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(sent[0].at, 1s);
  EXPECT_EQ(sent[0].type(), 0x400U + 11);
  EXPECT_EQ(driver.now(), Instant(70s));
}

TEST(Driver, asleep_nothing_is_done_until_tick) {
  Driver driver(host_config());
  driver.receive({first_fragment()});
  driver.wait_asleep(100s);
  EXPECT_EQ(driver.count(Reason::fragment_timeout), 0U);
  EXPECT_THAT(driver.tick(), SizeIs(1));
}

TEST(Driver, stations_answer_on_their_interface) {
  NodeConfig config = ethernet_config();
  config.interfaces.push_back(config.interfaces[0]);
  config.interfaces[1].name = "tap1";
  config.interfaces[1].addresses = {*parse_prefix("198.51.100.2/24")};
  Driver driver(config);
  const auto types_sent = [&] {
    std::vector<unsigned> types;
    for (const SentPacket& sent :
         driver.receive({framed(echo4({.source = "198.51.100.1", .destination = "198.51.100.2"}))}, InterfaceId{1})) {
      EXPECT_EQ(sent.interface, InterfaceId{1});
      types.push_back(sent.type());
    }
    return types;
  };
  driver.add_station("198.51.100.1", other_mac, false, InterfaceId{0});
  EXPECT_THAT(types_sent(), ElementsAre(0U)) << "a question, and nobody there";
  driver.run_for(1min);
  driver.add_station("198.51.100.1", peer_mac, false, InterfaceId{1});
  EXPECT_THAT(types_sent(), ElementsAre(0U, 0x400U)) << "a question, and the reply";
  EXPECT_EQ(driver.station_with(peer_mac), "198.51.100.1");
}

struct Heard {
  std::vector<Reason> decided;
  int ended = 0;
};

class Counting final : public NodeListener {
 public:
  explicit Counting(Heard& heard) : heard_(heard) {}
  void decided(const Decision& decision) override { heard_.decided.push_back(reason_of(decision.verdict)); }
  void ended(const Node& node) override {
    ++heard_.ended;
    EXPECT_EQ(node.counters().packets_in, heard_.decided.size());
  }

 private:
  Heard& heard_;
};

TEST(Driver, a_listener_hears_of_every_node_beside_other_observers) {
  Heard heard, own;
  const MakeListener before = listen_to_every_node([&] { return std::make_unique<Counting>(heard); });
  {
    Host host;
    Counting observer(own);
    host.send(echo4());
    host.observe(observer);
    host.send(Packet{});
    host.stop_observing(observer);
    host.send(udp4());
  }
  listen_to_every_node(before);
  Host(host_config()).send(echo4());
  EXPECT_THAT(heard.decided,
              ElementsAre(Reason::icmp4_echo_request_for_us, Reason::empty_read, Reason::udp4_port_closed));
  EXPECT_EQ(heard.ended, 1);
  EXPECT_THAT(own.decided, ElementsAre(Reason::empty_read));
}

}  // namespace
}  // namespace tunstack::test::driver_test
