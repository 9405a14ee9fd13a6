// A host of an Ethernet that checks its own addresses, and what others say about these.
#pragma once

#include "tests/conformance/routers/router_wire.hpp"

namespace tunstack::test::own_addresses {

using namespace router_messages;
using namespace routers;

using namespace std::chrono_literals;

inline constexpr std::string_view peer = "2001:db8::1";
// Of own_mac, by RFC 4291 appendix A.
inline constexpr std::string_view eui64_link_local = "fe80::ff:fe00:2", eui64_global = "2001:db8:1::ff:fe00:2";

// ---- what a host is ----

inline NodeConfig with_settings(NodeConfig config, std::initializer_list<std::string_view> settings) {
  for (const std::string_view setting : settings)
    EXPECT_FALSE(set_option(config.options, setting).has_value()) << setting;
  return config;
}
/// 192.0.2.2, 2001:db8::2 and fe80::2, the latter two checked once; it neither announces them nor reports groups.
inline NodeConfig checking_host(std::initializer_list<std::string_view> settings = {}) {
  return with_settings(ethernet_config({"dad.transmits=1"}), settings);
}
/// Likewise; it makes addresses of its MAC address and what routers tell, unless the settings say otherwise.
inline NodeConfig autoconfiguring_host(std::initializer_list<std::string_view> settings = {}) {
  return with_settings(learning_host({"dad.transmits=1", "slaac.iid=eui64"}), settings);
}
/// Likewise, of IPv6 nothing configured.
inline NodeConfig self_addressed_host(std::initializer_list<std::string_view> settings = {}) {
  return with_addresses(autoconfiguring_host(settings), {"192.0.2.2/24"});
}

// ---- what it hears ----

/// The check of somebody else (RFC 4862 5.4.2).
inline Packet probe_of_another(std::string_view target, const Packet& options = {}) {
  const std::string group = solicited_node(target);
  return solicitation({.source = "::", .destination = group, .target = target, .options = options});
}
inline Packet nonce_option(const Packet& nonce) { return nd_option_of(14, nonce); }
/// Somebody else has the address, and says so to all.
inline Packet claim_of_another(std::string_view target) {
  return advertisement({.source = target,
                        .destination = "ff02::1",
                        .target = target,
                        .flags = override_flag,
                        .options = target_option(other_mac)});
}
/// P asks for a neighbor.
inline Packet question_of_peer(std::string_view target) {
  const std::string group = solicited_node(target);
  return solicitation({.destination = group, .target = target});
}

// ---- what it sends ----

inline std::string target_of(const Sent& sent) { return to_text(IpAddress(Ipv6Address::load(sent.octets, 48))); }
inline bool is_probe(const Sent& sent) { return sent.type() == neighbor_question && source_of(sent.octets) == "::"; }
inline AllSent probes_in(const AllSent& all) {
  AllSent probes;
  std::ranges::copy_if(all, std::back_inserter(probes), is_probe);
  return probes;
}
inline std::vector<std::string> targets_in(const AllSent& all) {
  std::vector<std::string> targets;
  for (const Sent& probe : probes_in(all)) targets.push_back(target_of(probe));
  return targets;
}

/// P is there, and answers what it is asked.
class OwnAddresses : public Line {
 public:
  explicit OwnAddresses(const NodeConfig& config = checking_host()) : Line(config) {
    add_station(peer, peer_mac, false);
    add_station("fe80::1", peer_mac, false);
    add_station("2001:db8:1::1", peer_mac, false);
  }

  /// Whether an echo request of P to the address gets its reply, from there.
  bool answers(std::string_view address) { return replies_from(address) == std::vector{std::string(address)}; }
  /// Where the host sends from to a neighbor: the source of its reply to an echo request to all nodes.
  std::string source_towards(std::string_view neighbor) {
    const auto replies = only(echo_reply6, send(echo6({.source = neighbor, .destination = "ff02::1"})));
    return replies.size() == 1 ? source_of(replies[0].octets) : std::to_string(replies.size()) + " replies";
  }
  /// Until an address is probed, which is right now. What else was sent meanwhile is dropped.
  std::string wait_for_any_probe(Duration longest = 10s) {
    for (Duration waited{}; waited < longest; waited += 1ms)
      if (const auto probed = targets_in(wait(1ms)); !probed.empty()) return probed.back();
    return "";
  }
  void wait_for_probe(std::string_view target) { wait_for_probe_within(target, 10s); }
  void wait_for_probe_within(std::string_view target, Duration longest) {
    for (std::string probed = wait_for_any_probe(longest); probed != target; probed = wait_for_any_probe(longest))
      if (probed.empty()) {
        ADD_FAILURE() << "no probe for " << target;
        return;
      }
  }

 private:
  std::vector<std::string> replies_from(std::string_view address) {
    const bool is_link_local = address.starts_with("fe80");
    const auto request = echo6({.source = is_link_local ? "fe80::1" : peer, .destination = address});
    std::vector<std::string> sources;
    for (const Sent& reply : only(echo_reply6, send(request))) sources.push_back(source_of(reply.octets));
    return sources;
  }
};

}  // namespace tunstack::test::own_addresses
