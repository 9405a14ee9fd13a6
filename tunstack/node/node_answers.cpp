// What a node sends: answers, errors, and what it asks of its own accord.
#include "protocols/icmp/problem_codes.hpp"
#include "protocols/icmp/suppression.hpp"
#include "protocols/ip/ipv4_input.hpp"
#include "tunstack/node/error_input.hpp"
#include "tunstack/node/node_sending.hpp"

namespace tunstack {

namespace {

template <class Message, class... Kinds>
constexpr bool is_one_of = (std::is_same_v<Message, Kinds> || ...);

/// The part of a reply's header that depends on what it answers.
template <class Message>
constexpr bool is_echo_reply = is_one_of<Message, Icmpv4EchoReply, Icmpv6EchoReply>;
/// RFC 792, RFC 1122 3.2.2.6 and 3.2.2.8: replies to queries copy the TOS of the request and log its way.
template <class Message>
constexpr bool is_query_reply = is_echo_reply<Message> || is_one_of<Message, Icmpv4Query>;
template <class Message>
constexpr bool is_extended_echo_reply = is_one_of<Message, ExtendedEchoReply>;

constexpr std::uint8_t extended_echo_ttl = 255;  // RFC 8335 4
constexpr icmp::ErrorLimits extended_echo_limits = {.destination = {20, 20}, .node = {0, 1}};

// RFC 3168 5: the ECN field is not copied into a reply.
constexpr std::uint8_t without_ecn(std::uint8_t traffic_class) { return traffic_class & 0xfc; }

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

}  // namespace

/// What is remembered of a packet that a router may report as too big, and what it needs if it must be cut.
void Node::prepare_large(Ipv6Header& header, std::size_t payload, const Link& link) {
  state_.path_mtus.note_large_packet(header.destination);
  if (ipv6_header_size + payload > link.mtu) header.identification = static_cast<std::uint32_t>(random_.next());
}

// ---- answers ----

// A reply or error comes from the address that was asked (RFC 1122 3.2.2.6, RFC 4443 2.2), or, where that
// was a group, from an address of the arrival interface; the unspecified address if it has none.
Ipv4Address Node::source_back(const Ipv4Arrival& arrival) const {
  if (is_own(arrival.destination)) return arrival.ip.destination();
  return state_.addresses.source_for(arrival.interface, arrival.ip.source()).value_or(Ipv4Address{});
}

Ipv6Address Node::source_back(const Ipv6Arrival& arrival) const {
  if (is_own(arrival.destination)) return arrival.ip.destination();
  return state_.addresses.source_for(arrival.interface, arrival.ip.source()).value_or(Ipv6Address{});
}

// Whoever asked without an address of its own is reached by broadcast (RFC 950 I).
Ipv4Header Node::header_back(const Ipv4Arrival& arrival, std::uint8_t protocol, Ipv4Address source) const {
  return {.source = source,
          .destination = ip::is_this_network(arrival.source) ? ipv4_limited_broadcast : arrival.ip.source(),
          .protocol = protocol,
          .ttl = static_cast<std::uint8_t>(state_.options.ipv4_ttl)};
}

Ipv6Header Node::header_back(const Ipv6Arrival& arrival, std::uint8_t next_header, const Ipv6Address& source) const {
  return {.source = source,
          .destination = arrival.ip.source(),
          .next_header = next_header,
          .hop_limit = state_.hop_limits[static_cast<std::size_t>(arrival.interface)]};
}

/// What the options of a datagram make of the header of its answer. Whoever has no address has no way back either.
/// The reason tells why there is none: nobody can make this node send to groups or to itself by way of a route.
MaybeReason Node::follow_options(const Ipv4Arrival& arrival, ip::ReplyOptions echoed, Ipv4Header& header,
                                 ip::OptionStorage& storage) const {
  if (ip::is_this_network(arrival.source)) return {};
  const ip::Answerer answerer{header.source, state_.addresses, state_.time_of_day(arrival.now)};
  const ip::ReturnRoute path = ip::return_route(arrival, answerer, echoed);
  header.first_hop = path.first_hop;
  storage = path.storage;
  header.options = Bytes(storage).first(path.options().size());
  const bool is_passable =
      !header.first_hop || state_.addresses.kind_on(arrival.interface, *header.first_hop) == AddressKind::unicast;
  return is_passable ? MaybeReason{} : Reason::ipv4_source_route_impassable;
}

MaybeReason Node::refuses_reply(const Reply& reply, const Ipv4Arrival& arrival) {
  if (is_icmp(arrival) && is_exceeded(reply_bucket4_, state_.options.ipv4_reply_rate, arrival.now))
    return Reason::icmp4_reply_rate_exceeded;
  if (std::holds_alternative<ExtendedEchoReply>(reply.message))
    return probe_limiter_.refuses(arrival.ip.source(), extended_echo_limits, arrival.now, random_);
  return {};
}

MaybeReason Node::refuses_reply(const Reply& reply, const Ipv6Arrival& arrival) {
  if (is_icmp(arrival) && is_exceeded(reply_bucket6_, state_.options.ipv6_reply_rate, arrival.now))
    return Reason::icmp6_reply_rate_exceeded;
  if (std::holds_alternative<ExtendedEchoReply>(reply.message))
    return probe_limiter_.refuses(arrival.ip.source(), extended_echo_limits, arrival.now, random_);
  return {};
}

MaybeReason Node::apply(const Reply& reply, const Ipv4Arrival& arrival, Outbox& out) {
  if (const auto refused = refuses_reply(reply, arrival)) return refused;
  const auto source = source_back(arrival);
  if (is_unspecified(source)) return Reason::icmp_no_source_address;
  return std::visit(
      [&](const auto& message) {
        using Message = std::remove_cvref_t<decltype(message)>;
        constexpr bool is_query = is_query_reply<Message>;
        Ipv4Header header = header_back(arrival, arrival.ip.protocol(), source);
        header.type_of_service = is_query ? without_ecn(arrival.ip.type_of_service()) : 0;
        ip::OptionStorage options;
        if (arrival.ip.header_size() > ipv4_header_size) [[unlikely]]
          if (const auto refused = follow_options(
                  arrival, is_query ? ip::ReplyOptions::source_route_and_log : ip::ReplyOptions::source_route, header,
                  options))
            return refused;
        const Link link = link_for(header, arrival);
        header.identification = next_identification(header);
        if constexpr (is_extended_echo_reply<Message>) {
          header.ttl = extended_echo_ttl;
          header.dont_fragment = true;
        } else {
          header.dont_fragment = is_echo_reply<Message> && state_.options.echo4.dont_fragment &&
                                 header_size(header) + message.size() <= link.mtu;
        }
        return send(header, message, link, arrival.now, out);
      },
      reply.message);
}

MaybeReason Node::apply(const Reply& reply, const Ipv6Arrival& arrival, Outbox& out) {
  if (const auto refused = refuses_reply(reply, arrival)) return refused;
  const auto source = source_back(arrival);
  if (is_unspecified(source)) return Reason::icmp_no_source_address;
  return std::visit(
      [&](const auto& message) {
        using Message = std::remove_cvref_t<decltype(message)>;
        Ipv6Header header = header_back(arrival, arrival.protocol(), source);
        constexpr bool is_echo = is_echo_reply<Message>;
        header.traffic_class = is_echo ? without_ecn(arrival.ip.traffic_class()) : 0;
        header.flow_label = is_echo && state_.options.echo6.reflect_flow_label ? arrival.ip.flow_label() : 0;
        if constexpr (is_extended_echo_reply<Message>) {
          header.hop_limit = extended_echo_ttl;
          header.dont_fragment = true;
        }
        const Link link = link_for(header, arrival);
        if (ipv6_header_size + message.size() > ipv6_minimum_mtu) [[unlikely]]
          prepare_large(header, message.size(), link);
        return send(header, message, link, arrival.now, out);
      },
      reply.message);
}

/// Sends an error that tells the interface which the packet came in by (RFC 5837 4).
template <class Arrival, class IpHeader>
MaybeReason Node::send_extended(const Arrival& arrival, const IpHeader& header, const IcmpError& message,
                                std::size_t room, const Link& link, Outbox& out) {
  const auto number = static_cast<std::size_t>(link.interface);
  const auto address = arrival.destination == AddressKind::own
                           ? header.source
                           : state_.addresses.source_for(link.interface, arrival.ip.source()).value_or(header.source);
  IcmpExtensionWriter writer;
  writer.add({.role = InterfaceRole::arriving,
              .index = static_cast<std::uint32_t>(number + 1),
              .address = address,
              .name = state_.interfaces[number].name,
              .mtu = static_cast<std::uint32_t>(state_.link_mtus[number])});
  return send(header, icmp::with_extensions(message, family_of(header), writer.finish(), room), link, arrival.now, out);
}

MaybeReason Node::apply(const Error& error, const Ipv4Arrival& arrival, Outbox& out) {
  if (const auto broken = first_broken<icmp::ipv4_suppression>(icmp::invoking_packet(arrival, error.problem)))
    return broken;
  const auto source = source_back(arrival);
  if (is_unspecified(source)) return Reason::icmp_no_source_address;
  if (const auto refused =
          error_limiter4_.refuses(arrival.ip.source(), state_.options.ipv4_error_limits, arrival.now, random_))
    return refused;

  Ipv4Header header = header_back(arrival, protocol_number::icmpv4, source);
  header.type_of_service = error_tos(state_.options.ipv4_error_tos, arrival.ip.type_of_service());
  ip::OptionStorage options;
  const icmp::ErrorCode& code = icmp::code_of(error.problem, Family::ipv4);
  if (arrival.ip.header_size() > ipv4_header_size && goes_back_by_source_route(error.problem))
    if (const auto refused = follow_options(arrival, ip::ReplyOptions::source_route, header, options)) return refused;
  header.identification = next_identification(header);
  const Link link = link_for(header, arrival);
  const std::size_t room = icmp::room_for_error(Family::ipv4, header_size(header), link.mtu);
  icmp::QuoteStorage storage;
  // What is appended stands behind 128 octets of the datagram at least (RFC 4884 4).
  const icmp::Ipv4Quote amount =
      state_.options.extensions ? icmp::Ipv4Quote::datagram_of_576 : state_.options.ipv4_quote;
  const Bytes quote = icmp::quote(arrival, icmp::quote_limit(arrival.ip, amount, room), storage);
  const IcmpError message = icmp::error_message(code, Family::ipv4, error.parameter, quote);
  if (state_.options.extensions) [[unlikely]]
    return send_extended(arrival, header, message, room, link, out);
  return send(header, message, link, arrival.now, out);
}

MaybeReason Node::apply(const Error& error, const Ipv6Arrival& arrival, Outbox& out) {
  if (const auto broken = first_broken<icmp::ipv6_suppression>(icmp::invoking_packet(arrival, error.problem)))
    return broken;
  const icmp::ErrorCode& code = icmp::code_of(error.problem, Family::ipv6);
  if (!state_.options.ipv6_unreachable && code.type == static_cast<std::uint8_t>(Icmpv6Type::destination_unreachable))
    return Reason::icmp6_unreachable_off;
  const auto source = source_back(arrival);
  if (is_unspecified(source)) return Reason::icmp_no_source_address;
  if (const auto refused =
          error_limiter6_.refuses(arrival.ip.source(), state_.options.ipv6_error_limits, arrival.now, random_))
    return refused;
  const Ipv6Header header = header_back(arrival, protocol_number::icmpv6, source);
  const Link link = link_for(header, arrival);
  const std::size_t room = icmp::room_for_error(Family::ipv6, ipv6_header_size, link.mtu);
  icmp::QuoteStorage storage;
  const Bytes quote = icmp::quote(arrival, room - icmp_header_size, storage);
  const IcmpError message = icmp::error_message(code, Family::ipv6, error.parameter, quote);
  if (state_.options.extensions) [[unlikely]]
    return send_extended(arrival, header, message, room, link, out);
  return send(header, message, link, arrival.now, out);
}

template <class Arrival>
MaybeReason Node::apply(const Deliver& deliver, const Arrival& arrival, Outbox& out) {
  if constexpr (std::is_same_v<Arrival, Ipv6Arrival>) {
    if (deliver.reason == Reason::nd_solicitation_for_us) return answer_solicitation(arrival, out);
    if (deliver.reason == Reason::nd_solicitation_answered_soon) return delay_answer(arrival);
    if (deliver.reason == Reason::address_asked_about) return hear_about_tentative(arrival);
  }
  if (take_discovery(deliver.reason, arrival)) return {};
  if (is_icmp(arrival)) report_error(arrival);
  return {};
}
template MaybeReason Node::apply(const Deliver& deliver, const Ipv4Arrival& arrival, Outbox& out);
template MaybeReason Node::apply(const Deliver& deliver, const Ipv6Arrival& arrival, Outbox& out);

template <class Arrival>
void Node::report_error(const Arrival& arrival) {
  const icmp::ErrorReport report = report_of(arrival);
  if (const auto mtu = lowered_path_mtu(report, arrival.interface, arrival.now, state_))
    state_.path_mtus.lower(report.destination, *mtu, arrival.now + path_mtu_age(report.family()));
  if (observer_) observer_->error_reported(report);
}

void Node::learn_mask(const Ipv4Arrival& arrival) {
  state_.addresses.set_mask(arrival.interface, load_be32(arrival.payload(), icmp_header_size));
  state_.mask_learner.finish(arrival.interface);
  confirm_neighbor({arrival.interface, arrival.ip.source()}, arrival.now);
  update_deadline();
}

// ---- of its own accord ----

void Node::ask_for_mask(const icmp::MaskLearner::Due& request, Instant now, Outbox& out) {
  const auto source = state_.addresses.source_for(request.interface, ipv4_limited_broadcast);
  if (!source) return;
  const Ipv4Header header{
      .source = *source,
      .destination = ipv4_limited_broadcast,
      .protocol = protocol_number::icmpv4,
      .ttl = static_cast<std::uint8_t>(state_.options.ipv4_ttl),
      .identification = state_.identification.next(*source, ipv4_limited_broadcast, protocol_number::icmpv4)};
  const Icmpv4Query message{Icmpv4Type::address_mask_request, request.identifier_and_sequence, 1, {0}};
  originate(Reason::icmp4_mask_request_sent, header, message, link_to(header.destination, request.interface, now), now,
            out);
}

}  // namespace tunstack
