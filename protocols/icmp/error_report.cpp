#include "protocols/icmp/error_report.hpp"

#include "protocols/wire/ipv6_extensions.hpp"

namespace tunstack::icmp {

namespace {

constexpr std::size_t least_transport = 8;  // octets (RFC 792)

bool is_cut_short(Bytes quote) {
  if (quote.size() < ipv4_header_size || quote[0] >> 4 != 4) return true;
  const std::size_t header = (quote[0] & 0x0fU) * 4;
  return header < ipv4_header_size || quote.size() < header + least_transport;
}

bool has_type(const Icmpv6View& message, Icmpv6Type type) { return message.type() == static_cast<std::uint8_t>(type); }

/// What the quote says of the upper layer, if it goes that far.
void add_transport(ErrorReport& report) {
  const Bytes quote = report.body.quote;
  const auto upper = find_upper_layer(quote);
  if (!upper || quote.size() < upper->offset + least_transport) return;
  report.protocol = upper->protocol;
  report.header_size = upper->offset;
  report.transport = quote.subspan(upper->offset);
}

}  // namespace

bool ErrorReport::is_too_big() const {
  constexpr std::uint8_t fragmentation_needed = 4;
  if (family() == Family::ipv6) return type == static_cast<std::uint8_t>(Icmpv6Type::packet_too_big);
  return type == static_cast<std::uint8_t>(Icmpv4Type::destination_unreachable) && code == fragmentation_needed;
}

std::expected<ErrorReport, Reason> parse_error(IpAddress reporter, const Icmpv4View& message) {
  const IcmpErrorBody body = split_icmp_error(Family::ipv4, message.bytes(), ExtensionCompatibility::off);
  if (is_cut_short(body.quote)) return std::unexpected(Reason::icmp4_error_quote_cut_short);
  const Bytes quote = body.quote;
  const std::size_t header = (quote[0] & 0x0fU) * 4;
  const bool has_mtu =
      message.type() == static_cast<std::uint8_t>(Icmpv4Type::destination_unreachable) && message.code() == 4;
  const bool has_pointer = message.type() == static_cast<std::uint8_t>(Icmpv4Type::parameter_problem);
  return ErrorReport{.reporter = reporter,
                     .type = message.type(),
                     .code = message.code(),
                     .pointer = has_pointer ? message.bytes()[4] : 0U,
                     .mtu = has_mtu ? load_be16(message.bytes(), 6) : 0U,
                     .source = Ipv4Address::load(quote, 12),
                     .destination = Ipv4Address::load(quote, 16),
                     .protocol = quote[9],
                     .identification = load_be16(quote, 4),
                     .header_size = header,
                     .total_length = load_be16(quote, 2),
                     .transport = quote.subspan(header),
                     .body = body};
}

std::expected<ErrorReport, Reason> parse_error(IpAddress reporter, const Icmpv6View& message) {
  const IcmpErrorBody body = split_icmp_error(Family::ipv6, message.bytes(), ExtensionCompatibility::off);
  const Bytes quote = body.quote;
  if (quote.size() < ipv6_header_size || quote[0] >> 4 != 6)
    return std::unexpected(Reason::icmp6_error_quote_cut_short);
  const std::uint32_t field = load_be32(message.bytes(), 4);
  ErrorReport report{.reporter = reporter,
                     .type = message.type(),
                     .code = message.code(),
                     .pointer = has_type(message, Icmpv6Type::parameter_problem) ? field : 0,
                     .mtu = has_type(message, Icmpv6Type::packet_too_big) ? field : 0,
                     .source = Ipv6Address::load(quote, 8),
                     .destination = Ipv6Address::load(quote, 24),
                     .protocol = quote[ipv6_next_header_offset],
                     .header_size = ipv6_header_size,
                     .total_length = ipv6_header_size + load_be16(quote, 4),
                     .transport = {},
                     .body = body};
  add_transport(report);
  return report;
}

}  // namespace tunstack::icmp
