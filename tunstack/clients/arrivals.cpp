#include "tunstack/clients/arrivals.hpp"

#include "protocols/ip/ipv4_fragments.hpp"
#include "protocols/ip/ipv6_fragments.hpp"
#include "protocols/wire/icmp_error.hpp"
#include "protocols/wire/icmp_extensions.hpp"
#include "protocols/wire/quoted_packet.hpp"

namespace tunstack::clients {

namespace {

constexpr ip::ReassemblyPolicy largest_of(Family family) {
  return {.largest = static_cast<std::uint32_t>(family == Family::ipv4 ? 65535 : ip::ipv6_largest_held)};
}

/// Why there is no fragment to be kept.
enum class NoFragment : std::uint8_t { is_whole, is_wrong };

std::expected<ip::Fragment, NoFragment> fragment_in(const Ipv4View& view) {
  if (!view.is_fragment()) return std::unexpected(NoFragment::is_whole);
  const ip::ReassemblyPolicy policy = largest_of(Family::ipv4);
  if (first_broken<ip::ipv4_fragment_rules>(ip::Ipv4FragmentInput{view, policy.largest}))
    return std::unexpected(NoFragment::is_wrong);
  return ip::fragment_of(Ipv4Arrival{.ip = view});
}

std::expected<ip::Fragment, NoFragment> fragment_in(const Ipv6View& view) {
  Ipv6Arrival arrival{.ip = view};
  bool is_fragment = false;
  walk_extensions(view.bytes(), [&](const UpperLayer& at, Bytes) {
    if (at.protocol != protocol_number::fragment || is_fragment) return;
    is_fragment = true;
    arrival.upper = at;
  });
  if (!is_fragment || ip::Ipv6Fragment(arrival).header().is_atomic()) return std::unexpected(NoFragment::is_whole);
  if (ip::judge_fragment(ip::Ipv6Fragment(arrival))) return std::unexpected(NoFragment::is_wrong);
  return ip::fragment_of(arrival);
}

std::optional<Arrived> read(const Ipv4View& view) {
  return Arrived{.source = view.source(),
                 .destination = view.destination(),
                 .hop_limit = view.ttl(),
                 .protocol = view.protocol(),
                 .options = view.options(),
                 .payload = view.payload()};
}

std::optional<Arrived> read(const Ipv6View& view) {
  const auto upper = find_upper_layer(view.bytes());
  if (!upper) return std::nullopt;
  return Arrived{.source = view.source(),
                 .destination = view.destination(),
                 .hop_limit = view.hop_limit(),
                 .protocol = upper->protocol,
                 .options = {},
                 .payload = view.bytes().subspan(upper->offset)};
}

bool is_error(const Arrived& arrived) {
  const std::uint8_t type = arrived.payload[icmp_offset::type];
  return arrived.source.is_ipv4() ? type == 3 || type == 4 || type == 5 || type == 11 || type == 12
                                  : type < icmpv6_first_informational;
}

bool read_quote4(Bytes quote, ReportedError& error) {
  const auto packet = QuotedIpv4::parse(quote);
  if (!packet) return false;
  error.source = packet->source();
  error.destination = packet->destination();
  error.protocol = packet->protocol();
  error.identification = packet->identification();
  error.payload = packet->without_padding().payload();
  return true;
}

bool read_quote6(Bytes quote, ReportedError& error) {
  const auto packet = QuotedIpv6::parse(quote);
  if (!packet) return false;
  const auto upper = packet->upper_layer();
  if (!upper) return false;
  error.source = packet->source();
  error.destination = packet->destination();
  error.protocol = upper->protocol;
  error.payload = packet->without_padding().bytes().subspan(
      std::min<std::size_t>(upper->offset, packet->without_padding().bytes().size()));
  return true;
}

}  // namespace

bool Arrived::is_icmp() const {
  return protocol == (source.is_ipv4() ? protocol_number::icmpv4 : protocol_number::icmpv6) &&
         payload.size() >= icmp_header_size;
}

bool Arrived::has_right_checksum() const {
  const ChecksumSum pseudo_header =
      source.is_ipv4() ? 0 : pseudo_header_sum(source.ipv6(), destination.ipv6(), protocol, payload.size());
  return checksum_is_intact(checksum_sum(payload, pseudo_header));
}

std::uint32_t ReportedError::info() const {
  if (const auto found = mtu()) return *found;
  if (is_ipv4()) return type == 12 ? rest_of_header >> 24 : 0;
  return type == 4 ? rest_of_header : 0;
}

std::optional<std::uint32_t> ReportedError::mtu() const {
  if (is_ipv4() ? type == 3 && code == icmpv4_fragmentation_needed : type == 2)
    return is_ipv4() ? rest_of_header & 0xffff : rest_of_header;
  return std::nullopt;
}

std::optional<ReportedError> read_error(const Arrived& arrived) {
  if (!arrived.is_icmp() || !is_error(arrived) || !arrived.has_right_checksum()) return std::nullopt;
  ReportedError error{.reporter = arrived.source,
                      .hop_limit = arrived.hop_limit,
                      .type = arrived.payload[icmp_offset::type],
                      .code = arrived.payload[icmp_offset::code],
                      .rest_of_header = load_be32(arrived.payload, icmp_offset::rest_of_header),
                      .source = {},
                      .destination = {},
                      .payload = {},
                      .extensions = {}};
  const IcmpErrorBody body = split_icmp_error(arrived.source.family(), arrived.payload, ExtensionCompatibility::on);
  error.extensions = body.extensions;
  const bool is_read = error.is_ipv4() ? read_quote4(body.quote, error) : read_quote6(body.quote, error);
  return is_read ? std::optional(error) : std::nullopt;
}

std::uint32_t number32(Bytes bytes, std::size_t at) { return at + 4 <= bytes.size() ? load_be32(bytes, at) : 0; }

template <class View>
std::optional<View> Arrivals::whole(const View& view, Instant now) {
  while (reassembler_.expire(now)) continue;
  const auto fragment = fragment_in(view);
  if (!fragment) return fragment.error() == NoFragment::is_whole ? std::optional(view) : std::nullopt;
  const Family family = std::is_same_v<View, Ipv4View> ? Family::ipv4 : Family::ipv6;
  const auto datagram = reassembler_.add(*fragment, largest_of(family), now).value_or(std::nullopt);
  return datagram ? std::optional(ip::make_whole<View>(*datagram)) : std::nullopt;
}

std::optional<Arrived> Arrivals::take(Bytes datagram, const IpAddress& address, Instant now) {
  std::optional<Arrived> arrived;
  if (address.is_ipv4()) {
    const auto view = Ipv4View::parse(datagram);
    if (!view || IpAddress(view->destination()) != address || !checksum_is_intact(view->header_sum()))
      return std::nullopt;
    if (const auto complete = whole(*view, now)) arrived = read(*complete);
  } else {
    const auto view = Ipv6View::parse(datagram);
    if (!view || IpAddress(view->destination()) != address) return std::nullopt;
    if (const auto complete = whole(*view, now)) arrived = read(*complete);
  }
  return arrived;
}

}  // namespace tunstack::clients
