// Messages of Neighbor Discovery that came through a router: each type where it would have an effect.
#include "tests/conformance/routers/router_wire.hpp"

namespace tunstack::test::discovery_hop_limit_test {

using namespace router_messages;
using namespace routers;
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;

struct EffectRow {
  const char* what;
  NodeConfig config;
  Packet (*message)(unsigned hop_limit);
  /// What the message does, seen from outside.
  bool (*has_effect)(Line& line);
};

bool is_known(Line& line, std::string_view neighbor) { return line.neighbor(neighbor) != nullptr; }
bool peer_is_elsewhere(Line& line) { return to_text(line.neighbor("2001:db8::1")->mac) == "02:00:00:00:00:77"; }
bool has_lost_its_address(Line& line) {
  line.wait(20s);
  return line.node().state().addresses.source_for(InterfaceId{0}, parse_address("2001:db8::1")->ipv6()) !=
         parse_address("2001:db8::2")->ipv6();
}

std::vector<EffectRow> rows() {
  return {
      {"133: an advertising router knows who asked", router_config({"nd.adv.enable=on"}),
       [](unsigned hop_limit) {
         return router_solicitation(
             {.source = "fe80::77", .options = source_option(other_mac), .hop_limit = hop_limit});
       },
       [](Line& line) { return is_known(line, "fe80::77"); }},
      {"134: a host has a router", learning_host(),
       [](unsigned hop_limit) {
         return router_advertisement({.options = source_option(mac_a), .ip_hop_limit = hop_limit});
       },
       [](Line& line) { return line.hop_to(far6) == router_a; }},
      {"134: on TUN, a host has an address", on_tun(learning_host()),
       [](unsigned hop_limit) { return router_advertisement({.options = prefix_option(), .ip_hop_limit = hop_limit}); },
       [](Line& line) { return line.node().state().interfaces[0].addresses.ipv6->addresses().size() == 3; }},
      {"135: the node knows who asked", ethernet_config(),
       [](unsigned hop_limit) {
         return solicitation({.source = "2001:db8::77", .options = source_option(other_mac), .hop_limit = hop_limit});
       },
       [](Line& line) { return is_known(line, "2001:db8::77"); }},
      {"135: an address is a duplicate", ethernet_config({"dad.transmits=1"}),
       [](unsigned hop_limit) { return solicitation({.source = "::", .options = {}, .hop_limit = hop_limit}); },
       has_lost_its_address},
      {"136: a neighbor has moved", ethernet_config(),
       [](unsigned hop_limit) {
         return advertisement({.flags = override_flag, .options = target_option(other_mac), .hop_limit = hop_limit});
       },
       peer_is_elsewhere},
      {"136: an address is a duplicate", ethernet_config({"dad.transmits=1"}),
       [](unsigned hop_limit) {
         return advertisement({.source = "2001:db8::2",
                               .destination = "ff02::1",
                               .target = "2001:db8::2",
                               .flags = override_flag,
                               .hop_limit = hop_limit});
       },
       has_lost_its_address},
      {"137: another way", with_gateways(ethernet_config(), {router_a}),
       [](unsigned hop_limit) { return redirect6({.hop_limit = hop_limit}); },
       [](Line& line) { return line.hop_to(far6) == router_b; }},
  };
}

TEST(DiscoveryHopLimit, ND_GEN_001_with_254_nothing_has_an_effect_that_has_one_with_255) {
  for (const EffectRow& row : rows())
    for (const unsigned hop_limit : {255U, 254U, 1U, 0U}) {
      SCOPED_TRACE(row.what + std::string(", hop limit ") + std::to_string(hop_limit));
      Line line(row.config);
      line.add_routers();
      line.add_station("2001:db8::1", peer_mac, false);
      line.wait(0s);
      line.send(echo6());
      line.send(echo6({.source = far6}));  // redirects are about packets that were sent
      const auto sent = line.send(row.message(hop_limit));
      if (hop_limit != 255) {
        EXPECT_THAT(sent, IsEmpty());
      }
      EXPECT_EQ(line.count(Reason::nd_hop_limit_not_255), hop_limit == 255 ? 0U : 1U);
      EXPECT_EQ(row.has_effect(line), hop_limit == 255);
    }
}

}  // namespace
}  // namespace tunstack::test::discovery_hop_limit_test
