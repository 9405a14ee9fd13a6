// Any options of an IPv4 header: what goes back is well formed, and its payload is what the request asks for, so that
// nothing behind the header was touched.
// Input: one byte of choices, up to 40 octets of options, and behind those the data of the message.
#include <algorithm>

#include "tests/fuzz/sent_packets.hpp"

namespace {

using namespace tunstack;
using namespace tunstack::fuzz;

// Bits of the first byte.
constexpr unsigned kind_bits = 3;  // what stands behind the options
constexpr unsigned is_echo = 0;
constexpr unsigned is_timestamp = 1;
constexpr unsigned is_udp_echo = 2;
constexpr unsigned is_udp_to_closed_port = 3;
constexpr unsigned refuses_source_routes = 4;
constexpr unsigned requires_router_alert = 8;
constexpr unsigned mends_lengths = 16;  // of options, so that what lies behind a wrong one is reached

/// Making a node takes longer than a packet, so each configuration is made once.
Node& node_for(unsigned choices) {
  static Node plain(host_with({"icmp4.error_rate=0", "udp.echo=on"}));
  static Node refusing(host_with({"icmp4.error_rate=0", "udp.echo=on", "ip4.source_route=drop"}));
  static Node requiring(host_with({"icmp4.error_rate=0", "udp.echo=on", "ip4.require_option=148"}));
  if (choices & refuses_source_routes) return refusing;
  return choices & requires_router_alert ? requiring : plain;
}

/// Gives every option a length that fits, where the input has another.
void mend_lengths(MutableBytes options) {
  for (std::size_t at = 0; at < options.size() && options[at] != 0;) {
    const std::size_t left = options.size() - at;
    if (options[at] == 1 || left < 2) {
      options[at++] = 1;
      continue;
    }
    const std::size_t length = std::min<std::size_t>(2 + options[at + 1] % 39, left);
    options[at + 1] = static_cast<std::uint8_t>(length);
    at += length;
  }
}

std::vector<std::uint8_t> icmp_message(std::uint8_t type, Bytes data) {
  std::vector<std::uint8_t> message(8 + std::max<std::size_t>(data.size(), 12));
  message[0] = type;
  message[5] = 7;
  copy_bytes(MutableBytes(message).subspan(8), data);
  mend(message, 2, 0);
  return message;
}

std::vector<std::uint8_t> udp_datagram(std::uint16_t port, Bytes data) {
  std::vector<std::uint8_t> datagram(8 + data.size());
  store_be16(datagram, 0, 40000);
  store_be16(datagram, 2, port);
  store_be16(datagram, 4, static_cast<std::uint16_t>(datagram.size()));
  copy_bytes(MutableBytes(datagram).subspan(8), data);
  mend(datagram, 6, pseudo_header_sum(peer4, host4, protocol_number::udp, datagram.size()));
  return datagram;
}

std::vector<std::uint8_t> message_for(unsigned kind, Bytes data) {
  switch (kind) {
    case is_echo:
      return icmp_message(8, data);
    case is_timestamp:
      return icmp_message(13, data);
    default:
      return udp_datagram(kind == is_udp_echo ? 7 : 33434, data);
  }
}

/// The payload of the request comes back behind `header` octets, the first `changed` of which it may have changed.
void require_back(Bytes answer, Bytes request, std::size_t changed) {
  require(answer.size() == request.size());
  require(std::ranges::equal(answer.subspan(changed), request.subspan(changed)));
}

void check_answer(unsigned kind, const Ipv4View& request, const Ipv4View& answer) {
  const Bytes payload = answer.payload();
  if (answer.protocol() == protocol_number::icmpv4 && (payload[0] == 3 || payload[0] == 12)) {
    const Bytes quote = payload.subspan(icmp_header_size);
    require(quote.size() == std::min<std::size_t>(request.bytes().size(), 548 - answer.options().size()));
    require(std::ranges::equal(quote, request.bytes().first(quote.size())));
    if (payload[0] == 12 && payload[1] == 0) require(payload[4] >= 20 && payload[4] < request.header_size());
    require(kind == is_udp_to_closed_port || payload[1] != 3 || payload[0] == 12);
    return;
  }
  require(kind != is_udp_to_closed_port);
  if (kind == is_timestamp) return require(payload.size() == 20 && payload[0] == 14);
  if (kind == is_echo) require(payload[0] == 0);
  require_back(payload, request.payload(), kind == is_echo ? 4 : 8);
}

/// An answer of more than one packet is longer than the request: its header grew, which may not be.
void check_answers(unsigned kind, Bytes request, const Outbox& out) {
  require(out.packets().size() <= 1);
  for (const OutgoingPacket& packet : out.packets())
    check_answer(kind, Ipv4View::of(request), Ipv4View::of(packet.bytes));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const unsigned choices = data[0];
  const Bytes rest(data + 1, size - 1);
  std::vector<std::uint8_t> options(rest.begin(),
                                    rest.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(rest.size(), 40)));
  options.resize((options.size() + 3) / 4 * 4);
  if (choices & mends_lengths) mend_lengths(options);
  const Bytes content = rest.subspan(std::min<std::size_t>(rest.size(), 40));
  const std::vector<std::uint8_t> message =
      message_for(choices & kind_bits, content.first(std::min<std::size_t>(content.size(), 1400)));
  const auto protocol = (choices & kind_bits) <= is_timestamp ? protocol_number::icmpv4 : protocol_number::udp;
  const std::vector<std::uint8_t> packet = ipv4_to_host(protocol, options, message);
  const std::vector<std::uint8_t> before = packet;

  static Outbox out;
  out.clear();
  static Instant now;
  now += std::chrono::seconds(1);
  node_for(choices).receive({.interface = InterfaceId{0}, .bytes = packet, .now = now}, out);
  require(packet == before);
  check_sent(out);
  check_answers(choices & kind_bits, packet, out);
  return 0;
}
