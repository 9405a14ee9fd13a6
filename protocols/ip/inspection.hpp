// What a router may be told to look at in IPv6 packets in transit beyond the fixed header: ICMPv6 messages that pass no
// site's edge (RFC 4890 4.3), chains of headers that it cannot look through (RFC 8883 2.2 and 3). Off unless asked for
// (RFC 8200 4).
#pragma once

#include "protocols/arrival.hpp"
#include "protocols/error_rule.hpp"
#include "protocols/ip/forwarding.hpp"

namespace tunstack::ip {

/// A packet, as far as it was looked through.
struct Inspected {
  const Ipv6ForwardingPolicy& policy;
  UpperLayer reached;
  Bytes message = {};  // of the upper layer, if it is here
  bool is_whole_chain = true;
};
Inspected inspect(const Ipv6Arrival& arrival, const Ipv6ForwardingPolicy& policy);

inline bool is_inspected(const Ipv6ForwardingPolicy& policy) {
  return policy.icmp != IcmpInTransit::all || policy.inspects_chain || policy.parse_limit != 0;
}

/// Whether a message passes by RFC 4890 4.3.1 and 4.3.2: errors about traffic, echoes, and what Mobile IPv6 needs.
bool passes_rfc4890(std::uint8_t type, std::uint8_t code);
/// Whether anybody is known to use the number behind extension headers.
bool is_known_upper_layer(std::uint8_t protocol);

/// Of two limits the first is told of (RFC 8883 4.1).
inline constexpr std::array ipv6_inspection_rules = {
    ErrorRule<Inspected>{Reason::forward6_next_header_unknown, Problem::next_header_unknown_on_way,
                         [](const Inspected& i) -> std::size_t { return i.reached.protocol_at; },
                         [](const Inspected& i) {
                           return i.policy.inspects_chain && i.is_whole_chain &&
                                  !is_known_upper_layer(i.reached.protocol);
                         }},
    ErrorRule<Inspected>{
        Reason::forward6_headers_too_long, Problem::headers_too_long,
        [](const Inspected& i) -> std::size_t { return i.policy.parse_limit; },
        [](const Inspected& i) { return i.policy.parse_limit != 0 && i.reached.offset > i.policy.parse_limit; }},
    ErrorRule<Inspected>{Reason::forward6_icmp_filtered, silently, no_pointer,
                         [](const Inspected& i) {
                           return i.policy.icmp == IcmpInTransit::rfc4890 && i.message.size() >= 2 &&
                                  i.reached.protocol == protocol_number::icmpv6 &&
                                  !passes_rfc4890(i.message[0], i.message[1]);
                         }},
};

}  // namespace tunstack::ip
