#include "protocols/icmp/error_report.hpp"

namespace tunstack::icmp {

namespace {

constexpr std::size_t least_transport = 8;  // octets (RFC 792)

bool is_cut_short(Bytes quote) {
  if (quote.size() < ipv4_header_size || quote[0] >> 4 != 4) return true;
  const std::size_t header = (quote[0] & 0x0fU) * 4;
  return header < ipv4_header_size || quote.size() < header + least_transport;
}

}  // namespace

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

}  // namespace tunstack::icmp
