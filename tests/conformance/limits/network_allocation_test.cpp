// Packets that pass a network allocate nothing once as many were on their way before.
#include "tests/conformance/limits/allocations.hpp"
#include "tests/support/planned_network.hpp"
#include "tunstack/network/network.hpp"

namespace tunstack::test::network_allocation_test {
namespace {

using namespace std::chrono_literals;

/// Two routers with a link between them, perhaps an Ethernet.
NetworkPlan pair_with(const Impairments& impairments, bool has_frames) {
  Draft draft;
  draft.router("r1").router("r2");
  draft.link("left", {{"r1", {"192.0.2.2/24", "2001:db8::2/64"}}, outside});
  draft.link("middle",
             {{"r1", {"198.51.100.0/31", "2001:db8:1::1/64"}, has_frames ? "02:00:00:00:00:01" : ""},
              {"r2", {"198.51.100.1/31", "2001:db8:1::2/64"}, has_frames ? "02:00:00:00:00:02" : ""}},
             impairments);
  draft.link("right", {{"r2", {"203.0.113.1/24", "2001:db8:2::1/64"}}, outside});
  return draft.plan();
}

TEST(NetworkAllocation, ROB_001_links_of_all_kinds) {
  const std::vector<Packet> packets{echo4({.destination = row_right4}),
                                    echo4({.destination = row_right4}, counting(1400)),
                                    echo6({.destination = row_right6}, counting(400)),
                                    echo4({.destination = "203.0.113.1"}),
                                    udp4({.destination = row_right4, .ttl = 2}),
                                    udp6({.destination = row_right6, .hop_limit = 2})};
  const std::vector<Impairments> kinds{
      {},
      {.delay = 5ms},
      {.loss = Share::each_of(5), .duplicate = Share::each_of(3), .delay = 5ms, .rate = 100'000'000}};
  for (const Impairments& impairments : kinds)
    for (const bool has_frames : {false, true}) {
      Network network(pair_with(impairments, has_frames));
      Outbox out;
      Instant now(1s);
      std::size_t left = 0;
      const auto pass = [&](int rounds) {
        for (int i = 0; i < rounds; ++i)
          for (const Packet& packet : packets) {
            now += 1ms;
            network.receive({.interface = InterfaceId{0}, .bytes = packet, .now = now}, out);
            left += out.packets().size();
            out.clear();
          }
      };
      pass(200);
      left = 0;
      EXPECT_EQ(allocations_of([&] { pass(200); }), 0U);
      EXPECT_GT(left, 700U);
    }
}

}  // namespace
}  // namespace tunstack::test::network_allocation_test
