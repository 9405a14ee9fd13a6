#include "tunstack/node.hpp"

#include "protocols/icmp/problem_codes.hpp"
#include "protocols/icmp/quote.hpp"
#include "protocols/icmp/suppression.hpp"
#include "protocols/ip/ipv6_input.hpp"
#include "tunstack/dispatch.hpp"

namespace tunstack {

namespace {

// RFC 792 and RFC 3168: a reply copies the request's traffic class, but for the ECN field.
template <class EchoReply>
constexpr bool is_echo_reply = std::is_same_v<EchoReply, Icmpv4EchoReply> || std::is_same_v<EchoReply, Icmpv6EchoReply>;
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

/// Replies are limited like errors, but by one bucket that holds a tenth of a second's worth.
bool refuses_reply(icmp::TokenBucket& bucket, std::uint32_t rate, Instant now) {
  return rate != 0 && !bucket.take({rate, std::max(1U, rate / 10)}, now);
}

}  // namespace

Node::Node(const NodeConfig& config)
    : options_(config.options),
      random_(config.seed),
      identification_(random_),
      error_limiter4_(icmp::ipv4_error_limit_reasons, random_),
      error_limiter6_(icmp::ipv6_error_limit_reasons, random_) {
  for (std::size_t i = 0; i < config.interfaces.size(); ++i) {
    mtus_.push_back(config.interfaces[i].mtu);
    for (const IpPrefix& prefix : config.interfaces[i].addresses) addresses_.add(InterfaceId(i), prefix);
  }
}

// ---- deciding ----

inline Ipv4Arrival Node::classify(const Received& received, const Ipv4View& ip) const {
  return {ip, addresses_.kind_on(received.interface, ip.source()),
          addresses_.kind_on(received.interface, ip.destination()), received.link_layer_group};
}

inline Ipv6Arrival Node::classify(const Received& received, const Ipv6View& ip) const {
  return {ip, addresses_.kind_on(received.interface, ip.source()),
          addresses_.kind_on(received.interface, ip.destination()), received.link_layer_group};
}

MaybeReason Node::refuses(const Ipv4Arrival& arrival) const { return ip::refuses({arrival, options_.ipv4}); }
MaybeReason Node::refuses(const Ipv6Arrival& arrival) const { return ip::refuses(arrival); }

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
      return dispatch(arrival, options_);
    }
  });
}

// ---- acting ----

void Node::receive(const Received& received, Outbox& out) {
  ++counters_.packets_in;
  by_family(received.bytes, [&](const auto& found) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(found)>, Drop>)
      conclude(received, found, {}, {});
    else
      process(classify(received, found), received, out);
  });
}

template <class Arrival>
void Node::process(const Arrival& arrival, const Received& received, Outbox& out) {
  if (const auto refused = refuses(arrival)) return conclude(received, Drop{*refused}, {}, {});
  count_icmp_in(arrival);
  const Verdict verdict = dispatch(arrival, options_);
  const std::size_t sent_before = out.packets().size();
  const auto withheld = std::visit([&](const auto& v) { return apply(v, arrival, received, out); }, verdict);
  conclude(received, verdict, withheld, out.packets().subspan(sent_before));
}

template <class Arrival>
void Node::count_icmp_in(const Arrival& arrival) {
  const Bytes message = arrival.ip.payload();
  if (is_icmp(arrival.ip) && message.size() >= 2) counters_.icmp(family_of(arrival)).add_in(message[0], message[1]);
}

template <class IpHeader, class Message>
MaybeReason Node::send(const IpHeader& header, const Message& message, InterfaceId interface, Outbox& out) {
  if (const auto failed = emit(header, message, link(interface), out)) return failed;
  ++counters_.packets_out;
  const Bytes written = out.packets().back().bytes.subspan(header_size(header));
  if (is_icmp(header)) counters_.icmp(family_of(header)).add_out(written[0], written[1]);
  return {};
}

void Node::conclude(const Received& received, const Verdict& verdict, MaybeReason withheld,
                    std::span<const OutgoingPacket> sent) {
  count(reason_of(verdict));
  if (withheld) count(*withheld);
  if (observer_)
    observer_->decided({received.now, received.bytes, verdict, withheld, sent.empty() ? Bytes{} : sent.back().bytes});
}

template <class Arrival>
MaybeReason Node::apply(const Drop&, const Arrival&, const Received&, Outbox&) {
  return {};
}

// A reply or error comes from the address that was asked (RFC 1122 3.2.2.6, RFC 4443 2.2), or, where that
// was a group, from an address of the arrival interface; the unspecified address if it has none.
Ipv4Address Node::source_back(const Ipv4Arrival& arrival, InterfaceId interface) const {
  if (is_own(arrival.destination)) return arrival.ip.destination();
  return addresses_.source_for(interface, arrival.ip.source()).value_or(decltype(arrival.ip.source()){});
}

Ipv6Address Node::source_back(const Ipv6Arrival& arrival, InterfaceId interface) const {
  if (is_own(arrival.destination)) return arrival.ip.destination();
  return addresses_.source_for(interface, arrival.ip.source()).value_or(decltype(arrival.ip.source()){});
}

Ipv4Header Node::header_back(const Ipv4Arrival& arrival, std::uint8_t protocol, Ipv4Address source) {
  const Ipv4Address destination = arrival.ip.source();
  return {.source = source,
          .destination = destination,
          .protocol = protocol,
          .ttl = static_cast<std::uint8_t>(options_.ipv4_ttl),
          .identification = identification_.next(source, destination, protocol)};
}

Ipv6Header Node::header_back(const Ipv6Arrival& arrival, std::uint8_t next_header, const Ipv6Address& source) const {
  return {.source = source,
          .destination = arrival.ip.source(),
          .next_header = next_header,
          .hop_limit = static_cast<std::uint8_t>(options_.ipv6_hop_limit)};
}

MaybeReason Node::apply(const Reply& reply, const Ipv4Arrival& arrival, const Received& received, Outbox& out) {
  if (arrival.ip.protocol() == protocol_number::icmpv4 &&
      refuses_reply(reply_bucket4_, options_.ipv4_reply_rate, received.now))
    return Reason::icmp4_reply_rate_exceeded;
  const auto source = source_back(arrival, received.interface);
  if (is_unspecified(source)) return Reason::icmp_no_source_address;
  return std::visit(
      [&](const auto& message) {
        Ipv4Header header = header_back(arrival, arrival.ip.protocol(), source);
        constexpr bool is_echo = is_echo_reply<std::remove_cvref_t<decltype(message)>>;
        header.type_of_service = is_echo ? without_ecn(arrival.ip.type_of_service()) : 0;
        header.dont_fragment = is_echo && options_.echo4.dont_fragment;
        return send(header, message, received.interface, out);
      },
      reply.message);
}

MaybeReason Node::apply(const Reply& reply, const Ipv6Arrival& arrival, const Received& received, Outbox& out) {
  if (arrival.ip.next_header() == protocol_number::icmpv6 &&
      refuses_reply(reply_bucket6_, options_.ipv6_reply_rate, received.now))
    return Reason::icmp6_reply_rate_exceeded;
  const auto source = source_back(arrival, received.interface);
  if (is_unspecified(source)) return Reason::icmp_no_source_address;
  return std::visit(
      [&](const auto& message) {
        Ipv6Header header = header_back(arrival, arrival.ip.next_header(), source);
        constexpr bool is_echo = is_echo_reply<std::remove_cvref_t<decltype(message)>>;
        header.traffic_class = is_echo ? without_ecn(arrival.ip.traffic_class()) : 0;
        header.flow_label = is_echo && options_.echo6.reflect_flow_label ? arrival.ip.flow_label() : 0;
        return send(header, message, received.interface, out);
      },
      reply.message);
}

MaybeReason Node::apply(const Error& error, const Ipv4Arrival& arrival, const Received& received, Outbox& out) {
  if (const auto broken = first_broken<icmp::ipv4_suppression>(icmp::invoking_packet(arrival, error.problem)))
    return broken;
  const auto source = source_back(arrival, received.interface);
  if (is_unspecified(source)) return Reason::icmp_no_source_address;
  if (const auto refused =
          error_limiter4_.refuses(arrival.ip.source(), options_.ipv4_error_limits, received.now, random_))
    return refused;
  const auto message = icmp::error_message(icmp::code_of(error.problem, Family::ipv4), Family::ipv4, error.parameter,
                                           icmp::quote(arrival.ip, options_.ipv4_quote, link(received.interface).mtu));
  return send(header_back(arrival, protocol_number::icmpv4, source), message, received.interface, out);
}

MaybeReason Node::apply(const Error& error, const Ipv6Arrival& arrival, const Received& received, Outbox& out) {
  if (const auto broken = first_broken<icmp::ipv6_suppression>(icmp::invoking_packet(arrival, error.problem)))
    return broken;
  const icmp::ErrorCode& code = icmp::code_of(error.problem, Family::ipv6);
  if (!options_.ipv6_unreachable && code.type == static_cast<std::uint8_t>(Icmpv6Type::destination_unreachable))
    return Reason::icmp6_unreachable_off;
  const auto source = source_back(arrival, received.interface);
  if (is_unspecified(source)) return Reason::icmp_no_source_address;
  if (const auto refused =
          error_limiter6_.refuses(arrival.ip.source(), options_.ipv6_error_limits, received.now, random_))
    return refused;
  const auto message = icmp::error_message(code, Family::ipv6, error.parameter, icmp::quote(arrival.ip));
  return send(header_back(arrival, protocol_number::icmpv6, source), message, received.interface, out);
}

}  // namespace tunstack
