// What options have an effect on, as said of each row and as nodes do.
#include "tunstack/options/effect.hpp"

#include "tests/support/driver.hpp"
#include "tests/support/host.hpp"
#include "tests/support/router_messages.hpp"
#include "tunstack/why/other_answers.hpp"

namespace tunstack::test::effect_test {
namespace {

using namespace std::chrono_literals;
using router_messages::prefix_option;
using router_messages::router_advertisement;

/// All that a node on a link without link-layer addresses says for five minutes, while others ask for what it has.
std::vector<Packet> said_without_stations(const NodeOptions& options) {
  NodeConfig config = host_config();
  config.options = options;
  config.interfaces[0].configures_itself = true;
  Driver line(config);
  std::vector<Packet> said = packets_of(line.run_for(10s));
  const auto hear = [&](const Packet& packet) {
    for (const Packet& answer : packets_of(line.receive({packet}))) said.push_back(answer);
    for (const Packet& later : packets_of(line.run_for(1s))) said.push_back(later);
  };
  const Packet router = router_advertisement({.lifetime = 1800, .options = prefix_option()});
  const Ipv6Fields to_us{.source = "fe80::9", .hop_limit = 255};
  const Packet asks_for_us = ipv6(to_us, icmpv6(to_us, 135, 0, 0, octets_of("2001:db8::2")));
  const Ipv6Fields to_all{.source = "fe80::9", .destination = "ff02::1", .hop_limit = 255};
  const Packet has_our_address = ipv6(to_all, icmpv6(to_all, 136, 0, 0x20000000, octets_of("2001:db8::2")));
  for (const Packet& packet : {router, echo4(), echo6(), udp4(), udp6(), asks_for_us, has_our_address, echo6()})
    hear(packet);
  for (const Packet& later : packets_of(line.run_for(290s))) said.push_back(later);
  return said;
}

TEST(Effect, what_needs_stations_has_none_without) {
  const std::vector<Packet> usual = said_without_stations(NodeOptions{});
  ASSERT_GE(usual.size(), 4U) << "answers";
  NodeOptions without_echo;
  ASSERT_FALSE(set_option(without_echo, "icmp4.echo=off"));
  ASSERT_NE(said_without_stations(without_echo), usual) << "what has an effect is seen";
  std::size_t tried = 0;
  why::for_each_setting([&](const std::string& setting) {
    const OptionRow* const row = find_option(std::string_view(setting).substr(0, setting.find('=')));
    ASSERT_NE(row, nullptr);
    if (!option::needs_stations(*row)) return;
    NodeOptions options;
    if (set_option(options, setting)) return;
    ++tried;
    EXPECT_EQ(said_without_stations(options), usual) << setting;
  });
  EXPECT_GE(tried, 20U);
}

TEST(Effect, needs_stations_is_said_of_what_is_about_them) {
  for (const char* key : {"arp.requests", "dad.transmits", "acd.enable", "acd.defend", "neighbors.solicit_rate"})
    EXPECT_TRUE(option::needs_stations(*find_option(key))) << key;
  for (const char* key : {"icmp4.echo", "slaac.enable", "nd.proxy", "mld.enable"})
    EXPECT_FALSE(option::needs_stations(*find_option(key))) << key;
}

}  // namespace
}  // namespace tunstack::test::effect_test
