#include "tunstack/node.hpp"

#include "protocols/icmp/problem_codes.hpp"
#include "protocols/icmp/suppression.hpp"
#include "protocols/ip/ipv4_fragments.hpp"
#include "protocols/ip/ipv6_input.hpp"
#include "tunstack/dispatch.hpp"
#include "tunstack/error_input.hpp"

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
constexpr icmp::LimitReasons extended_echo_limit_reasons{Reason::extended_echo_rate_exceeded,
                                                         Reason::extended_echo_rate_exceeded};

// RFC 3168 5: the ECN field is not copied into a reply.
constexpr std::uint8_t without_ecn(std::uint8_t traffic_class) { return traffic_class & 0xfc; }

bool is_icmp(const Ipv4View& ip) { return ip.protocol() == protocol_number::icmpv4; }
bool is_icmp(const Ipv6View& ip) { return ip.next_header() == protocol_number::icmpv6; }
bool is_icmp(const Ipv4Header& header) { return header.protocol == protocol_number::icmpv4; }
bool is_icmp(const Ipv6Header& header) { return header.next_header == protocol_number::icmpv6; }

constexpr Family family_of(const Ipv4Arrival&) { return Family::ipv4; }
constexpr Family family_of(const Ipv6Arrival&) { return Family::ipv6; }
constexpr Family family_of(const Ipv4Header&) { return Family::ipv4; }
constexpr Family family_of(const Ipv6Header&) { return Family::ipv6; }

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

std::vector<InterfaceId> interfaces_to_learn_masks_of(const NodeConfig& config) {
  std::vector<InterfaceId> interfaces;
  for (std::size_t i = 0; config.options.learn_mask && i < config.interfaces.size(); ++i)
    if (std::ranges::any_of(config.interfaces[i].addresses, [](const IpPrefix& p) { return p.address.is_ipv4(); }))
      interfaces.push_back(InterfaceId(i));
  return interfaces;
}

NodeState make_state(const NodeConfig& config, Random& random) {
  NodeState state{.options = config.options,
                  .link_mtus = {},
                  .addresses = {},
                  .interfaces = config.interfaces,
                  .identification = ip::Ipv4Identification(random),
                  .path_mtus = ip::PathMtus(random),
                  .mask_learner = icmp::MaskLearner(interfaces_to_learn_masks_of(config), random),
                  .time_of_day_at_start = config.time_of_day_at_start};
  for (std::size_t i = 0; i < config.interfaces.size(); ++i) {
    state.link_mtus.push_back(config.interfaces[i].mtu);
    for (const IpPrefix& prefix : config.interfaces[i].addresses) state.addresses.add(InterfaceId(i), prefix);
  }
  return state;
}

}  // namespace

Node::Node(const NodeConfig& config)
    : random_(config.seed),
      state_(make_state(config, random_)),
      error_limiter4_(icmp::ipv4_error_limit_reasons, random_),
      error_limiter6_(icmp::ipv6_error_limit_reasons, random_),
      probe_limiter_(extended_echo_limit_reasons, random_),
      reassembler4_(random_, config.options.reassembly4) {}

// ---- deciding ----

template <class View>
inline Arrival<View> Node::classify(const Received& received, const View& ip) const {
  return {ip,
          state_.addresses.kind_on(received.interface, ip.source()),
          state_.addresses.kind_on(received.interface, ip.destination()),
          received.link_layer_group,
          received.interface,
          received.now};
}

MaybeReason Node::refuses(const Ipv4Arrival& arrival) const { return ip::refuses({arrival, state_.options.ipv4}); }
MaybeReason Node::refuses(const Ipv6Arrival& arrival) const { return ip::refuses(arrival); }

inline bool Node::is_unusual(const Ipv4Arrival& arrival) const {
  return !arrival.ip.is_plain() || state_.options.ipv4_options.required != 0;
}

std::optional<Verdict> Node::judge_unusual(const Ipv4Arrival& arrival) const {
  if (ip::has_options_to_judge(arrival.ip, state_.options.ipv4_options))
    if (const auto verdict = ip::judge_options(arrival.ip, state_.options.ipv4_options)) return verdict;
  if (!arrival.ip.is_fragment()) return std::nullopt;
  if (const auto broken =
          first_broken<ip::ipv4_fragment_rules>(ip::Ipv4FragmentInput{arrival.ip, state_.options.fragments4.largest}))
    return Drop{*broken};
  return Hold{Reason::fragment_of_datagram};
}

namespace {

/// Tells the families apart and checks the shape. `then` gets a view or the Drop that ends the matter.
template <class Then>
auto by_family(Bytes bytes, const Then& then) {
  if (bytes.empty()) return then(Drop{Reason::empty_read});
  if (bytes[0] >> 4 == 4) {
    const auto ip = Ipv4View::parse(bytes);
    return ip ? then(*ip) : then(Drop{ip.error()});
  }
  if (bytes[0] >> 4 == 6) {
    const auto ip = Ipv6View::parse(bytes);
    return ip ? then(*ip) : then(Drop{ip.error()});
  }
  return then(Drop{Reason::ip_version_unknown});
}

}  // namespace

Verdict Node::decide(const Received& received) const {
  return by_family(received.bytes, [&](const auto& found) -> Verdict {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(found)>, Drop>)
      return found;
    else {
      const auto arrival = classify(received, found);
      if (const auto refused = refuses(arrival)) return Drop{*refused};
      if (is_unusual(arrival))
        if (const auto verdict = judge_unusual(arrival)) return *verdict;
      return dispatch(arrival, state_);
    }
  });
}

// ---- acting ----

void Node::receive(const Received& received, Outbox& out) {
  if (next_deadline() <= received.now) [[unlikely]]
    tick(received.now, out);
  ++counters_.packets_in;
  by_family(received.bytes, [&](const auto& found) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(found)>, Drop>)
      conclude({received.now, received.bytes}, found, {}, {});
    else
      process(classify(received, found), out);
  });
}

template <class Arrival>
void Node::process(const Arrival& arrival, Outbox& out) {
  if (const auto refused = refuses(arrival)) return conclude({arrival.now, arrival.ip.bytes()}, Drop{*refused}, {}, {});
  if (is_unusual(arrival)) [[unlikely]]
    if (const auto verdict = judge_unusual(arrival)) return act_unusual(*verdict, arrival, out);
  count_icmp_in(arrival);
  act(dispatch(arrival, state_), arrival, out);
}

template <class Arrival>
void Node::act_unusual(const Verdict& verdict, const Arrival& arrival, Outbox& out) {
  if constexpr (std::is_same_v<Arrival, Ipv4Arrival>)
    if (std::holds_alternative<Hold>(verdict)) return hold(verdict, arrival, out);
  act(verdict, arrival, out);
}

template <class Arrival>
void Node::act(const Verdict& verdict, const Arrival& arrival, Outbox& out) {
  const std::size_t sent_before = out.packets().size();
  const auto withheld = std::visit([&](const auto& v) { return apply(v, arrival, out); }, verdict);
  conclude({arrival.now, arrival.ip.bytes(), arrival.first_header.empty()}, verdict, withheld,
           out.packets().subspan(sent_before));
}

template <class Arrival>
void Node::count_icmp_in(const Arrival& arrival) {
  const Bytes message = arrival.ip.payload();
  if (is_icmp(arrival.ip) && message.size() >= 2) counters_.icmp(family_of(arrival)).add_in(message[0], message[1]);
}

template <class IpHeader, class Message>
MaybeReason Node::send(const IpHeader& header, const Message& message, const Link& link, Outbox& out) {
  const std::size_t before = out.packets().size();
  if (const auto failed = emit(header, message, link, out)) return failed;
  counters_.packets_out += out.packets().size() - before;
  const Bytes written = out.packets()[before].bytes.subspan(header_size(header));
  if (is_icmp(header)) counters_.icmp(family_of(header)).add_out(written[0], written[1]);
  return {};
}

void Node::conclude(const Happening& happening, const Verdict& verdict, MaybeReason withheld,
                    std::span<const OutgoingPacket> sent) {
  count(reason_of(verdict));
  if (withheld) count(*withheld);
  if (observer_) observer_->decided({happening.now, happening.packet, happening.arrived, verdict, withheld, sent});
}

template <class Arrival>
MaybeReason Node::apply(const Drop&, const Arrival&, Outbox&) {
  return {};
}

template <class Arrival>
MaybeReason Node::apply(const Hold&, const Arrival&, Outbox&) {
  return {};  // hold() is what acts
}

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
          .hop_limit = static_cast<std::uint8_t>(state_.options.ipv6_hop_limit)};
}

/// What the options of a datagram make of the header of its answer. Whoever has no address has no way back either.
/// The reason tells why there is none: nobody can make this node send to groups or to itself by way of a route.
MaybeReason Node::follow_options(const Ipv4Arrival& arrival, ip::EchoedOptions echoed, Ipv4Header& header,
                                 ip::OptionStorage& storage) const {
  const ip::Answerer answerer{header.source, state_.addresses, state_.time_of_day(arrival.now)};
  const ip::ReturnPath path = ip::return_path(arrival, answerer, echoed);
  if (!ip::is_this_network(arrival.source)) header.first_hop = path.first_hop;
  storage = path.storage;
  header.options = Bytes(storage).first(path.options().size());
  const bool is_passable =
      !header.first_hop || state_.addresses.kind_on(arrival.interface, *header.first_hop) == AddressKind::unicast;
  return is_passable ? MaybeReason{} : Reason::ipv4_source_route_impassable;
}

MaybeReason Node::refuses_reply(const Reply& reply, const Ipv4Arrival& arrival) {
  if (is_icmp(arrival.ip) && is_exceeded(reply_bucket4_, state_.options.ipv4_reply_rate, arrival.now))
    return Reason::icmp4_reply_rate_exceeded;
  if (std::holds_alternative<ExtendedEchoReply>(reply.message))
    return probe_limiter_.refuses(arrival.ip.source(), extended_echo_limits, arrival.now, random_);
  return {};
}

MaybeReason Node::refuses_reply(const Reply& reply, const Ipv6Arrival& arrival) {
  if (is_icmp(arrival.ip) && is_exceeded(reply_bucket6_, state_.options.ipv6_reply_rate, arrival.now))
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
                  arrival, is_query ? ip::EchoedOptions::source_route_and_log : ip::EchoedOptions::source_route, header,
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
        return send(header, message, link, out);
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
        Ipv6Header header = header_back(arrival, arrival.ip.next_header(), source);
        constexpr bool is_echo = is_echo_reply<Message>;
        header.traffic_class = is_echo ? without_ecn(arrival.ip.traffic_class()) : 0;
        header.flow_label = is_echo && state_.options.echo6.reflect_flow_label ? arrival.ip.flow_label() : 0;
        if constexpr (is_extended_echo_reply<Message>) header.hop_limit = extended_echo_ttl;
        return send(header, message, {arrival.interface, link_mtu(arrival.interface)}, out);
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
  return send(header, icmp::with_extensions(message, family_of(header), writer.finish(), room), link, out);
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
    if (const auto refused = follow_options(arrival, ip::EchoedOptions::source_route, header, options)) return refused;
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
  return send(header, message, link, out);
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
  const Link link{arrival.interface, link_mtu(arrival.interface)};
  const std::size_t room = icmp::room_for_error(Family::ipv6, ipv6_header_size, link.mtu);
  icmp::QuoteStorage storage;
  const Bytes quote = icmp::quote(arrival, room - icmp_header_size, storage);
  const Ipv6Header header = header_back(arrival, protocol_number::icmpv6, source);
  const IcmpError message = icmp::error_message(code, Family::ipv6, error.parameter, quote);
  if (state_.options.extensions) [[unlikely]]
    return send_extended(arrival, header, message, room, link, out);
  return send(header, message, link, out);
}

MaybeReason Node::apply(const Deliver& deliver, const Ipv4Arrival& arrival, Outbox&) {
  if (deliver.reason == Reason::icmp4_mask_learned)
    learn_mask(arrival);
  else if (is_icmp(arrival.ip))
    report_error(arrival);
  return {};
}

void Node::report_error(const Ipv4Arrival& arrival) {
  const icmp::ErrorReport report = report_of(arrival);
  if (const auto mtu = lowered_path_mtu(report, arrival, state_))
    state_.path_mtus.lower(report.destination, *mtu, arrival.now + std::chrono::seconds(state_.options.path_mtu_age));
  if (observer_) observer_->error_reported(report);
}

void Node::learn_mask(const Ipv4Arrival& arrival) {
  state_.addresses.set_mask(arrival.interface, load_be32(arrival.ip.payload(), icmp_header_size));
  state_.mask_learner.finish(arrival.interface);
}

MaybeReason Node::apply(const Deliver&, const Ipv6Arrival&, Outbox&) { return {}; }

// ---- fragments ----

void Node::tick(Instant now, Outbox& out) {
  while (const auto first_fragment = reassembler4_.expire(now)) give_up(*first_fragment, now, out);
  while (const auto request = state_.mask_learner.take_request(now)) ask_for_mask(*request, now, out);
}

void Node::ask_for_mask(const icmp::MaskLearner::Request& request, Instant now, Outbox& out) {
  const auto source = state_.addresses.source_for(request.interface, ipv4_limited_broadcast);
  if (!source) return;
  const Ipv4Header header{
      .source = *source,
      .destination = ipv4_limited_broadcast,
      .protocol = protocol_number::icmpv4,
      .ttl = static_cast<std::uint8_t>(state_.options.ipv4_ttl),
      .identification = state_.identification.next(*source, ipv4_limited_broadcast, protocol_number::icmpv4)};
  const Icmpv4Query message{Icmpv4Type::address_mask_request, request.identifier_and_sequence, 1, {0}};
  originate(Reason::icmp4_mask_asked_for, header, message, link_to(header.destination, request.interface, now), now,
            out);
}

template <class IpHeader, class Message>
void Node::originate(Reason reason, const IpHeader& header, const Message& message, const Link& link, Instant now,
                     Outbox& out) {
  const std::size_t sent_before = out.packets().size();
  count(reason);
  if (const auto failed = send(header, message, link, out)) return count(*failed);
  if (observer_) observer_->originated({now, reason, out.packets().subspan(sent_before)});
}

void Node::hold(const Verdict& verdict, const Ipv4Arrival& arrival, Outbox& out) {
  const auto added = reassembler4_.add(ip::fragment_of(arrival), state_.options.fragments4, arrival.now);
  counters_.by_reason[index_of(Reason::fragment_datagram_evicted)] = reassembler4_.evicted();
  conclude({arrival.now, arrival.ip.bytes()}, verdict, added ? MaybeReason{} : MaybeReason{added.error()}, {});
  if (added && *added) process_whole(**added, arrival.now, out);
}

/// A complete datagram is decided like any other; only an error about it shows that it came in fragments.
void Node::process_whole(const ip::Reassembled& datagram, Instant now, Outbox& out) {
  std::array<std::uint8_t, ipv4_header_size + ipv4_options_largest> first_header{};
  copy_bytes(first_header, datagram.bytes.first(datagram.header_size));
  Ipv4Arrival arrival =
      classify({datagram.interface, datagram.bytes, now, datagram.link_layer_group}, ip::make_whole(datagram));
  arrival.first_header = Bytes(first_header).first(datagram.header_size);
  process(arrival, out);
}

/// RFC 792: only who has the first fragment can tell the source.
void Node::give_up(const ip::Reassembled& first_fragment, Instant now, Outbox& out) {
  const Bytes bytes = first_fragment.bytes;
  if (bytes.empty()) return conclude({now, {}, false}, Drop{Reason::fragment_timeout_without_first}, {}, {});
  Ipv4Arrival arrival =
      classify({first_fragment.interface, bytes, now, first_fragment.link_layer_group}, Ipv4View::of(bytes));
  arrival.first_header = arrival.ip.header();
  act(Error{Reason::fragment_timeout, Problem::reassembly_timeout}, arrival, out);
}

}  // namespace tunstack
