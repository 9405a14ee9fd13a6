#include "tunstack/firewall/packet_kind.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocols/wire/numbers.hpp"
#include "protocols/wire/ports.hpp"
#include "protocols/wire/quoted_packet.hpp"

namespace tunstack::firewall {

namespace {

PacketKind kind_of_ipv4(const QuotedIpv4& packet) {
  const bool is_later = packet.fragment_offset() != 0;
  return {.source = packet.source(),
          .destination = packet.destination(),
          .protocol = packet.protocol(),
          .is_part = is_later || packet.more_fragments(),
          .is_later = is_later,
          .upper = packet.payload()};
}

/// The headers are walked here up to a fragment header, behind which a later part has none.
PacketKind kind_of_ipv6(const QuotedIpv6& packet) {
  const Bytes octets = packet.bytes();
  UpperLayer at{packet.next_header(), false, ipv6_header_size, ipv6_offset::next_header};
  PacketKind kind;
  kind.source = packet.source();
  kind.destination = packet.destination();
  for (std::size_t walked = 0; is_ipv6_extension(at.protocol) && walked < ipv6_headers_searched; ++walked) {
    const auto header = ipv6_extension_at(octets, at.offset, at.protocol);
    if (!header) break;
    if (at.protocol == protocol_number::fragment) {
      const Ipv6FragmentHeader fragment(*header);
      kind.is_later = fragment.offset() != 0;
      kind.is_part = kind.is_later || fragment.more();
    }
    at = step_over(at, *header);
    if (kind.is_later) break;
  }
  kind.protocol = at.protocol;
  kind.upper = octets.subspan(std::min<std::size_t>(at.offset, octets.size()));
  return kind;
}

}  // namespace

std::optional<PacketKind> kind_of(Bytes packet) {
  if (const auto ipv4 = QuotedIpv4::parse(packet)) return kind_of_ipv4(*ipv4);
  if (const auto ipv6 = QuotedIpv6::parse(packet)) return kind_of_ipv6(*ipv6);
  return std::nullopt;
}

std::string head_text(Bytes packet) {
  const auto kind = kind_of(packet);
  if (!kind) return "no packet";
  const bool may_have_ports =
      !kind->is_later && (kind->protocol == protocol_number::tcp || kind->protocol == protocol_number::udp);
  const auto ports = may_have_ports ? find_ports(kind->upper) : std::nullopt;
  if (!ports)
    return fmt::format("{} > {}, protocol {}", to_text(kind->source), to_text(kind->destination), kind->protocol);
  return fmt::format("{} {} > {} {}, protocol {}", to_text(kind->source), ports->source, to_text(kind->destination),
                     ports->destination, kind->protocol);
}

}  // namespace tunstack::firewall
