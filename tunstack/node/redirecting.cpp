// Redirects that a router sends (RFC 1812 5.2.7.2, RFC 4861 8.2). Beside the limit of each pair, which a stranger makes
// up as he likes, they have that of errors.
#include "protocols/icmp/suppression.hpp"
#include "protocols/wire/redirects.hpp"
#include "tunstack/node/answers.hpp"

namespace tunstack {

namespace {

// Networks are never redirected.
constexpr std::uint8_t for_the_host = 1;
constexpr std::uint8_t for_service_and_host = 3;

/// Hosts know routers by their link-local addresses alone.
bool is_told_of(const Ipv6Address& next_hop, const Ipv6Address& destination) {
  return next_hop == destination || next_hop.is_link_local();
}

std::optional<MacAddress> mac_of_neighbor(const discovery::NeighborKey& key, const NodeState& state) {
  const discovery::Neighbor* const neighbor = state.neighbors.find(key);
  if (neighbor == nullptr || neighbor->mac == MacAddress{}) return std::nullopt;
  return neighbor->mac;
}

}  // namespace

void Answers::redirect(const Forward& forward, const Ipv4Arrival& arrival, Turn& turn) {
  if (first_broken<icmp::ipv4_suppression>(icmp::invoking_packet(arrival, Problem::network_unreachable))) return;
  const Ipv4Address to = arrival.ip.source();
  const auto source = turn.state.addresses.source_for(forward.interface, to);
  if (!source || !redirect_limiter_.may_send(to, arrival.ip.destination(), turn.now)) return;
  if (error_limiter4_.refuses(to, turn.state.options.ipv4_error_limits, turn.now, turn.limits)) return;
  Ipv4Header header = answer_header(arrival, protocol_number::icmpv4, *source, turn.state);
  header.type_of_service = error_tos(arrival, turn.state);
  const Egress egress = egress_to(to, forward.interface, turn.now, turn.state);
  const bool by_service = forward.is_for_service && turn.state.options.forwarding4.redirects_by_service;
  const std::size_t room = icmp::room_for_error(Family::ipv4, header_size(header), egress.link.mtu);
  icmp::QuoteStorage storage;
  const IcmpError message{
      .type = static_cast<std::uint8_t>(Icmpv4Type::redirect),
      .code = by_service ? for_service_and_host : for_the_host,
      .rest_of_header = forward.next_hop.ipv4().value,
      .quote = icmp::quote(arrival, icmp::quote_limit(arrival.ip, turn.state.options.ipv4_quote, room), storage)};
  give_identification(header, header_size(header) + message.size(), turn);
  static_cast<void>(turn.output.send_whole(header, message, egress, turn));
}

// No error as those of RFC 4443 2.4(e): errors are redirected like other packets.
void Answers::redirect(const Forward& forward, const Ipv6Arrival& arrival, Turn& turn) {
  const Ipv6Address next_hop = forward.next_hop.ipv6();
  const auto source = turn.state.link_local_source(forward.interface);
  if (!source || !is_told_of(next_hop, arrival.ip.destination())) return;
  if (!redirect_limiter_.may_send(arrival.ip.source(), arrival.ip.destination(), turn.now)) return;
  if (error_limiter6_.refuses(arrival.ip.source(), turn.state.options.ipv6_error_limits, turn.now, turn.limits)) return;
  Ipv6Header header = answer_header(arrival, protocol_number::icmpv6, *source, turn.state);
  header.hop_limit = nd_hop_limit;
  const Bytes packet = arrival.ip.bytes();
  Icmpv6Redirect message;
  message.target = next_hop;
  message.redirected = arrival.ip.destination();
  message.target_mac = mac_of_neighbor({forward.interface, forward.next_hop}, turn.state);
  message.quote = packet.first(std::min(packet.size(), Icmpv6Redirect::most_quoted));
  const Egress egress = egress_to(header.destination, forward.interface, turn.now, turn.state);
  static_cast<void>(turn.output.send_whole(header, message, egress, turn));
}

}  // namespace tunstack
