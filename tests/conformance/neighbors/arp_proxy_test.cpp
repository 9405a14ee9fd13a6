// ARP requests for addresses of nodes beyond a router, which it answers if it is told to.
#include "tests/conformance/routers/router_wire.hpp"
#include "tests/support/wire.hpp"

namespace tunstack::test::arp_proxy_test {

using namespace router_messages;
using namespace routers;
namespace {

using namespace std::chrono_literals;
using discovery::NeighborState;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// What a router says to P about an address that is not its own.
Packet proxied_reply(std::string_view target) {
  return frame(
      peer_mac, own_mac, 0x0806,
      arp({.operation = 2, .sender_mac = own_mac, .sender = target, .target_mac = peer_mac, .target = "192.0.2.1"}));
}
constexpr std::string_view two_prefixes = "arp.proxy=198.51.100.0/24,192.0.2.77/32";

TEST(ArpProxy, ARP_016_requests_for_the_prefixes_are_answered_at_once) {
  for (const char* target : {"198.51.100.1", "198.51.100.255", "192.0.2.77"}) {
    Wire router(router_config({two_prefixes}));
    EXPECT_THAT(router.send(arp_request({.target = target})), ElementsAre(proxied_reply(target)));
    EXPECT_EQ(router.count(Reason::arp_request_proxied), 1U);
    EXPECT_EQ(router.state("192.0.2.1"), NeighborState::stale) << "packets will come back to it";
    EXPECT_THAT(router.send(frame(own_mac, peer_mac, 0x0806, arp({.target = target}))),
                ElementsAre(proxied_reply(target)))
        << "a unicast poll (RFC 1122 2.3.2.1)";
  }
}

TEST(ArpProxy, ARP_016_own_addresses_stay_own) {
  Wire router(router_config({"arp.proxy=192.0.2.0/24"}));
  EXPECT_THAT(router.send(arp_request()), SizeIs(1));
  EXPECT_EQ(router.count(Reason::arp_request_for_us), 1U);
  EXPECT_THAT(router.send(arp_request({.sender = "0.0.0.0"})), SizeIs(1)) << "ARP-009: somebody checks it";
}

TEST(ArpProxy, ARP_016_an_address_of_another_link_of_the_router) {
  NodeConfig config = router_config({"arp.proxy=203.0.113.0/24"});
  config.interfaces.push_back({.name = "tun1", .addresses = {*parse_prefix("203.0.113.2/24")}});
  Wire router(config);
  EXPECT_THAT(router.send(arp_request({.target = "203.0.113.2"})), ElementsAre(proxied_reply("203.0.113.2")));
  EXPECT_THAT(router.send(arp_request({.target = "203.0.113.255"})), IsEmpty()) << "all nodes of that link";
}

struct SilentRow {
  std::string what;
  NodeConfig config;
  ArpFields request;
};

TEST(ArpProxy, ARP_016_what_is_not_answered) {
  const NodeConfig all = router_config({"arp.proxy=0.0.0.0/0"});
  for (const SilentRow& row :
       {SilentRow{"off by default", router_config(), {.target = "198.51.100.1"}},
        SilentRow{"a host", ethernet_config({two_prefixes}), {.target = "198.51.100.1"}},
        SilentRow{"beyond the first prefix", router_config({two_prefixes}), {.target = "198.51.101.0"}},
        SilentRow{"beside the second one", router_config({two_prefixes}), {.target = "192.0.2.76"}},
        SilentRow{"somebody checks the address (RFC 5227 2.1.1)", all, {.sender = "0.0.0.0", .target = "192.0.2.77"}},
        SilentRow{"somebody announces it (RFC 5227 2.3)", all, {.sender = "192.0.2.77", .target = "192.0.2.77"}},
        SilentRow{"an answer to another", all, {.operation = 2, .target = "192.0.2.77"}},
        SilentRow{"a broadcast of the link", all, {.target = "192.0.2.255"}},
        SilentRow{"the obsolete one", all, {.target = "192.0.2.0"}},
        SilentRow{"the limited one", all, {.target = "255.255.255.255"}},
        SilentRow{"a group", all, {.target = "224.0.0.1"}},
        SilentRow{"a group of the router", all, {.target = "224.0.0.2"}},
        SilentRow{"nobody", all, {.target = "0.0.0.0"}}, SilentRow{"everybody itself", all, {.target = "127.0.0.1"}},
        SilentRow{"a reserved address", all, {.target = "240.0.0.1"}}}) {
    SCOPED_TRACE(row.what);
    Wire wire(row.config);
    EXPECT_THAT(wire.send(arp_request(row.request)), IsEmpty());
    EXPECT_THAT(wire.wait(2s), IsEmpty());
    EXPECT_EQ(wire.count(Reason::arp_target_not_ours), 1U);
    EXPECT_EQ(wire.count(Reason::arp_request_proxied), 0U);
    EXPECT_EQ(wire.node().state().neighbors.size(), 0U);
    EXPECT_THAT(wire.send(arp_request()), SizeIs(1)) << "a request after it";
  }
}

// It is not known yet whose it is.
TEST(ArpProxy, ARP_016_an_own_address_that_is_being_checked) {
  Wire router(router_config({"arp.proxy=0.0.0.0/0", "acd.enable=on"}));
  EXPECT_THAT(router.send(arp_request()), IsEmpty());
  EXPECT_EQ(router.count(Reason::arp_target_not_ours), 1U);
}

}  // namespace
}  // namespace tunstack::test::arp_proxy_test
