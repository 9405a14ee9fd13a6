// Everything that can be set on a node, and THE table of it: key, default, hardened default, source, sentence.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocols/icmp/echo.hpp"
#include "protocols/icmp/extended_echo.hpp"
#include "protocols/icmp/queries.hpp"
#include "protocols/icmp/quote.hpp"
#include "protocols/icmp/rate_limit.hpp"
#include "protocols/ip/ipv4_input.hpp"
#include "protocols/ip/ipv4_options.hpp"
#include "protocols/ip/ipv6_chain.hpp"
#include "protocols/ip/ipv6_fragments.hpp"
#include "protocols/transport/tcp_input.hpp"
#include "protocols/transport/udp_services.hpp"

namespace tunstack {

/// TOS of ICMPv4 errors: 0, or internetwork control and the TOS bits of the invoking packet (RFC 1812 4.3.2.5).
enum class ErrorTos : std::uint8_t { zero, rfc1812 };

struct NodeOptions {
  ip::Ipv4Policy ipv4;
  std::uint32_t ipv4_ttl = 64;
  std::uint32_t ipv6_hop_limit = 64;
  icmp::Echo4Policy echo4;
  icmp::Echo6Policy echo6;
  ip::Ipv4OptionPolicy ipv4_options;
  ip::ReassemblyLimits reassembly4;  // read when a node is made
  ip::ReassemblyPolicy fragments4;
  std::uint32_t path_mtu_age = 600;  // seconds
  ip::Ipv6ChainPolicy ipv6_chain;
  ip::ReassemblyLimits reassembly6;  // read when a node is made
  ip::ReassemblyPolicy fragments6{.largest = ip::ipv6_largest_held, .overlap = ip::Overlap::drop_equal_too};
  std::uint32_t ipv6_path_mtu_age = 600;  // seconds
  icmp::QueryPolicy queries;
  bool learn_mask = false;
  icmp::ExtendedEchoPolicy probe;
  bool extensions = false;  // RFC 4884 structures in our own errors
  ErrorTos ipv4_error_tos = ErrorTos::zero;
  transport::UdpServices udp_services;
  icmp::Ipv4Quote ipv4_quote = icmp::Ipv4Quote::datagram_of_576;
  icmp::ErrorLimits ipv4_error_limits;
  icmp::ErrorLimits ipv6_error_limits;
  std::uint32_t ipv4_reply_rate = 0;  // messages a second; 0 is no limit
  std::uint32_t ipv6_reply_rate = 0;
  bool ipv6_unreachable = true;
  transport::ClosedTcp closed_tcp = transport::ClosedTcp::rst;
};

/// Where the value of one option lives in a NodeOptions.
struct ChoiceSlot {
  void* value;  // an enumeration of one octet
};
struct SetSlot {
  std::uint8_t* bits;  // bit n is the n-th choice
};
using OptionSlot = std::variant<bool*, std::uint32_t*, ChoiceSlot, SetSlot, std::vector<IpPrefix>*>;

struct OptionRow {
  std::string_view key;
  /// "on|off", "MINIMUM..MAXIMUM UNIT", the choices as "a|b|c" in the order of their enumeration or bits (of a set:
  /// one or more, separated by commas), or "any, or PREFIX,PREFIX...".
  std::string_view type;
  std::string_view lab;       // value in the default profile
  std::string_view hardened;  // value in the profile `hardened`
  std::string_view source;    // RFC and section, and the decision of docs/spec
  std::string_view text;
  OptionSlot (*slot)(NodeOptions&);
};

std::span<const OptionRow> option_table();

enum class Profile : std::uint8_t { lab, hardened };
NodeOptions options_of(Profile profile);

/// Why an assignment was refused, in the three parts of an error: what, why, what to do.
struct OptionFault {
  std::string what, why, remedy;
};

/// Applies "KEY=VALUE". Nothing changes on a fault.
std::optional<OptionFault> set_option(NodeOptions& options, std::string_view assignment);

}  // namespace tunstack
