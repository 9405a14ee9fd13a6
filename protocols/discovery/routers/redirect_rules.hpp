// Which redirects a host believes, and what they say: ICMPv4 (RFC 792, RFC 1122 3.2.2.2) and ICMPv6 (RFC 4861 8.1).
// For each family the rows about the message come first, then those about what the node knows of its addresses.
#pragma once

#include <expected>

#include "protocols/discovery/nd_rules.hpp"
#include "protocols/wire/redirects.hpp"

namespace tunstack::discovery {

// ---- IPv4 ----

/// Over an ICMP message whose checksum holds.
inline constexpr std::array ipv4_redirect_message_rules = {
    Rule<Bytes>{Reason::icmp4_redirect_too_short,
                [](const Bytes& m) { return m.size() < icmp_header_size + ipv4_header_size + least_quoted_transport; }},
    Rule<Bytes>{Reason::icmp4_redirect_code_unknown,
                [](const Bytes& m) { return Icmpv4RedirectView::of(m).code() > icmpv4_redirect_last_code; }},
    Rule<Bytes>{Reason::icmp4_redirect_quotes_no_ipv4,
                [](const Bytes& m) {
                  const auto quoted = QuotedIpv4::parse(Icmpv4RedirectView::of(m).quote());
                  return !quoted || quoted->header_size() < ipv4_header_size;
                }},
    Rule<Bytes>{Reason::icmp4_redirect_too_short,
                [](const Bytes& m) { return !QuotedIpv4::of(Icmpv4RedirectView::of(m).quote()).has_transport(); }},
};

/// What a redirect says.
struct Ipv4Redirect {
  Ipv4Address gateway;
  Ipv4Address quoted_source;
  Ipv4Address destination;  // the quoted one, whatever the code: a network redirect is for one host too
  std::uint8_t quoted_protocol;
  std::uint16_t quoted_identification;

  static std::expected<Ipv4Redirect, Reason> parse(Bytes message, RuleTrace* trace = nullptr) {
    if (const auto broken = first_broken<ipv4_redirect_message_rules>(message, trace)) return std::unexpected(*broken);
    const auto view = Icmpv4RedirectView::of(message);
    const auto quoted = QuotedIpv4::of(view.quote());
    return Ipv4Redirect{view.gateway(), quoted.source(), quoted.destination(), quoted.protocol(),
                        quoted.identification()};
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
  bool gateway_is_trusted;   // a default router, where icmp.secure_redirects asks for one
  bool quotes_sent_packet;   // one that can have left lately
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
    Rule<Ipv4RedirectInput>{Reason::icmp4_redirect_gateway_unknown,
                            [](const auto& in) { return !in.gateway_is_trusted; }},
    Rule<Ipv4RedirectInput>{Reason::icmp4_redirect_about_packet_not_sent,
                            [](const auto& in) { return !in.quotes_sent_packet; }},
};

// ---- IPv6 ----

/// RFC 4861 8.1, behind nd_rules.
inline constexpr std::array ipv6_redirect_message_rules = {
    Rule<NdInput>{Reason::icmp6_redirect_source_not_link_local,
                  [](const NdInput& in) { return !in.ip.source().is_link_local(); }},
    Rule<NdInput>{Reason::icmp6_redirect_destination_multicast,
                  [](const NdInput& in) { return Icmpv6RedirectView::of(in.message).destination().is_multicast(); }},
    Rule<NdInput>{Reason::icmp6_redirect_target_invalid,
                  [](const NdInput& in) {
                    const auto redirect = Icmpv6RedirectView::of(in.message);
                    return !redirect.target().is_link_local() && redirect.target_is_router();
                  }},
};

/// What a redirect says.
struct Ipv6Redirect {
  Ipv6Address target;
  Ipv6Address destination;
  std::optional<MacAddress> target_mac;
  Bytes redirected_packet;  // the start of it; empty if the redirect does not tell (RFC 4861 4.6.3)

  /// A router, to which the destination's packets go from now on; otherwise the destination is a neighbor itself.
  bool target_is_router() const { return target != destination; }

  /// Of a message that keeps nd_rules.
  static Ipv6Redirect of(const NdInput& in) {
    const auto view = Icmpv6RedirectView::of(in.message);
    return {view.target(), view.destination(), view.target_mac(), view.redirected_packet()};
  }
};

/// What the node knows about a redirect. The prefixes of the link are not asked (ND-RED-007).
struct Ipv6RedirectInput {
  bool accept_redirects;  // icmp6.accept_redirects
  bool target_is_ours;
  bool source_is_first_hop;  // the redirect's source is where packets to the destination go now
  bool target_is_trusted;    // a default router, where icmp.secure_redirects asks for one
  bool packet_is_ours;       // the redirected one, to that destination; so is one that is not told
  bool was_sent_to_lately;   // by way of a router
};

inline constexpr std::array ipv6_redirect_rules = {
    Rule<Ipv6RedirectInput>{Reason::icmp6_redirects_off, [](const auto& in) { return !in.accept_redirects; }},
    Rule<Ipv6RedirectInput>{Reason::icmp6_redirect_target_is_ours, [](const auto& in) { return in.target_is_ours; }},
    Rule<Ipv6RedirectInput>{Reason::icmp6_redirect_not_from_first_hop,
                            [](const auto& in) { return !in.source_is_first_hop; }},
    Rule<Ipv6RedirectInput>{Reason::icmp6_redirect_target_unknown,
                            [](const auto& in) { return !in.target_is_trusted; }},
    Rule<Ipv6RedirectInput>{Reason::icmp6_redirect_about_foreign_packet,
                            [](const auto& in) { return !in.packet_is_ours; }},
    Rule<Ipv6RedirectInput>{Reason::icmp6_redirect_about_packet_not_sent,
                            [](const auto& in) { return !in.was_sent_to_lately; }},
};

}  // namespace tunstack::discovery
