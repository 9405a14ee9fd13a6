// A lab of a thousand routers with delay between them, and as many packets on their way at once as it must hold.
#include "protocols/base/checksum.hpp"
#include "tests/tunstack/lab/small_lab.hpp"
#include "tunstack/lab/lab_plan.hpp"
#include "tunstack/network/network.hpp"

namespace tunstack::test::large_lab_test {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t routers = 1000, of_each = 100, packets = routers * of_each;

const std::string long_row = R"(name = "long row"
[host]
link = "edge"
addresses = ["192.0.2.1/24"]
routes = ["default"]
[link.edge]
net = ["192.0.2.0/24"]
delay = "1s"
[link.far]
net = ["203.0.113.0/24"]
delay = "1s"
[node.r]
role = "router"
count = 1000
options = { "mld.enable" = false }
chain = "edge"
to = "far"
[node.server]
interfaces.eth0 = { link = "far" }
)";

NetworkPlan plan_with_delay() {
  NetworkPlan plan = lab::plan_lab(read_good_lab(long_row)).network;
  for (PlannedLink& link : plan.links) link.impairments.delay = 1s;
  return plan;
}

/// A datagram for nobody's port, from a router to the one behind the next one.
std::vector<std::uint8_t> datagram(Ipv4Address source, Ipv4Address destination, std::size_t size) {
  std::vector<std::uint8_t> made(size);
  made[0] = 0x45;
  store_be16(made, 2, static_cast<std::uint16_t>(size));
  made[8] = 64;
  made[9] = 253;  // for experiments (RFC 3692)
  source.store(MutableBytes(made), 12);
  destination.store(MutableBytes(made), 16);
  store_be16(made, 10, internet_checksum(Bytes(made).first(20)));
  return made;
}

class LongRow {
 public:
  explicit LongRow(const NetworkPlan& plan) : network_(plan) {}

  /// Each router sends so many to the one two hops on, the last ones in the other direction.
  void send_from_all(std::size_t size) {
    for (std::size_t i = 0; i < routers; ++i) {
      const bool is_last = i + 2 >= routers;
      const std::size_t to = is_last ? i - 2 : i + 2;
      const auto by = InterfaceId(is_last ? 0 : 1), there = InterfaceId(is_last ? 1 : 0);
      const auto made = datagram(address_of(i, by), address_of(to, there), size);
      network_.act(NodeId(i), now_, out_, [&](Node& node, Instant when, Outbox& box) {
        for (std::size_t count = 0; count < of_each; ++count) node.send_packet(by, made, when, box);
      });
    }
  }
  void run_for(Duration time) {
    now_ += time;
    network_.tick(now_, out_);
    EXPECT_TRUE(out_.packets().empty());
  }
  const Network& network() const { return network_; }
  std::uint64_t count(Reason reason) const { return network_.counters().count(reason); }

 private:
  Ipv4Address address_of(std::size_t router, InterfaceId interface) const {
    return network_.node(NodeId(router)).state().interface(interface).config.addresses.front().address.ipv4();
  }

  Network network_;
  Outbox out_;
  Instant now_{};
};

TEST(LargeLab, TOPO_003_a_thousand_routers_hold_a_hundred_thousand_packets_on_their_way) {
  const NetworkPlan plan = plan_with_delay();
  ASSERT_EQ(plan.nodes.size(), routers + 1);
  LongRow row(plan);
  row.send_from_all(64);
  EXPECT_EQ(row.network().packets_on_their_way(), packets);
  row.run_for(1s);
  EXPECT_EQ(row.network().packets_on_their_way(), packets) << "each is one hop on";
  EXPECT_EQ(row.count(Reason::forward4_routed), packets);
  row.run_for(1s);
  EXPECT_EQ(row.count(Reason::ipv4_protocol_unsupported), packets) << "all have arrived";
  EXPECT_EQ(row.count(Reason::network_full), 0U);
  EXPECT_LE(row.network().octets_on_their_way(), plan.in_flight.octets);
}

TEST(LargeLab, TOPO_003_they_may_be_as_large_as_links_take) {
  const NetworkPlan plan = plan_with_delay();
  LongRow row(plan);
  row.send_from_all(1500);
  row.run_for(2s);
  EXPECT_EQ(row.count(Reason::ipv4_protocol_unsupported), packets);
  EXPECT_EQ(row.count(Reason::network_full), 0U);
  EXPECT_LE(row.network().octets_on_their_way(), plan.in_flight.octets);
}

TEST(LargeLab, ROB_003_what_does_not_fit_is_counted) {
  NetworkPlan plan = plan_with_delay();
  plan.in_flight.octets = std::size_t{64} << 20U;
  LongRow row(plan);
  row.send_from_all(1500);
  const std::size_t fit = row.network().packets_on_their_way();
  EXPECT_EQ(fit, plan.in_flight.octets / PacketMemory::octets_of_a_chunk * PacketMemory::blocks_of_a_chunk(1500));
  EXPECT_EQ(row.count(Reason::network_full), packets - fit);
  EXPECT_LE(row.network().octets_on_their_way(), plan.in_flight.octets);
}

TEST(LargeLab, many_links_have_more_memory_and_few_the_usual) {
  EXPECT_EQ(lab::plan_lab(read_good_lab(small_lab)).network.in_flight.octets, InFlightLimits().octets);
  EXPECT_EQ(plan_with_delay().in_flight.octets, (routers + 1) * (std::size_t{256} << 10U));
}

}  // namespace
}  // namespace tunstack::test::large_lab_test
