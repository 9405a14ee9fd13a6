// THE tables of when an ICMP error must not be sent: RFC 1122 3.2.2 with RFC 1812 4.3.2.7, and RFC 4443 2.4(e).
// They win over every rule that asks for an error.
#pragma once

#include <array>
#include <optional>

#include "protocols/arrival.hpp"
#include "protocols/base/problem.hpp"
#include "protocols/base/rule.hpp"
#include "protocols/wire/icmpv4.hpp"
#include "protocols/wire/icmpv6.hpp"
#include "protocols/wire/ipv6_extensions.hpp"

namespace tunstack::icmp {

/// The packet that an error would be about.
struct InvokingPacket {
  AddressKind source = AddressKind::unicast;
  AddressKind destination = AddressKind::own;
  bool link_layer_group = false;
  std::size_t fragment_offset = 0;                       // octets
  bool is_icmp = false;                                  // of its own family
  std::optional<std::uint8_t> icmp_type = std::nullopt;  // none if the packet is too short to hold it
  bool upper_layer_unknown = false;                      // behind more headers than anybody looks through
  Problem problem = Problem::port_unreachable;
};

inline std::optional<std::uint8_t> icmp_type_of(Bytes message) {
  return message.empty() ? std::nullopt : std::optional(message[icmp_offset::type]);
}

inline InvokingPacket invoking_packet(const Ipv4Arrival& arrival, Problem problem) {
  return {.source = arrival.source,
          .destination = arrival.destination,
          .link_layer_group = arrival.link_layer_group,
          .fragment_offset = arrival.ip.fragment_offset(),
          .is_icmp = is_icmp(arrival),
          .icmp_type = icmp_type_of(arrival.payload()),
          .problem = problem};
}

// The chain may have been left at a header in error: what stands behind counts all the same.
inline InvokingPacket invoking_packet(const Ipv6Arrival& arrival, Problem problem) {
  InvokingPacket invoking{.source = arrival.source,
                          .destination = arrival.destination,
                          .link_layer_group = arrival.link_layer_group,
                          .problem = problem};
  const Bytes packet = arrival.all_octets();
  UpperLayer upper = arrival.upper;
  if (is_ipv6_extension(arrival.protocol())) {
    const auto found = find_upper_layer(packet);
    invoking.upper_layer_unknown = found == std::unexpected(NoUpperLayer::behind_too_many_headers);
    if (!found) return invoking;
    upper = *found;
  }
  invoking.is_icmp = upper.protocol == protocol_number::icmpv6;
  invoking.icmp_type = icmp_type_of(packet.subspan(upper.offset));
  return invoking;
}

bool is_icmpv4_error(std::uint8_t type);
bool is_known_icmpv4_type(std::uint8_t type);

/// Path MTU discovery must work for multicast, and an option may ask to be reported from there: the exceptions of
/// RFC 4443 2.4(e.3) to (e.5).
constexpr bool may_report_about_groups(Problem problem) {
  return problem == Problem::packet_too_big || problem == Problem::unrecognized_option;
}

/// Sources that define no single host: anything but a unicast address.
constexpr bool is_single_host(AddressKind kind) {
  return kind == AddressKind::unicast || kind == AddressKind::proxied || kind == AddressKind::itself || is_own(kind);
}

inline constexpr std::array ipv4_suppression = {
    Rule<InvokingPacket>{
        Reason::icmp4_about_icmp_error,
        [](const InvokingPacket& p) { return p.is_icmp && p.icmp_type && is_icmpv4_error(*p.icmp_type); }},
    Rule<InvokingPacket>{
        Reason::icmp4_about_icmp_of_unknown_type,
        [](const InvokingPacket& p) { return p.is_icmp && !(p.icmp_type && is_known_icmpv4_type(*p.icmp_type)); }},
    Rule<InvokingPacket>{Reason::icmp4_destination_multicast,
                         [](const InvokingPacket& p) { return is_multicast(p.destination); }},
    Rule<InvokingPacket>{Reason::icmp4_destination_broadcast,
                         [](const InvokingPacket& p) {
                           return is_broadcast(p.destination) || p.destination == AddressKind::unspecified;
                         }},
    Rule<InvokingPacket>{Reason::icmp4_link_layer_group, [](const InvokingPacket& p) { return p.link_layer_group; }},
    Rule<InvokingPacket>{Reason::icmp4_not_first_fragment,
                         [](const InvokingPacket& p) { return p.fragment_offset > 0; }},
    Rule<InvokingPacket>{Reason::icmp4_source_not_single_host,
                         [](const InvokingPacket& p) { return !is_single_host(p.source); }},
    Rule<InvokingPacket>{Reason::icmp4_source_own, [](const InvokingPacket& p) { return is_own(p.source); }},
};

inline constexpr std::array ipv6_suppression = {
    Rule<InvokingPacket>{
        Reason::icmp6_about_icmp_error,
        [](const InvokingPacket& p) { return p.is_icmp && p.icmp_type.value_or(0) < icmpv6_first_informational; }},
    Rule<InvokingPacket>{Reason::icmp6_upper_layer_not_found,
                         [](const InvokingPacket& p) { return p.upper_layer_unknown; }},
    Rule<InvokingPacket>{Reason::icmp6_about_redirect,
                         [](const InvokingPacket& p) {
                           return p.is_icmp && p.icmp_type == static_cast<std::uint8_t>(Icmpv6Type::redirect);
                         }},
    Rule<InvokingPacket>{
        Reason::icmp6_destination_multicast,
        [](const InvokingPacket& p) { return is_multicast(p.destination) && !may_report_about_groups(p.problem); }},
    Rule<InvokingPacket>{
        Reason::icmp6_link_layer_group,
        [](const InvokingPacket& p) { return p.link_layer_group && !may_report_about_groups(p.problem); }},
    Rule<InvokingPacket>{Reason::icmp6_source_not_single_node,
                         [](const InvokingPacket& p) { return !is_single_host(p.source); }},
    Rule<InvokingPacket>{Reason::icmp6_source_own, [](const InvokingPacket& p) { return is_own(p.source); }},
};

}  // namespace tunstack::icmp
