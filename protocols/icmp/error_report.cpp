#include "protocols/icmp/error_report.hpp"

#include "protocols/wire/icmp_error.hpp"
#include "protocols/wire/quoted_packet.hpp"

namespace tunstack::icmp {

namespace {

/// What the quote says of the upper layer, if it goes that far.
void add_transport(ErrorReport& report, const QuotedIpv6& quoted) {
  const auto upper = quoted.upper_layer();
  if (!upper || quoted.bytes().size() < upper->offset + least_quoted_transport) return;
  report.protocol = upper->protocol;
  report.header_size = upper->offset;
  report.transport = quoted.bytes().subspan(upper->offset);
}

}  // namespace

bool ErrorReport::is_too_big() const {
  if (family() == Family::ipv6) return type == static_cast<std::uint8_t>(Icmpv6Type::packet_too_big);
  return type == static_cast<std::uint8_t>(Icmpv4Type::destination_unreachable) && code == icmpv4_fragmentation_needed;
}

std::expected<ErrorReport, Reason> parse_error(IpAddress reporter, const Icmpv4View& message) {
  const IcmpErrorBody body = split_icmp_error(Family::ipv4, message.bytes(), ExtensionCompatibility::off);
  const auto quoted = QuotedIpv4::parse(body.quote);
  if (!quoted || !quoted->has_transport()) return std::unexpected(Reason::icmp4_error_quote_cut_short);
  const auto error = Icmpv4ErrorView::of(message.bytes());
  return ErrorReport{.reporter = reporter,
                     .type = message.type(),
                     .code = message.code(),
                     .pointer = error.pointer().value_or(0),
                     .mtu = error.mtu().value_or(0),
                     .source = quoted->source(),
                     .destination = quoted->destination(),
                     .protocol = quoted->protocol(),
                     .identification = quoted->identification(),
                     .header_size = quoted->header_size(),
                     .total_length = quoted->total_length(),
                     .transport = quoted->payload(),
                     .body = body};
}

std::expected<ErrorReport, Reason> parse_error(IpAddress reporter, const Icmpv6View& message) {
  const IcmpErrorBody body = split_icmp_error(Family::ipv6, message.bytes(), ExtensionCompatibility::off);
  const auto quoted = QuotedIpv6::parse(body.quote);
  if (!quoted) return std::unexpected(Reason::icmp6_error_quote_cut_short);
  const auto error = Icmpv6ErrorView::of(message.bytes());
  ErrorReport report{.reporter = reporter,
                     .type = message.type(),
                     .code = message.code(),
                     .pointer = error.pointer().value_or(0),
                     .mtu = error.mtu().value_or(0),
                     .source = quoted->source(),
                     .destination = quoted->destination(),
                     .protocol = quoted->next_header(),
                     .header_size = ipv6_header_size,
                     .total_length = quoted->total_length(),
                     .transport = {},
                     .body = body};
  add_transport(report, *quoted);
  return report;
}

}  // namespace tunstack::icmp
