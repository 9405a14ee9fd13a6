#include "protocols/icmp/suppression.hpp"

#include "protocols/wire/ipv6_extensions.hpp"

namespace tunstack::icmp {

namespace {

std::optional<std::uint8_t> type_of(Bytes message) {
  return message.empty() ? std::nullopt : std::optional(message[icmp_offset::type]);
}

}  // namespace

InvokingPacket invoking_packet(const Ipv4Arrival& arrival, Problem problem) {
  return {.source = arrival.source,
          .destination = arrival.destination,
          .link_layer_group = arrival.link_layer_group,
          .fragment_offset = arrival.ip.fragment_offset(),
          .is_icmp = is_icmp(arrival),
          .icmp_type = type_of(arrival.payload()),
          .problem = problem};
}

// The chain may have been left at a header in error: what stands behind counts all the same.
InvokingPacket invoking_packet(const Ipv6Arrival& arrival, Problem problem) {
  InvokingPacket invoking{.source = arrival.source,
                          .destination = arrival.destination,
                          .link_layer_group = arrival.link_layer_group,
                          .problem = problem};
  const Bytes packet = arrival.all_octets();
  const auto upper = find_upper_layer(packet);
  invoking.upper_layer_unknown = upper == std::unexpected(NoUpperLayer::behind_too_many_headers);
  if (!upper) return invoking;
  invoking.is_icmp = upper->protocol == protocol_number::icmpv6;
  invoking.icmp_type = type_of(packet.subspan(upper->offset));
  return invoking;
}

bool is_icmpv4_error(std::uint8_t type) {
  switch (static_cast<Icmpv4Type>(type)) {
    case Icmpv4Type::destination_unreachable:
    case Icmpv4Type::source_quench:
    case Icmpv4Type::redirect:
    case Icmpv4Type::time_exceeded:
    case Icmpv4Type::parameter_problem:
    case Icmpv4Type::conversion_error:
    case Icmpv4Type::mobile_host_redirect:
    case Icmpv4Type::photuris:
      return true;
    default:
      return false;
  }
}

bool is_known_icmpv4_type(std::uint8_t type) {
  switch (type) {
    case 1:
    case 2:
    case 7:
      return false;  // unassigned
    default:
      return type <= 18 || (type >= 30 && type <= 43) || type == 253 || type == 254;
  }
}

}  // namespace tunstack::icmp
