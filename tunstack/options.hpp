// Everything that can be set on a node, and THE table of it: key, default, hardened default, source, sentence.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "protocols/icmp/echo.hpp"
#include "protocols/icmp/quote.hpp"
#include "protocols/icmp/rate_limit.hpp"
#include "protocols/ip/ipv4_input.hpp"
#include "protocols/transport/tcp_input.hpp"

namespace tunstack {

struct NodeOptions {
  ip::Ipv4Policy ipv4;
  std::uint32_t ipv4_ttl = 64;
  std::uint32_t ipv6_hop_limit = 64;
  icmp::Echo4Policy echo4;
  icmp::Echo6Policy echo6;
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
using OptionSlot = std::variant<bool*, std::uint32_t*, ChoiceSlot>;

struct OptionRow {
  std::string_view key;
  std::string_view
      type;  // "on|off", "MINIMUM..MAXIMUM UNIT", or the choices as "a|b|c" in the order of their enumeration
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
