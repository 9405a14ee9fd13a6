// A node among routers and hosts of a link: on an Ethernet, where stations answer what they are asked, or on TUN.
#pragma once

#include "tests/support/router_messages.hpp"

namespace tunstack::test::routers {

using namespace router_messages;

// Two routers of each family, and somebody beyond them.
inline constexpr std::string_view router_a = "fe80::a", router_b = "fe80::b", far6 = "2001:db8:9::9";
inline constexpr std::string_view router_a4 = "192.0.2.10", router_b4 = "192.0.2.11", far4 = "203.0.113.9";
inline const Packet mac_a = hex("02 00 00 00 00 0a"), mac_b = hex("02 00 00 00 00 0b");
inline const Packet mac_a4 = hex("02 00 00 00 04 0a"), mac_b4 = hex("02 00 00 00 04 0b");

// ---- what a node is ----

/// A host of Ethernet that asks for routers and believes them.
inline NodeConfig learning_host(std::initializer_list<std::string_view> settings = {}) {
  NodeConfig config = ethernet_config(settings);
  config.interfaces[0].configures_itself = true;
  return config;
}
/// Likewise a router, which never believes.
inline NodeConfig router_config(std::initializer_list<std::string_view> settings = {}) {
  NodeConfig config = learning_host(settings);
  config.interfaces[0].role = Role::router;
  return config;
}
inline NodeConfig on_tun(NodeConfig config) {
  config.interfaces[0].link_address.reset();
  return config;
}
inline NodeConfig with_seed(NodeConfig config, std::uint64_t seed) {
  config.seed = seed;
  return config;
}
inline NodeConfig with_addresses(NodeConfig config, std::initializer_list<std::string_view> prefixes) {
  config.interfaces[0].addresses.clear();
  for (const std::string_view prefix : prefixes) config.interfaces[0].addresses.push_back(parse_prefix(prefix).value());
  return config;
}

// ---- what it sends ----

using Sent = SentPacket;
using AllSent = std::vector<Sent>;

inline constexpr unsigned echo_reply4 = 0x400, redirect_type4 = 0x405, advertisement_type4 = 0x409,
                          solicitation_type4 = 0x40a;
inline constexpr unsigned echo_reply6 = 0x600 + 129, solicitation_type6 = 0x600 + 133,
                          advertisement_type6 = 0x600 + 134, neighbor_question = 0x600 + 135,
                          redirect_type6 = 0x600 + 137;

inline AllSent only(unsigned type, const AllSent& all) {
  AllSent chosen;
  std::ranges::copy_if(all, std::back_inserter(chosen), [&](const Sent& sent) { return sent.type() == type; });
  return chosen;
}
inline std::vector<Duration> times_of(const AllSent& all) {
  std::vector<Duration> times;
  for (const Sent& sent : all) times.push_back(sent.at);
  return times;
}
inline std::vector<Duration> gaps_of(const AllSent& all) {
  std::vector<Duration> gaps;
  for (std::size_t i = 1; i < all.size(); ++i) gaps.push_back(all[i].at - all[i - 1].at);
  return gaps;
}

// ---- the link ----

class Line : public Driver {
 public:
  explicit Line(const NodeConfig& config)
      : Driver(config), is_ethernet_(config.interfaces[0].link_address.has_value()) {}

  void add_routers() {
    add_station(router_a, mac_a);
    add_station(router_b, mac_b);
    add_station(router_a4, mac_a4);
    add_station(router_b4, mac_b4);
  }

  /// What the node sends at once when `datagram` comes.
  AllSent send(const Packet& datagram) {
    return receive(
        {is_ethernet_ ? framed(datagram, mac_of_station(source_of(datagram)).value_or(peer_mac)) : datagram});
  }
  /// Time passes, and whatever is due is done right when it is due.
  AllSent wait(Duration duration) { return run_for(duration); }

  /// The station that gets what the node sends to `address` now, "? STATION" if it is asked for and does not answer,
  /// "" if nothing is sent. Nothing goes to others than stations.
  std::string hop_to(std::string_view address) {
    const bool is_ipv6 = address.find(':') != std::string_view::npos;
    const auto sent = send(is_ipv6 ? echo6({.source = address}) : echo4({.source = address}));
    for (const Sent& reply : only(is_ipv6 ? echo_reply6 : echo_reply4, sent))
      if (destination_of(reply.octets) == address) return name_of(reply.to);
    for (const Sent& question : sent)
      if (const std::string target = question.asks_for(); !target.empty()) return "? " + target;
    return "";
  }
  /// The echo reply to P of a host (2001:db8::1), whose station is there.
  Packet reply6(std::size_t octets = 56) {
    if (is_ethernet_) add_station("2001:db8::1", peer_mac, false);
    const auto sent = only(echo_reply6, send(echo6({}, counting(octets))));
    return sent.size() == 1 ? sent[0].octets : Packet();
  }

 private:
  std::string name_of(const Packet& mac) const {
    const std::string station = station_with(mac);
    return station.empty() ? "somebody else" : station;
  }

  bool is_ethernet_;
};

/// Repeats a test with the first random numbers of `seeds`.
template <class Test>
void for_seeds(std::uint64_t seeds, const Test& test) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    test(seed);
  }
}

}  // namespace tunstack::test::routers
