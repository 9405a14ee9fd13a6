// A node among routers and hosts of a link, with virtual time: on an Ethernet, where stations answer what they are
// asked, or on TUN.
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

struct Sent {
  Duration at;  // since the call began
  Packet to;    // link-layer address, on an Ethernet
  Packet octets;
  bool is_arp = false;

  /// Type of the ICMP message, 0x400 added for IPv4 and 0x600 for IPv6; 0 for ARP.
  unsigned type() const {
    if (is_arp) return 0;
    return octets.at(0) >> 4 == 4 ? 0x400 + icmp4_type(octets) : 0x600 + icmp6_type(octets);
  }
};
inline void PrintTo(const Sent& sent, std::ostream* out) {
  *out << std::chrono::duration<double>(sent.at).count() << " s: " << testing::PrintToString(sent.octets);
}
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

class Line {
 public:
  explicit Line(const NodeConfig& config)
      : node_(config), is_ethernet_(config.interfaces[0].link_address.has_value()) {}

  /// Somebody who answers ARP and neighbor solicitations from now on, with or without the router flag.
  void add_station(std::string_view address, const Packet& mac, bool is_router = true) {
    remove_station(address);
    stations_.push_back({std::string(address), mac, is_router});
  }
  void remove_station(std::string_view address) {
    std::erase_if(stations_, [&](const Station& s) { return s.address == address; });
  }
  void add_routers() {
    add_station(router_a, mac_a);
    add_station(router_b, mac_b);
    add_station(router_a4, mac_a4);
    add_station(router_b4, mac_b4);
  }

  /// What the node sends at once when `datagram` comes.
  AllSent send(const Packet& datagram) {
    start_ = now_;
    receive(is_ethernet_ ? framed(datagram, mac_of_source(datagram)) : datagram);
    return take();
  }
  /// Time passes, and whatever is due is done right when it is due.
  AllSent wait(Duration duration) {
    start_ = now_;
    const Instant end = now_ + duration;
    for (std::size_t i = 0; i < 100000 && node_.next_deadline() <= end; ++i) {
      now_ = std::max(now_, node_.next_deadline());
      node_.tick(now_, out_);
      collect();
    }
    EXPECT_GT(node_.next_deadline(), end) << "what was due is still due after tick()";
    now_ = end;
    return take();
  }
  AllSent farewell() {
    start_ = now_;
    node_.farewell(now_, out_);
    collect();
    return take();
  }

  /// The station that gets what the node sends to `address` now, "? STATION" if it is asked for and does not answer,
  /// "" if nothing is sent. Nothing goes to others than stations.
  std::string hop_to(std::string_view address) {
    const bool is_ipv6 = address.find(':') != std::string_view::npos;
    const auto sent = send(is_ipv6 ? echo6({.source = address}) : echo4({.source = address}));
    for (const Sent& reply : only(is_ipv6 ? echo_reply6 : echo_reply4, sent))
      if (destination_of(reply.octets) == address) return name_of(reply.to);
    for (const Sent& question : sent)
      if (const std::string target = target_of(question); !target.empty()) return "? " + target;
    return "";
  }
  /// The echo reply to P of a host (2001:db8::1), whose station is there.
  Packet reply6(std::size_t octets = 56) {
    if (is_ethernet_) add_station("2001:db8::1", peer_mac, false);
    const auto sent = only(echo_reply6, send(echo6({}, counting(octets))));
    return sent.size() == 1 ? sent[0].octets : Packet();
  }

  std::uint64_t count(Reason reason) const { return node_.counters().count(reason); }
  discovery::NeighborKey key(std::string_view address) const {
    return {InterfaceId{0}, parse_address(address).value()};
  }
  const discovery::Neighbor* neighbor(std::string_view address) const {
    return node_.state().neighbors.find(key(address));
  }
  discovery::NeighborState state(std::string_view address) const {
    return node_.state().neighbors.state_of(key(address), now_);
  }
  Node& node() { return node_; }

 private:
  struct Station {
    std::string address;
    Packet mac;
    bool is_router;
  };

  void receive(const Packet& octets) {
    node_.receive({.interface = InterfaceId{0}, .bytes = octets, .now = now_}, out_);
    collect();
  }
  Packet mac_of_source(const Packet& datagram) const {
    const auto station = std::ranges::find(stations_, source_of(datagram), &Station::address);
    return station == stations_.end() ? peer_mac : station->mac;
  }
  std::string name_of(const Packet& mac) const {
    const auto station = std::ranges::find(stations_, mac, &Station::mac);
    return station == stations_.end() ? "somebody else" : station->address;
  }
  /// Whom a question asks for.
  static std::string target_of(const Sent& sent) {
    if (sent.is_arp && sent.octets.at(7) == 1) return to_text(IpAddress(Ipv4Address::load(sent.octets, 24)));
    if (sent.type() == neighbor_question) return to_text(IpAddress(Ipv6Address::load(sent.octets, 48)));
    return "";
  }
  void collect() {
    AllSent news;
    for (const OutgoingPacket& packet : out_.packets()) {
      const auto& mac = packet.link_destination.octets;
      news.push_back({now_ - start_, is_ethernet_ ? Packet(mac.begin(), mac.end()) : Packet(),
                      Packet(packet.bytes.begin(), packet.bytes.end()), packet.payload == LinkPayload::arp});
    }
    out_.clear();
    for (const Sent& sent : news) {
      expect_right(sent);
      sent_.push_back(sent);
      answer(sent);
    }
  }
  void answer(const Sent& question) {
    const auto station = std::ranges::find(stations_, target_of(question), &Station::address);
    if (station == stations_.end()) return;
    const Packet mac = station->mac;
    const std::string address = station->address;
    if (question.is_arp) return receive(arp_reply(address, mac));
    const std::string asker = source_of(question.octets);
    receive(framed(advertisement({.source = address,
                                  .destination = asker,
                                  .target = address,
                                  .flags = (station->is_router ? router_flag : 0) | solicited_flag | override_flag,
                                  .options = target_option(mac)}),
                   mac));
  }
  void expect_right(const Sent& sent) const {
    if (sent.is_arp) return;
    EXPECT_TRUE(checksums_are_right(sent.octets)) << "a wrong checksum was sent";
    if (!is_ethernet_) return;
    const Packet group = mac_towards_host(sent.octets);
    if (group != own_mac)
      EXPECT_EQ(sent.to, group);
    else
      EXPECT_EQ(sent.to.at(0) & 1, 0) << "a unicast datagram in a frame to a group";
  }
  AllSent take() { return std::exchange(sent_, {}); }

  Node node_;
  bool is_ethernet_;
  Outbox out_;
  Instant now_;
  Instant start_;
  std::vector<Station> stations_;
  AllSent sent_;
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
