#include "tunstack/node/answers.hpp"

#include "protocols/icmp/problem_codes.hpp"
#include "protocols/icmp/suppression.hpp"
#include "protocols/ip/ipv4_input.hpp"
#include "protocols/ip/ipv4_options.hpp"

namespace tunstack {

namespace {

constexpr icmp::LimitReasons extended_echo_limit_reasons{Reason::extended_echo_rate_exceeded,
                                                         Reason::extended_echo_rate_exceeded};
constexpr icmp::ErrorLimits extended_echo_limits = {.destination = {20, 20}, .node = {0, 1}};

constexpr bool is_unspecified(Ipv4Address address) { return address.value == 0; }
bool is_unspecified(const Ipv6Address& address) { return address == Ipv6Address{}; }

/// RFC 1812 4.3.2.5: internetwork control, and the TOS bits of the invoking packet.
std::uint8_t error_tos(ErrorTos policy, std::uint8_t invoking) {
  return policy == ErrorTos::zero ? 0 : static_cast<std::uint8_t>(0xc0 | (invoking & 0x1c));
}

/// A source route that is itself in error is no way back (RFC 1812 4.3.2.6).
constexpr bool goes_back_by_source_route(Problem problem) { return problem != Problem::erroneous_header_field; }

/// Replies are limited like errors, but by one bucket that holds a tenth of a second's worth.
bool is_exceeded(icmp::TokenBucket& bucket, std::uint32_t rate, Instant now) {
  return rate != 0 && !bucket.take({rate, std::max(1U, rate / 10)}, now);
}

// A reply or error comes from the address that was asked (RFC 1122 3.2.2.6, RFC 4443 2.2), or, where that
// was a group, from an address of the arrival interface; the unspecified address if it has none.
template <class Arrival>
auto reply_source(const Arrival& arrival, const NodeState& state) {
  using Address = decltype(arrival.ip.destination());
  if (is_own(arrival.destination)) [[likely]]
    return arrival.ip.destination();
  return state.addresses.source_for(arrival.interface, arrival.ip.source()).value_or(Address{});
}

// Whoever asked without an address of its own is reached by broadcast (RFC 950 I).
Ipv4Header reply_header(const Ipv4Arrival& arrival, std::uint8_t protocol, Ipv4Address source, const NodeState& state) {
  return {.source = source,
          .destination = ip::is_this_network(arrival.source) ? ipv4_limited_broadcast : arrival.ip.source(),
          .protocol = protocol,
          .ttl = static_cast<std::uint8_t>(state.options.ipv4_ttl)};
}

Ipv6Header reply_header(const Ipv6Arrival& arrival, std::uint8_t next_header, const Ipv6Address& source,
                        std::uint8_t hop_limit) {
  return {.source = source, .destination = arrival.ip.source(), .next_header = next_header, .hop_limit = hop_limit};
}

/// What the options of a datagram make of the header of its answer. Whoever has no address has no way back either.
/// The reason tells why there is none: nobody can make this node send to groups or to itself by way of a route.
[[gnu::noinline]] MaybeReason apply_return_route(const Ipv4Arrival& arrival, ip::ReplyOptions echoed,
                                                 Ipv4Header& header, ip::OptionStorage& storage,
                                                 const NodeState& state) {
  if (ip::is_this_network(arrival.source)) return {};
  const ip::Answerer answerer{header.source, state.addresses, state.time_of_day(arrival.now)};
  const ip::ReturnRoute path = ip::return_route(arrival, answerer, echoed);
  header.first_hop = path.first_hop;
  storage = path.storage;
  header.options = Bytes(storage).first(path.options().size());
  const bool is_passable =
      !header.first_hop || state.addresses.kind_on(arrival.interface, *header.first_hop) == AddressKind::unicast;
  return is_passable ? MaybeReason{} : Reason::ipv4_return_route_invalid;
}

constexpr bool dont_fragment(DontFragment wish, std::size_t size, std::size_t mtu) {
  return wish == DontFragment::always || (wish == DontFragment::if_it_fits && size <= mtu);
}

/// What is remembered of a packet that a router may report as too big, and what it needs if it must be cut.
void prepare_large(Ipv6Header& header, std::size_t size, const Link& link, Turn& turn) {
  turn.state.path_mtus.note_large_packet(header.destination);
  if (size > link.mtu) header.identification = static_cast<std::uint32_t>(turn.random.next());
}

}  // namespace

Answers::Answers(Random& random)
    : error_limiter4_(icmp::ipv4_error_limit_reasons, random),
      error_limiter6_(icmp::ipv6_error_limit_reasons, random),
      probe_limiter_(extended_echo_limit_reasons, random) {}

// ---- replies ----

template <class Arrival>
MaybeReason Answers::refuses_reply(const Reply& reply, const Arrival& arrival, Turn& turn) {
  constexpr bool is_ipv4 = std::is_same_v<Arrival, Ipv4Arrival>;
  const std::uint32_t rate = is_ipv4 ? turn.state.options.ipv4_reply_rate : turn.state.options.ipv6_reply_rate;
  if (is_icmp(arrival) && is_exceeded(is_ipv4 ? reply_bucket4_ : reply_bucket6_, rate, turn.now))
    return is_ipv4 ? Reason::icmp4_reply_rate_exceeded : Reason::icmp6_reply_rate_exceeded;
  if (std::holds_alternative<ExtendedEchoReply>(reply.message)) [[unlikely]]
    return probe_limiter_.refuses(arrival.ip.source(), extended_echo_limits, turn.now, turn.random);
  return {};
}

MaybeReason Answers::apply(const Reply& reply, const Ipv4Arrival& arrival, Turn& turn) {
  if (const auto refused = refuses_reply(reply, arrival, turn)) return refused;
  const Ipv4Address source = reply_source(arrival, turn.state);
  if (is_unspecified(source)) return Reason::icmp_no_source_address;
  Ipv4Header header = reply_header(arrival, arrival.ip.protocol(), source, turn.state);
  header.type_of_service = reply.header.traffic_class;
  if (reply.header.hop_limit != 0) header.ttl = reply.header.hop_limit;
  ip::OptionStorage options;
  if (arrival.ip.header_size() > ipv4_header_size) [[unlikely]] {
    const auto echoed =
        reply.header.logs_route ? ip::ReplyOptions::source_route_and_log : ip::ReplyOptions::source_route;
    if (const auto refused = apply_return_route(arrival, echoed, header, options, turn.state)) return refused;
  }
  const Egress egress = egress_to(first_hop(header), arrival.interface, turn.now, turn.state);
  give_identification(header, turn.state);
  return std::visit(
      [&](const auto& message) {
        header.dont_fragment =
            dont_fragment(reply.header.dont_fragment, header_size(header) + message.size(), egress.link.mtu);
        return turn.output.send(header, message, egress, turn);
      },
      reply.message);
}

MaybeReason Answers::apply(const Reply& reply, const Ipv6Arrival& arrival, Turn& turn) {
  if (const auto refused = refuses_reply(reply, arrival, turn)) return refused;
  const Ipv6Address source = reply_source(arrival, turn.state);
  if (is_unspecified(source)) return Reason::icmp_no_source_address;
  const Egress egress = egress_to(arrival.ip.source(), arrival.interface, turn.now, turn.state);
  const std::uint8_t hop_limit =
      reply.header.hop_limit != 0 ? reply.header.hop_limit : turn.state.interface(egress.link.interface).hop_limit();
  Ipv6Header header = reply_header(arrival, arrival.protocol(), source, hop_limit);
  header.traffic_class = reply.header.traffic_class;
  header.flow_label = reply.header.flow_label;
  return std::visit(
      [&](const auto& message) {
        const std::size_t size = ipv6_header_size + message.size();
        header.dont_fragment = dont_fragment(reply.header.dont_fragment, size, egress.link.mtu);
        if (size > ipv6_minimum_mtu) [[unlikely]]
          prepare_large(header, size, egress.link, turn);
        return turn.output.send(header, message, egress, turn);
      },
      reply.message);
}

// ---- errors ----

namespace {

/// Sends an error that tells the interface which the packet came in by (RFC 5837 4).
template <class Arrival, class IpHeader>
[[gnu::noinline]] MaybeReason send_extended(const Arrival& arrival, const IpHeader& header, const IcmpError& message,
                                            std::size_t room, const Egress& egress, Turn& turn) {
  const Interface& interface = turn.state.interface(arrival.interface);
  const auto address =
      arrival.destination == AddressKind::own
          ? header.source
          : turn.state.addresses.source_for(arrival.interface, arrival.ip.source()).value_or(header.source);
  IcmpExtensionWriter writer;
  writer.add({.role = InterfaceRole::arriving,
              .index = static_cast<std::uint32_t>(arrival.interface) + 1,
              .address = address,
              .name = interface.config.name,
              .mtu = static_cast<std::uint32_t>(interface.config.mtu)});
  return turn.output.send(header, icmp::with_extensions(message, family_of(header), writer.finish(), room), egress,
                          turn);
}

}  // namespace

MaybeReason Answers::apply(const Error& error, const Ipv4Arrival& arrival, Turn& turn) {
  const NodeOptions& options = turn.state.options;
  if (const auto broken = first_broken<icmp::ipv4_suppression>(icmp::invoking_packet(arrival, error.problem)))
    return broken;
  const Ipv4Address source = reply_source(arrival, turn.state);
  if (is_unspecified(source)) return Reason::icmp_no_source_address;
  if (const auto refused =
          error_limiter4_.refuses(arrival.ip.source(), options.ipv4_error_limits, turn.now, turn.random))
    return refused;

  Ipv4Header header = reply_header(arrival, protocol_number::icmpv4, source, turn.state);
  header.type_of_service = error_tos(options.ipv4_error_tos, arrival.ip.type_of_service());
  ip::OptionStorage echoed;
  if (arrival.ip.header_size() > ipv4_header_size && goes_back_by_source_route(error.problem))
    if (const auto refused = apply_return_route(arrival, ip::ReplyOptions::source_route, header, echoed, turn.state))
      return refused;
  const Egress egress = egress_to(first_hop(header), arrival.interface, turn.now, turn.state);
  give_identification(header, turn.state);
  const std::size_t room = icmp::room_for_error(Family::ipv4, header_size(header), egress.link.mtu);
  icmp::QuoteStorage storage;
  // What is appended stands behind 128 octets of the datagram at least (RFC 4884 4).
  const icmp::Ipv4Quote amount = options.extensions ? icmp::Ipv4Quote::datagram_of_576 : options.ipv4_quote;
  const Bytes quote = icmp::quote(arrival, icmp::quote_limit(arrival.ip, amount, room), storage);
  const IcmpError message =
      icmp::error_message(icmp::code_of(error.problem, Family::ipv4), Family::ipv4, error.parameter, quote);
  if (options.extensions) [[unlikely]]
    return send_extended(arrival, header, message, room, egress, turn);
  return turn.output.send(header, message, egress, turn);
}

MaybeReason Answers::apply(const Error& error, const Ipv6Arrival& arrival, Turn& turn) {
  const NodeOptions& options = turn.state.options;
  if (const auto broken = first_broken<icmp::ipv6_suppression>(icmp::invoking_packet(arrival, error.problem)))
    return broken;
  const icmp::ErrorCode& code = icmp::code_of(error.problem, Family::ipv6);
  if (!options.ipv6_unreachable && code.type == static_cast<std::uint8_t>(Icmpv6Type::destination_unreachable))
    return Reason::icmp6_unreachable_off;
  const Ipv6Address source = reply_source(arrival, turn.state);
  if (is_unspecified(source)) return Reason::icmp_no_source_address;
  if (const auto refused =
          error_limiter6_.refuses(arrival.ip.source(), options.ipv6_error_limits, turn.now, turn.random))
    return refused;

  const Egress egress = egress_to(arrival.ip.source(), arrival.interface, turn.now, turn.state);
  const Ipv6Header header =
      reply_header(arrival, protocol_number::icmpv6, source, turn.state.interface(egress.link.interface).hop_limit());
  const std::size_t room = icmp::room_for_error(Family::ipv6, ipv6_header_size, egress.link.mtu);
  icmp::QuoteStorage storage;
  const Bytes quote = icmp::quote(arrival, room - icmp_header_size, storage);
  const IcmpError message = icmp::error_message(code, Family::ipv6, error.parameter, quote);
  if (options.extensions) [[unlikely]]
    return send_extended(arrival, header, message, room, egress, turn);
  return turn.output.send(header, message, egress, turn);
}

}  // namespace tunstack
