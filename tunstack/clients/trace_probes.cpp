#include "tunstack/clients/trace_probes.hpp"

#include "protocols/wire/icmpv6.hpp"
#include "protocols/wire/ipv4_options.hpp"
#include "protocols/wire/numbers.hpp"
#include "protocols/wire/tcp.hpp"
#include "protocols/wire/udp.hpp"

namespace tunstack::clients {

namespace {

constexpr std::uint16_t least_port = 32768, ports = 28000;  // from where ports of no service lie

/// A checksum that tells a probe's number: neither 0 nor all ones, which are one.
std::uint16_t checksum_for(std::size_t number) { return static_cast<std::uint16_t>(number + 1); }

/// What two octets of zeros must become so that `checksum` becomes `wanted` (RFC 1624 3).
std::uint16_t complement_for(std::uint16_t checksum, std::uint16_t wanted) {
  const std::uint32_t sum = std::uint32_t{checksum} + static_cast<std::uint16_t>(~wanted);
  return static_cast<std::uint16_t>((sum & 0xffff) + (sum >> 16));
}

std::uint8_t echo_type(const IpAddress& target, bool is_request) {
  if (target.is_ipv4())
    return static_cast<std::uint8_t>(is_request ? Icmpv4Type::echo_request : Icmpv4Type::echo_reply);
  return static_cast<std::uint8_t>(is_request ? Icmpv6Type::echo_request : Icmpv6Type::echo_reply);
}

/// To the first gateway, by way of the others, to the destination.
void add_source_route(const TraceArguments& trace, Envelope& envelope) {
  if (trace.gateways.empty()) return;
  const std::size_t hops = trace.gateways.size();
  envelope.options = {ipv4_option::no_operation, ipv4_option::loose_source_route,
                      static_cast<std::uint8_t>(3 + 4 * hops), 4};
  envelope.options.resize(4 + 4 * hops);
  for (std::size_t i = 1; i < hops; ++i) trace.gateways[i].store(envelope.options, 4 * i);
  trace.target.ipv4().store(envelope.options, 4 * hops);
  envelope.first_hop = trace.gateways.front();
}

/// What a SYN of Linux has: MSS, selective acknowledgments, timestamps, window scale.
constexpr std::array<std::uint8_t, tcp_header_size> syn_options = {2, 4, 0x05, 0xb4, 4, 2, 8, 10, 0, 0,
                                                                   0, 1, 0,    0,    0, 0, 1, 3,  3, 7};

}  // namespace

TraceProbes::TraceProbes(const TraceArguments& trace, std::uint64_t seed) : trace_(trace), teller_(teller_of(trace)) {
  Random random(seed, "trace");
  first_identification_ = static_cast<std::uint16_t>(random.below(0x8000) + 1);  // none of them is 0
  source_port_ = static_cast<std::uint16_t>(least_port + random.below(ports));
  if (trace.source_port != 0) source_port_ = trace.source_port;
  echo_identifier_ = static_cast<std::uint16_t>(random.below(0xffff) + 1);
  tcp_sequence_ = static_cast<std::uint32_t>(random.below(0x10000));
}

TraceProbes::Teller TraceProbes::teller_of(const TraceArguments& trace) {
  if (trace.is_dublin) return trace.target.is_ipv4() ? Teller::identification : Teller::length;
  const bool has_room = trace.size >= trace_ip_header_size(trace) + udp_header_size + 2;
  return trace.is_one_flow && has_room ? Teller::checksum : Teller::port;
}

std::uint8_t TraceProbes::protocol() const {
  if (trace_.method == TraceMethod::tcp) return protocol_number::tcp;
  if (trace_.method == TraceMethod::raw) return trace_.raw_protocol;
  if (trace_.method == TraceMethod::icmp)
    return trace_.target.is_ipv4() ? protocol_number::icmpv4 : protocol_number::icmpv6;
  return protocol_number::udp;
}

std::optional<std::size_t> TraceProbes::checksum_at() const {
  if (trace_.method == TraceMethod::raw) return std::nullopt;
  if (trace_.method == TraceMethod::tcp) return tcp_offset::checksum;
  return is_udp() ? udp_offset::checksum : icmp_checksum_offset;
}

std::uint16_t TraceProbes::source_port(std::size_t number) const {
  const bool tells_number = trace_.method == TraceMethod::udp_service && teller_ == Teller::port;
  const bool is_another_flow = trace_.method == TraceMethod::tcp && !trace_.is_one_flow;
  return static_cast<std::uint16_t>(source_port_ + (tells_number || is_another_flow ? number : 0));
}
std::uint16_t TraceProbes::destination_port(std::size_t number) const {
  const bool tells_number = trace_.method == TraceMethod::udp && teller_ == Teller::port;
  return static_cast<std::uint16_t>(trace_.port + (tells_number ? number : 0));
}

// ---- what is sent ----

void TraceProbes::add(std::size_t number, std::uint8_t hop_limit, std::size_t size, std::size_t mtu,
                      ToSend& out) const {
  const Envelope to = envelope(number, hop_limit);
  std::vector<std::uint8_t> octets = message(to, number, size - trace_ip_header_size(trace_));
  add_datagram(to, octets, checksum_at(), mtu, out);
}

Envelope TraceProbes::envelope(std::size_t number, std::uint8_t hop_limit) const {
  Envelope to{.source = trace_.source,
              .destination = trace_.target,
              .protocol = protocol(),
              .type_of_service = static_cast<std::uint8_t>(trace_.tos),
              .hop_limit = hop_limit,
              .dont_fragment = trace_.refuses_fragments,
              .identification = static_cast<std::uint16_t>(first_identification_ + number),
              .keeps_identification = teller_ == Teller::identification,
              .flow_label = trace_.flow_label};
  add_source_route(trace_, to);
  return to;
}

std::vector<std::uint8_t> TraceProbes::message(const Envelope& to, std::size_t number, std::size_t size) const {
  const std::size_t header = trace_method_header_size(trace_.method);
  const std::size_t data = size - std::min(size, header);
  if (is_udp()) return udp(to, number, data + (teller_ == Teller::length ? number : 0));
  if (trace_.method == TraceMethod::icmp) return echo(number, data);
  return trace_.method == TraceMethod::tcp ? tcp(number, data) : raw(number, data);
}

namespace {

/// `header` octets of zeros, and data behind them.
std::vector<std::uint8_t> filled(std::size_t header, std::size_t data, std::span<const std::uint8_t> pattern) {
  std::vector<std::uint8_t> octets(header + data);
  for (std::size_t i = 0; i < data; ++i)
    octets[header + i] = pattern.empty() ? static_cast<std::uint8_t>('@' + i % 64) : pattern[i % pattern.size()];
  return octets;
}

}  // namespace

std::vector<std::uint8_t> TraceProbes::udp(const Envelope& to, std::size_t number, std::size_t data) const {
  std::vector<std::uint8_t> octets = filled(udp_header_size, data, trace_.pattern);
  store_be16(octets, udp_offset::source_port, source_port(number));
  store_be16(octets, udp_offset::destination_port, destination_port(number));
  store_be16(octets, udp_offset::length, static_cast<std::uint16_t>(octets.size()));
  if (teller_ != Teller::checksum || data < 2) return octets;
  store_be16(octets, udp_header_size, 0);
  store_be16(octets, udp_header_size, complement_for(checksum_of(to, octets), checksum_for(number)));
  return octets;
}

std::vector<std::uint8_t> TraceProbes::echo(std::size_t number, std::size_t data) const {
  std::vector<std::uint8_t> octets = filled(icmp_header_size, data, trace_.pattern);
  const auto sequence = static_cast<std::uint16_t>(trace_.port + number);
  octets[icmp_offset::type] = echo_type(trace_.target, true);
  store_be16(octets, icmp_echo_offset::identifier, echo_identifier_);
  store_be16(octets, icmp_echo_offset::sequence, sequence);
  if (trace_.is_one_flow && data >= 2) store_be16(octets, icmp_header_size, static_cast<std::uint16_t>(~sequence));
  return octets;
}

std::vector<std::uint8_t> TraceProbes::tcp(std::size_t number, std::size_t data) const {
  std::vector<std::uint8_t> octets = filled(2 * tcp_header_size, data, trace_.pattern);
  store_be16(octets, tcp_offset::source_port, source_port(number));
  store_be16(octets, tcp_offset::destination_port, destination_port(number));
  store_be32(octets, tcp_offset::sequence, static_cast<std::uint32_t>(number << 16 | tcp_sequence_));
  octets[tcp_offset::data_offset] = 2 * tcp_header_size / 4 << 4;
  octets[tcp_offset::flags] = tcp_flag::syn;
  store_be16(octets, tcp_offset::window, 5840);
  copy_bytes(MutableBytes(octets).subspan(tcp_header_size), syn_options);
  return octets;
}

std::vector<std::uint8_t> TraceProbes::raw(std::size_t number, std::size_t data) const {
  std::vector<std::uint8_t> octets = filled(0, data, trace_.pattern);
  if (data >= 2) store_be16(octets, 0, static_cast<std::uint16_t>(number));
  return octets;
}

// ---- whom answers belong to ----

std::uint16_t TraceProbes::told_in_udp(Bytes start, std::uint16_t identification) const {
  const auto behind = [](std::size_t told, std::size_t first) { return static_cast<std::uint16_t>(told - first); };
  switch (teller_) {
    case Teller::checksum:
      return behind(load_be16(start, udp_offset::checksum), checksum_for(0));
    case Teller::identification:
      return behind(identification, first_identification_);
    case Teller::length:
      return behind(load_be16(start, udp_offset::length), trace_.size - trace_ip_header_size(trace_));
    case Teller::port:
      break;
  }
  return trace_.method == TraceMethod::udp ? behind(load_be16(start, udp_offset::destination_port), trace_.port)
                                           : behind(load_be16(start, udp_offset::source_port), source_port_);
}

std::optional<std::size_t> TraceProbes::number_in_udp(Bytes start, std::uint16_t identification) const {
  const std::uint16_t number = told_in_udp(start, identification);
  const bool is_mine = load_be16(start, udp_offset::source_port) == source_port(number) &&
                       load_be16(start, udp_offset::destination_port) == destination_port(number);
  return is_mine ? std::optional(std::size_t{number}) : std::nullopt;
}

std::optional<std::size_t> TraceProbes::number_in_message(Bytes start, std::uint16_t identification) const {
  if (start.size() < 8) return std::nullopt;
  if (is_udp()) return number_in_udp(start, identification);
  if (trace_.method == TraceMethod::raw) return load_be16(start, 0);
  if (trace_.method == TraceMethod::icmp)
    return start[icmp_offset::type] == echo_type(trace_.target, true) ? number_in_echo(start) : std::nullopt;
  const std::uint32_t sequence = load_be32(start, tcp_offset::sequence);
  const bool is_mine = load_be16(start, tcp_offset::source_port) == source_port(sequence >> 16) &&
                       load_be16(start, tcp_offset::destination_port) == destination_port(0) &&
                       (sequence & 0xffff) == tcp_sequence_;
  return is_mine ? std::optional(std::size_t{sequence >> 16}) : std::nullopt;
}

/// Of a request, or of its answer.
std::optional<std::size_t> TraceProbes::number_in_echo(Bytes message) const {
  if (load_be16(message, icmp_echo_offset::identifier) != echo_identifier_) return std::nullopt;
  return static_cast<std::uint16_t>(load_be16(message, icmp_echo_offset::sequence) - trace_.port);
}

std::optional<std::size_t> TraceProbes::number_in(const ReportedError& error) const {
  const bool is_on_the_way = error.destination == trace_.target || !trace_.gateways.empty();
  if (!is_on_the_way || error.source != trace_.source || error.protocol != protocol()) return std::nullopt;
  return number_in_message(error.payload, error.identification);
}

std::optional<std::size_t> TraceProbes::number_in(const Arrived& answer, std::size_t first_open) const {
  const Bytes message = answer.payload;
  if (answer.source != trace_.target || answer.protocol != protocol()) return std::nullopt;
  if (trace_.method == TraceMethod::raw) return first_open;
  if (message.size() < 8) return std::nullopt;
  if (trace_.method == TraceMethod::icmp)
    return message[icmp_offset::type] == echo_type(trace_.target, false) ? number_in_echo(message) : std::nullopt;
  if (load_be16(message, tcp_offset::source_port) != trace_.port && trace_.method != TraceMethod::udp)
    return std::nullopt;
  const std::uint16_t to = load_be16(message, tcp_offset::destination_port);
  if (trace_.method == TraceMethod::tcp) {
    const std::uint32_t sequence = number32(message, tcp_offset::acknowledgment) - 1;
    const bool is_mine =
        to == source_port(sequence >> 16) && message.size() >= tcp_header_size && (sequence & 0xffff) == tcp_sequence_;
    return is_mine ? std::optional(std::size_t{sequence >> 16}) : std::nullopt;
  }
  const std::size_t number = trace_.method == TraceMethod::udp
                                 ? static_cast<std::uint16_t>(load_be16(message, udp_offset::source_port) - trace_.port)
                                 : static_cast<std::uint16_t>(to - source_port_);
  if (teller_ != Teller::port) return to == source_port_ && number == 0 ? std::optional(first_open) : std::nullopt;
  return to == source_port(number) ? std::optional(number) : std::nullopt;
}

}  // namespace tunstack::clients
