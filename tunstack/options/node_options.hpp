// The values of all options of a node, with the defaults of the profile "lab". Read by nodes; written by set_option()
// (tunstack/options/options.hpp), by tests and by whoever makes a node. Knows nothing of keys and texts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "protocols/discovery/addresses/duplicate_detection.hpp"
#include "protocols/discovery/neighbors/neighbor_cache.hpp"
#include "protocols/icmp/echo.hpp"
#include "protocols/icmp/extended_echo.hpp"
#include "protocols/icmp/queries.hpp"
#include "protocols/icmp/quote.hpp"
#include "protocols/icmp/rate_limit.hpp"
#include "protocols/ip/forwarding.hpp"
#include "protocols/ip/ipv4_input.hpp"
#include "protocols/ip/ipv4_options.hpp"
#include "protocols/ip/ipv6_chain.hpp"
#include "protocols/ip/ipv6_fragments.hpp"
#include "protocols/transport/tcp_input.hpp"
#include "protocols/transport/udp_services.hpp"

namespace tunstack {

/// TOS of ICMPv4 errors: 0, or internetwork control and the TOS bits of the invoking packet (RFC 1812 4.3.2.5); by the
/// role of the interface it is that of hosts or of routers.
enum class ErrorTos : std::uint8_t { by_role, zero, rfc1812 };

enum class AdvertisedPreference : std::uint8_t { medium, high, low };

/// What a router advertises (RFC 4861 6.2.1). Times in seconds unless said otherwise.
struct RouterOptions {
  static constexpr std::uint32_t default_lifetime = 65535;  // three times max_interval
  bool advertises = false;
  std::uint32_t max_interval = 600;
  std::uint32_t min_interval = 0;  // 0: follows from max_interval
  std::uint32_t lifetime = default_lifetime;
  bool answers_by_unicast = false;
  std::uint32_t hop_limit = 64;
  bool managed = false;
  bool other = false;
  AdvertisedPreference preference = AdvertisedPreference::medium;
  std::uint32_t reachable = 0;     // ms
  std::uint32_t retransmit = 0;    // ms
  std::uint32_t mtu = 0;           // octets; 0: not told
  std::vector<IpPrefix> prefixes;  // none: those of the interface
  bool on_link = true;
  bool autonomous = true;
  std::uint32_t valid = 2'592'000;
  std::uint32_t preferred = 604'800;
  std::vector<IpPrefix> routes;
  std::vector<IpPrefix> dns_servers;
  std::vector<std::string> dns_names;
  std::vector<IpPrefix> nat64;
  bool queries_listeners = false;  // of IPv6 groups (RFC 3810 7)
};

/// What a router advertises to IPv4 hosts (RFC 1256 4.1). Times in seconds.
struct Ipv4RouterOptions {
  bool advertises = false;
  bool by_broadcast = false;
  std::uint32_t max_interval = 600;
  std::uint32_t min_interval = 0;  // 0: 0.75 of max_interval
  std::uint32_t lifetime = 0;      // 0: three times max_interval
  bool answers_by_unicast = true;
  std::uint32_t preference = 0;
};

enum class IdentifierKind : std::uint8_t { stable, eui64 };
enum class DetectionMode : std::uint8_t { normal, optimistic };

/// How a node comes to its own addresses.
struct AddressOptions {
  std::uint32_t probes = 1;  // of IPv6 addresses; 0: they are not checked
  DetectionMode mode = DetectionMode::normal;
  std::uint32_t advertisements = 1;
  bool autoconfigures = true;
  bool temporary = false;
  IdentifierKind identifiers = IdentifierKind::stable;
  std::vector<std::string> secret;  // of stable identifiers; empty: one is drawn from the seed
  bool checks_ipv4 = false;
  discovery::Defence defence = discovery::Defence::always;
  std::uint32_t retry = 60;  // seconds until an address that another node has is checked again; 0: never
  bool reports_ipv4_groups = false;
  bool reports_ipv6_groups = true;
};

/// Whom a router answers for on its link: addresses of nodes elsewhere.
struct ProxyOptions {
  std::vector<IpPrefix> ipv4;
  std::vector<IpPrefix> ipv6;  // each one address
  bool empty() const { return ipv4.empty() && ipv6.empty(); }
};

struct NodeOptions {
  ip::Ipv4Policy ipv4;
  std::uint32_t ipv4_ttl = 64;
  std::uint32_t ipv6_hop_limit = 64;
  icmp::Echo4Policy echo4;
  icmp::Echo6Policy echo6;
  ip::Ipv4OptionPolicy ipv4_options;
  ip::ReassemblyLimits reassembly4;  // read when a node is made
  ip::ReassemblyPolicy fragments4;
  std::uint32_t path_mtu_age = 600;      // seconds
  std::uint32_t path_mtu_minimum = 552;  // octets
  ip::Ipv6ChainPolicy ipv6_chain;
  ip::Ipv4ForwardingPolicy forwarding4;
  ip::Ipv6ForwardingPolicy forwarding6;
  ip::ReassemblyLimits reassembly6;  // read when a node is made
  ip::ReassemblyPolicy fragments6{.largest = ip::ipv6_largest_held, .overlap = ip::Overlap::drop_equal_too};
  std::uint32_t ipv6_path_mtu_age = 600;  // seconds
  icmp::QueryPolicy queries;
  bool learn_mask = false;
  icmp::ExtendedEchoPolicy probe;
  bool extensions = false;  // RFC 4884 structures in our own errors
  ErrorTos ipv4_error_tos = ErrorTos::by_role;
  bool ipv4_errors = true;
  bool ipv6_errors = true;
  bool ipv4_errors_from_inbound = true;  // of a router; or from an address of where they leave
  transport::UdpServices udp_services;
  icmp::Ipv4Quote ipv4_quote = icmp::Ipv4Quote::datagram_of_576;
  icmp::ErrorLimits ipv4_error_limits;
  icmp::ErrorLimits ipv6_error_limits{.prefix = {100, 20}};
  std::uint32_t ipv4_reply_rate = 0;  // messages a second; 0 is no limit
  std::uint32_t ipv6_reply_rate = 0;
  std::uint32_t amplification_rate = default_amplification.rate;  // packets a second; read when a node is made
  RateLimit amplification_limit() const { return {amplification_rate, default_amplification.burst}; }
  bool ipv6_unreachable = true;
  transport::ClosedTcp closed_tcp = transport::ClosedTcp::rst;
  discovery::NeighborTimes arp{.reachable = 60'000};
  discovery::NeighborTimes neighbor_discovery;
  std::uint32_t neighbors = 1024;         // read when a node is made
  std::uint32_t solicitation_rate = 100;  // a second, to everybody on one link; 0 is no limit
  /// What a second allows may come at once.
  RateLimit solicitation_limit() const { return {solicitation_rate, solicitation_rate}; }
  bool accept_advertisements = true;
  bool solicits_for_ever = false;
  std::uint32_t least_hop_limit = 10;      // that a router may tell; read when a node is made
  std::uint32_t least_prefix_length = 48;  // on the link; read when a node is made
  bool accepts_untracked = false;
  bool discovers_routers4 = true;
  bool accept_redirects4 = true;
  bool accept_redirects6 = true;
  bool secure_redirects = false;
  std::uint32_t redirect_lifetime = 600;  // seconds
  Ipv4RouterOptions router4;              // read when a node is made
  AddressOptions own;                     // read when a node is made
  RouterOptions router;                   // read when a node is made
  ProxyOptions proxied;                   // those of IPv6 are read when a node is made
};

}  // namespace tunstack
