#include "tunstack/node/answers.hpp"

#include "protocols/icmp/problem_codes.hpp"
#include "protocols/icmp/suppression.hpp"
#include "protocols/ip/ipv4_options.hpp"
#include "tunstack/node/transit_way.hpp"

namespace tunstack {

namespace {

constexpr icmp::LimitReasons extended_echo_limit_reasons{
    Reason::extended_echo_rate_exceeded, Reason::extended_echo_rate_exceeded, Reason::extended_echo_rate_exceeded};
constexpr icmp::ErrorLimits extended_echo_limits = {.destination = {20, 20}, .node = {0, 1}};

/// A source route that is itself in error is no way back (RFC 1812 4.3.2.6), nor one that this router ignores.
bool goes_back_by_source_route(const Error& error, const Ipv4Arrival& arrival, const NodeState& state) {
  return error.problem != Problem::erroneous_header_field &&
         (is_own(arrival.destination) || !ip::has_ignored_source_route(arrival.ip, state.options.forwarding4.options));
}

/// What the options of a datagram make of its answer. Whoever has no address has no way back either.
[[gnu::noinline]] ip::ReturnRoute way_back(const Ipv4Arrival& arrival, ip::ReplyOptions echoed, Ipv4Address source,
                                           const NodeState& state) {
  if (ip::is_this_network(arrival.source)) return {};
  return ip::return_route(arrival, {source, state.addresses, state.time_of_day(arrival.now)}, echoed);
}

/// Nobody can make this node send to groups or to itself by way of a route.
bool is_passable(const ip::ReturnRoute& route, InterfaceId interface, const NodeState& state) {
  return !route.first_hop || state.addresses.kind_on(interface, *route.first_hop) == AddressKind::unicast;
}

icmp::ErrorLimiter& limiter_of(Problem problem, icmp::ErrorLimiter& of_all, icmp::ErrorLimiter& of_too_big) {
  return problem == Problem::packet_too_big ? of_too_big : of_all;
}

constexpr bool dont_fragment(DontFragment wish, std::size_t size, std::size_t mtu) {
  return wish == DontFragment::always || (wish == DontFragment::if_it_fits && size <= mtu);
}

}  // namespace

Answers::Answers(Random& random)
    : error_limiter4_(icmp::ipv4_error_limit_reasons, random),
      error_limiter6_(icmp::ipv6_error_limit_reasons, random),
      too_big_limiter4_(icmp::ipv4_error_limit_reasons, random),
      too_big_limiter6_(icmp::ipv6_error_limit_reasons, random),
      probe_limiter_(extended_echo_limit_reasons, random),
      redirect_limiter_(random) {}

// ---- replies ----

namespace {

template <class Header, class Message, class View>
MaybeReason send_reply(Header& header, const Message& message, DontFragment wish, const Arrival<View>& arrival,
                       Turn& turn) {
  const Egress egress = egress_back(arrival, first_hop(header), turn.state);
  const std::size_t size = header_size(header) + message.size();
  header.dont_fragment = dont_fragment(wish, size, egress.link.mtu);
  finish_header(header, size, egress.link, turn);
  return turn.output.send(header, message, egress, turn);
}

template <class Header, class View>
MaybeReason send_any(Header& header, const Reply& reply, const Arrival<View>& arrival, Turn& turn) {
  return std::visit(
      [&](const auto& message) { return send_reply(header, message, reply.header.dont_fragment, arrival, turn); },
      reply.message);
}

}  // namespace

template <class View>
MaybeReason Answers::refuses_probe(const Reply& reply, const Arrival<View>& arrival, Turn& turn) {
  if (!std::holds_alternative<ExtendedEchoReply>(reply.message)) return {};
  return probe_limiter_.refuses(arrival.ip.source(), extended_echo_limits, turn.now, turn.limits);
}

MaybeReason Answers::reply_rarely(const Reply& reply, const Ipv4Arrival& arrival, Turn& turn) {
  if (const auto refused = refuses_probe(reply, arrival, turn)) return refused;
  const auto source = reply_source(arrival, turn.state);
  if (is_unspecified(source)) return Reason::icmp_no_source_address;
  Ipv4Header header = reply_header(reply, arrival, source, turn.state);
  if (!has_options(arrival)) return send_any(header, reply, arrival, turn);
  const auto echoed = reply.header.logs_route ? ip::ReplyOptions::source_route_and_log : ip::ReplyOptions::source_route;
  const ip::ReturnRoute route = way_back(arrival, echoed, source, turn.state);
  if (!is_passable(route, arrival.interface, turn.state)) return Reason::ipv4_return_route_invalid;
  header.first_hop = route.first_hop;
  header.options = route.options();
  return send_any(header, reply, arrival, turn);
}

MaybeReason Answers::reply_rarely(const Reply& reply, const Ipv6Arrival& arrival, Turn& turn) {
  if (const auto refused = refuses_probe(reply, arrival, turn)) return refused;
  const auto source = reply_source(arrival, turn.state);
  if (is_unspecified(source)) return Reason::icmp_no_source_address;
  Ipv6Header header = reply_header(reply, arrival, source, turn.state);
  return send_any(header, reply, arrival, turn);
}

// ---- errors ----

namespace {

/// Beyond a limit errors leave without extensions, which make a small one several times as large.
bool is_extended(InterfaceId leaves_by, Turn& turn) {
  const NodeOptions& options = turn.state.options;
  return options.extensions && turn.state.interface(leaves_by).extensions.take(options.amplification_limit(), turn.now);
}

InterfaceInformation information_of(InterfaceRole role, InterfaceId id, const std::optional<IpAddress>& address,
                                    const NodeState& state) {
  const InterfaceConfig& config = state.interface(id).config;
  return {.role = role,
          .index = static_cast<std::uint32_t>(id) + 1,
          .address = address,
          .name = config.name,
          .mtu = static_cast<std::uint32_t>(config.mtu)};
}

/// Where the packet that an error is about would have left, if it is for others and a way leads there.
template <class View>
void add_way_onwards(IcmpExtensionWriter& writer, const Arrival<View>& arrival, const NodeState& state) {
  if (arrival.destination != AddressKind::unicast) return;
  const auto destination = arrival.ip.destination();
  const TransitWay way = choose_transit_way(arrival, destination, state);
  if (way.reach != ip::Reach::known || way.action != ip::RouteAction::forward) return;
  writer.add(information_of(InterfaceRole::outgoing, way.interface,
                            state.addresses.source_for(way.interface, destination), state));
  writer.add({.role = InterfaceRole::next_hop, .address = way.gateway != nullptr ? *way.gateway : destination});
}

/// The interface which the packet came in by, and its way onwards (RFC 5837 4).
template <class View, class Address>
void add_interfaces(IcmpExtensionWriter& writer, const Arrival<View>& arrival, const Address& source,
                    const NodeState& state) {
  const auto address = arrival.destination == AddressKind::own
                           ? source
                           : state.addresses.source_for(arrival.interface, arrival.ip.source()).value_or(source);
  writer.add(information_of(InterfaceRole::arriving, arrival.interface, address, state));
  if (state.is_forwarding(arrival.interface, family_of(arrival))) add_way_onwards(writer, arrival, state);
}

/// Sends an error with what is asked for: interfaces, or a pointer that has no other place.
template <class Arrival, class IpHeader>
[[gnu::noinline]] MaybeReason send_extended(const Arrival& arrival, const IpHeader& header, const IcmpError& message,
                                            std::size_t room, const Egress& egress, Turn& turn,
                                            std::optional<std::uint32_t> pointer = {}, bool tells_interfaces = true) {
  IcmpExtensionWriter writer;
  if (pointer) writer.add_pointer(*pointer);
  if (tells_interfaces) add_interfaces(writer, arrival, header.source, turn.state);
  return turn.output.send(header, icmp::with_extensions(message, family_of(header), writer.finish(), room), egress,
                          turn);
}

/// Of a router's error, from where it leaves and not from where the packet came in (RFC 1812 4.3.2.4).
[[gnu::noinline]] Ipv4Address outgoing_source(const Ipv4Arrival& arrival, const NodeState& state) {
  const Ipv4Address source = reply_source(arrival, state);
  if (is_own(arrival.destination)) return source;
  const InterfaceId leaves_by = egress_to(arrival.ip.source(), arrival.interface, arrival.now, state).link.interface;
  return state.addresses.source_for(leaves_by, arrival.ip.source()).value_or(source);
}

}  // namespace

MaybeReason Answers::apply(const Error& error, const Ipv4Arrival& arrival, Turn& turn) {
  const NodeOptions& options = turn.state.options;
  if (const auto broken = first_broken<icmp::ipv4_suppression>(icmp::invoking_packet(arrival, error.problem)))
    return broken;
  if (!options.ipv4_errors) return Reason::icmp4_errors_off;
  const Ipv4Address source =
      options.ipv4_errors_from_inbound ? reply_source(arrival, turn.state) : outgoing_source(arrival, turn.state);
  if (is_unspecified(source)) return Reason::icmp_no_source_address;
  if (const auto refused = limiter_of(error.problem, error_limiter4_, too_big_limiter4_)
                               .refuses(arrival.ip.source(), options.ipv4_error_limits, turn.now, turn.limits))
    return refused;

  Ipv4Header header = answer_header(arrival, protocol_number::icmpv4, source, turn.state);
  header.type_of_service = error_tos(arrival, turn.state);
  ip::ReturnRoute route;
  if (has_options(arrival) && goes_back_by_source_route(error, arrival, turn.state)) {
    route = way_back(arrival, ip::ReplyOptions::source_route, source, turn.state);
    if (!is_passable(route, arrival.interface, turn.state)) return Reason::ipv4_return_route_invalid;
    header.first_hop = route.first_hop;
    header.options = route.options();
  }
  const Egress egress = egress_back(arrival, first_hop(header), turn.state);
  const std::size_t room = icmp::room_for_error(Family::ipv4, header_size(header), egress.link.mtu);
  icmp::QuoteStorage storage;
  // What is appended stands behind 128 octets of the datagram at least (RFC 4884 4).
  const bool extended = is_extended(egress.link.interface, turn);
  const icmp::Ipv4Quote amount = extended ? icmp::Ipv4Quote::datagram_of_576 : options.ipv4_quote;
  const Bytes quote = icmp::quote(arrival, icmp::quote_limit(arrival.ip, amount, room), storage);
  const IcmpError message =
      icmp::error_message(icmp::code_of(error.problem, Family::ipv4), Family::ipv4, error.parameter, quote);
  give_identification(header, header_size(header) + message.size(), turn);
  if (extended) [[unlikely]]
    return send_extended(arrival, header, message, room, egress, turn);
  return turn.output.send_whole(header, message, egress, turn);
}

MaybeReason Answers::apply(const Error& error, const Ipv6Arrival& arrival, Turn& turn) {
  const NodeOptions& options = turn.state.options;
  if (const auto broken = first_broken<icmp::ipv6_suppression>(icmp::invoking_packet(arrival, error.problem)))
    return broken;
  if (!options.ipv6_errors) return Reason::icmp6_errors_off;
  const icmp::ErrorCode& code = icmp::code_of(error.problem, Family::ipv6);
  if (!options.ipv6_unreachable && code.type == static_cast<std::uint8_t>(Icmpv6Type::destination_unreachable))
    return Reason::icmp6_unreachable_off;
  const Ipv6Address source = reply_source(arrival, turn.state);
  if (is_unspecified(source)) return Reason::icmp_no_source_address;
  if (const auto refused = limiter_of(error.problem, error_limiter6_, too_big_limiter6_)
                               .refuses(arrival.ip.source(), options.ipv6_error_limits, turn.now, turn.limits))
    return refused;

  const Egress egress = egress_back(arrival, arrival.ip.source(), turn.state);
  Ipv6Header header = answer_header(arrival, protocol_number::icmpv6, source, turn.state);
  header.hop_limit = turn.state.interface(egress.link.interface).hop_limit();
  const std::size_t room = icmp::room_for_error(Family::ipv6, ipv6_header_size, egress.link.mtu);
  icmp::QuoteStorage storage;
  const Bytes quote = icmp::quote(arrival, room - icmp_header_size, storage);
  const IcmpError message = icmp::error_message(code, Family::ipv6, error.parameter, quote);
  const bool extended = is_extended(egress.link.interface, turn);
  if (code.rest == icmp::RestOfHeader::extended_pointer) [[unlikely]]
    return send_extended(arrival, header, message, room, egress, turn, error.parameter, extended);
  if (extended) [[unlikely]]
    return send_extended(arrival, header, message, room, egress, turn);
  return turn.output.send_whole(header, message, egress, turn);
}

}  // namespace tunstack
