#include "protocols/wire/igmp.hpp"
#include "protocols/wire/mld.hpp"
#include "protocols/wire/ndp.hpp"
#include "protocols/wire/numbers.hpp"
#include "protocols/wire/tcp.hpp"
#include "protocols/wire/udp.hpp"
#include "tunstack/why/changes.hpp"

namespace tunstack::why {

namespace {

using notation::Octets;

constexpr std::size_t icmp_header_size = 8;

/// What stands behind the headers of a datagram, all of which are there.
struct Message {
  std::size_t at;
  std::size_t size;
  std::uint8_t type;
};

void cut_behind(Octets& packet, std::size_t size) {
  packet.resize(size);
  notation::mend_length(packet);
}

// ---- ICMP ----

/// Where the options of a message of Neighbor Discovery begin; nothing for other messages.
std::optional<std::size_t> options_at(std::uint8_t type) {
  switch (Icmpv6Type{type}) {
    case Icmpv6Type::router_solicitation:
      return router_solicitation_size;
    case Icmpv6Type::router_advertisement:
      return router_advertisement_size;
    case Icmpv6Type::neighbor_solicitation:
      return neighbor_solicitation_size;
    case Icmpv6Type::neighbor_advertisement:
      return neighbor_advertisement_size;
    case Icmpv6Type::redirect:
      return redirect_size;
    default:
      return std::nullopt;
  }
}

void add_code_and_reserved(Changes& changes, const Message& message) {
  changes.add("code 0", [&](Octets& p) { p[message.at + 1] = 0; });
  if (message.size >= icmp_header_size) changes.add("reserved 0", [&](Octets& p) { store_be32(p, message.at + 4, 0); });
}

/// Errors and redirects are about what this node sent.
void add_quote_changes(Changes& changes, const Message& message, const NodeConfig& node, Family family,
                       std::size_t quote_at) {
  const auto own = own_address(node, family);
  const std::size_t source = message.at + quote_at + (family == Family::ipv4 ? 12U : 8U);
  if (!own || source + own->octets().size() > message.at + message.size) return;
  changes.add("quoted source " + to_text(*own),
              [&](Octets& p) { copy_bytes(MutableBytes(p).subspan(source), own->octets()); });
}

void add_discovery_changes(Changes& changes, const Message& message, const NodeConfig& node) {
  const auto options = options_at(message.type);
  if (!options) return;
  if (message.size > *options)
    changes.add("without options of Neighbor Discovery", [&](Octets& p) { cut_behind(p, message.at + *options); });
  const std::size_t target = message.at + nd_offset::target;
  if (const auto own = own_address(node, Family::ipv6);
      own && *options == neighbor_solicitation_size && message.size >= *options) {
    changes.add("target " + to_text(*own), [&](Octets& p) { own->ipv6().store(p, target); });
  }
}

void add_icmp4_changes(Changes& changes, const Message& message, const NodeConfig& node) {
  add_code_and_reserved(changes, message);
  add_quote_changes(changes, message, node, Family::ipv4, icmp_header_size);
}

void add_listener_query_changes(Changes& changes, const Message& message) {
  if (Icmpv6Type{message.type} == Icmpv6Type::listener_query && message.size >= mld_v1_size)
    changes.add("a general query", [&](Octets& p) {
      cut_behind(p, message.at + mld_v1_size);
      std::fill(p.begin() + place(message.at + mld_offset::group), p.end(), std::uint8_t{0});
    });
}

void add_icmp6_changes(Changes& changes, const Message& message, const NodeConfig& node) {
  add_code_and_reserved(changes, message);
  if (message.type < icmpv6_first_informational)
    add_quote_changes(changes, message, node, Family::ipv6, icmp_header_size);
  add_discovery_changes(changes, message, node);
  add_listener_query_changes(changes, message);
}

// ---- others ----

void add_igmp_changes(Changes& changes, const Message& message, const NodeConfig&) {
  if (message.size >= igmp_minimum_size)
    changes.add("a general query of version 2", [&](Octets& p) {
      cut_behind(p, message.at + igmp_minimum_size);
      p[message.at] = static_cast<std::uint8_t>(IgmpType::membership_query);
      p[message.at + igmp_offset::response_code] = 100;  // tenths of a second
      store_be32(p, message.at + igmp_offset::group, 0);
    });
}

void add_udp_changes(Changes& changes, const Message& message, const NodeConfig&) {
  constexpr std::uint16_t port_of_nobody = 49152;
  if (message.size < udp_header_size) return;
  changes.add("length of UDP mended", [&](Octets& p) {
    store_be16(p, message.at + udp_offset::length, static_cast<std::uint16_t>(message.size));
  });
  changes.add("source port 49152", [&](Octets& p) { store_be16(p, message.at, port_of_nobody); });
}

void add_tcp_changes(Changes& changes, const Message& message, const NodeConfig&) {
  if (message.size < tcp_header_size) return;
  changes.add("flags [S]", [&](Octets& p) { p[message.at + tcp_offset::flags] = tcp_flag::syn; });
  changes.add("header of TCP without options", [&](Octets& p) {
    cut_behind(p, message.at + tcp_header_size);
    p[message.at + tcp_offset::data_offset] = 0x50;
  });
}

struct Kind {
  unsigned version;
  std::uint8_t protocol;
  void (*add)(Changes&, const Message&, const NodeConfig&);
};
constexpr Kind kinds[] = {
    {4, protocol_number::icmpv4, add_icmp4_changes}, {6, protocol_number::icmpv6, add_icmp6_changes},
    {4, protocol_number::igmp, add_igmp_changes},    {4, protocol_number::udp, add_udp_changes},
    {6, protocol_number::udp, add_udp_changes},      {4, protocol_number::tcp, add_tcp_changes},
    {6, protocol_number::tcp, add_tcp_changes},
};

}  // namespace

void add_message_changes(Changes& changes, const NodeConfig& node) {
  const Bytes packet = changes.packet();
  const auto upper = notation::upper_of(packet);
  if (!upper || upper->is_later_fragment || upper->offset + 2 > packet.size()) return;
  const Message message{upper->offset, packet.size() - upper->offset, packet[upper->offset]};
  for (const Kind& kind : kinds)
    if (kind.version == ip_version(packet) && kind.protocol == upper->protocol) kind.add(changes, message, node);
}

}  // namespace tunstack::why
