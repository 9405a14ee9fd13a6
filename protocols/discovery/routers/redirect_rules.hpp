// Which redirects a host believes, and what they say: ICMPv4 (RFC 792, RFC 1122 3.2.2.2) and ICMPv6 (RFC 4861 8.1).
// For each family the rows about the message come first, then those about what the node knows of its addresses.
#pragma once

#include <expected>

#include "protocols/discovery/nd_rules.hpp"
#include "protocols/wire/icmpv4.hpp"
#include "protocols/wire/ipv4.hpp"

namespace tunstack::discovery {

// ---- IPv4 ----

/// Octets of the quoted header, as it says itself.
inline std::size_t quoted_header_size(Bytes message) { return (message[icmp_header_size] & 0x0fU) * 4; }

/// Over an ICMP message whose checksum holds.
inline constexpr std::array ipv4_redirect_message_rules = {
    Rule<Bytes>{Reason::icmp4_redirect_too_short,
                [](const Bytes& m) { return m.size() < icmp_header_size + ipv4_header_size + 8; }},
    Rule<Bytes>{Reason::icmp4_redirect_code_unknown, [](const Bytes& m) { return m[1] > 3; }},
    Rule<Bytes>{
        Reason::icmp4_redirect_quotes_no_ipv4,
        [](const Bytes& m) { return m[icmp_header_size] >> 4 != 4 || quoted_header_size(m) < ipv4_header_size; }},
    Rule<Bytes>{Reason::icmp4_redirect_too_short,
                [](const Bytes& m) { return m.size() < icmp_header_size + quoted_header_size(m) + 8; }},
};

/// Layout: type, code, checksum, gateway, the quoted packet.
struct Ipv4Redirect {
  Ipv4Address gateway;
  Ipv4Address quoted_source;
  Ipv4Address destination;  // the quoted one, whatever the code: a network redirect is for one host too

  static std::expected<Ipv4Redirect, Reason> parse(Bytes message) {
    if (const auto broken = first_broken<ipv4_redirect_message_rules>(message)) return std::unexpected(*broken);
    return Ipv4Redirect{Ipv4Address::load(message, 4), Ipv4Address::load(message, icmp_header_size + 12),
                        Ipv4Address::load(message, icmp_header_size + 16)};
  }
};

/// A redirect with what its addresses are to the arrival interface.
struct Ipv4RedirectInput {
  bool accept_redirects;  // icmp4.accept_redirects
  AddressKind gateway;
  bool gateway_is_on_link;  // in a subnet of that interface
  bool quoted_source_is_ours;
  AddressKind destination;
  bool destination_is_on_link;
  bool source_is_first_hop;  // the redirect's source is where packets to the destination go now
};

inline constexpr std::array ipv4_redirect_rules = {
    Rule<Ipv4RedirectInput>{Reason::icmp4_redirects_off, [](const auto& in) { return !in.accept_redirects; }},
    Rule<Ipv4RedirectInput>{Reason::icmp4_redirect_gateway_is_ours, [](const auto& in) { return is_own(in.gateway); }},
    Rule<Ipv4RedirectInput>{Reason::icmp4_redirect_gateway_not_unicast,
                            [](const auto& in) { return in.gateway != AddressKind::unicast; }},
    Rule<Ipv4RedirectInput>{Reason::icmp4_redirect_gateway_off_link,
                            [](const auto& in) { return !in.gateway_is_on_link; }},
    Rule<Ipv4RedirectInput>{Reason::icmp4_redirect_about_foreign_packet,
                            [](const auto& in) { return !in.quoted_source_is_ours; }},
    Rule<Ipv4RedirectInput>{Reason::icmp4_redirect_destination_not_unicast,
                            [](const auto& in) { return in.destination != AddressKind::unicast; }},
    Rule<Ipv4RedirectInput>{Reason::icmp4_redirect_destination_on_link,
                            [](const auto& in) { return in.destination_is_on_link; }},
    Rule<Ipv4RedirectInput>{Reason::icmp4_redirect_not_from_first_hop,
                            [](const auto& in) { return !in.source_is_first_hop; }},
};

// ---- IPv6 ----

inline Ipv6Address redirected_destination(const NdInput& in) {
  return Ipv6Address::load(in.message, nd_redirected_destination_offset);
}

/// RFC 4861 8.1, behind nd_rules.
inline constexpr std::array ipv6_redirect_message_rules = {
    Rule<NdInput>{Reason::icmp6_redirect_source_not_link_local,
                  [](const NdInput& in) { return !in.ip.source().is_link_local(); }},
    Rule<NdInput>{Reason::icmp6_redirect_destination_multicast,
                  [](const NdInput& in) { return redirected_destination(in).is_multicast(); }},
    Rule<NdInput>{Reason::icmp6_redirect_target_invalid,
                  [](const NdInput& in) {
                    return !in.target_address().is_link_local() && in.target_address() != redirected_destination(in);
                  }},
};

/// Layout: type, code, checksum, reserved (32), target (128), destination (128), options.
struct Ipv6Redirect {
  Ipv6Address target;
  Ipv6Address destination;
  std::optional<MacAddress> target_mac;

  /// A router, to which the destination's packets go from now on; otherwise the destination is a neighbor itself.
  bool target_is_router() const { return target != destination; }

  /// Of a message that keeps nd_rules.
  static Ipv6Redirect of(const NdInput& in) {
    return {in.target_address(), redirected_destination(in),
            find_link_layer_address(in.options(), nd_option::target_link_layer_address)};
  }
};

/// What the node knows about a redirect. The prefixes of the link are not asked (ND-RED-007).
struct Ipv6RedirectInput {
  bool accept_redirects;  // nd.accept_redirects
  bool target_is_ours;
  bool source_is_first_hop;  // the redirect's source is where packets to the destination go now
};

inline constexpr std::array ipv6_redirect_rules = {
    Rule<Ipv6RedirectInput>{Reason::icmp6_redirects_off, [](const auto& in) { return !in.accept_redirects; }},
    Rule<Ipv6RedirectInput>{Reason::icmp6_redirect_target_is_ours, [](const auto& in) { return in.target_is_ours; }},
    Rule<Ipv6RedirectInput>{Reason::icmp6_redirect_not_from_first_hop,
                            [](const auto& in) { return !in.source_is_first_hop; }},
};

}  // namespace tunstack::discovery
