#include "tunstack/node/given.hpp"

#include <vector>

#include "protocols/base/rule.hpp"
#include "protocols/wire/ethernet.hpp"
#include "protocols/wire/quoted_packet.hpp"

namespace tunstack::given {

namespace {

/// Of anything that begins like a datagram.
std::optional<IpAddress> destination_of(Bytes datagram) {
  if (const auto ipv4 = QuotedIpv4::parse(datagram)) return IpAddress(ipv4->destination());
  if (const auto ipv6 = QuotedIpv6::parse(datagram)) return IpAddress(ipv6->destination());
  return std::nullopt;
}

struct Given {
  Bytes bytes;
  const Interface& interface;
  bool loops_back = false;
};

constexpr std::array packet_rules = {
    Rule<Given>{Reason::link_is_down, [](const Given& given) { return !given.interface.is_up(); }},
    Rule<Given>{Reason::given_packet_unreadable,
                [](const Given& given) {
                  return given.bytes.empty() || (given.interface.has_frames() && !destination_of(given.bytes));
                }},
    Rule<Given>{
        Reason::given_packet_too_large,
        [](const Given& given) { return given.bytes.size() > given.interface.config.mtu && !given.loops_back; }},
};

constexpr std::array frame_rules = {
    Rule<Given>{Reason::link_is_down, [](const Given& given) { return !given.interface.is_up(); }},
    Rule<Given>{Reason::given_frame_on_plain_link, [](const Given& given) { return !given.interface.has_frames(); }},
    Rule<Given>{Reason::given_packet_unreadable,
                [](const Given& given) { return given.bytes.size() < ethernet_header_size; }},
    Rule<Given>{
        Reason::given_packet_too_large,
        [](const Given& given) { return given.bytes.size() > ethernet_header_size + given.interface.config.mtu; }},
};

/// The same is told as of what a node sends of itself.
MaybeReason tell(MaybeReason unsent, InterfaceId interface, const std::optional<IpAddress>& destination, Turn& turn) {
  if (!unsent) return unsent;
  turn.output.note(Reason::sent_on_request, interface, turn);
  turn.output.note(*unsent, interface, turn, destination);
  return unsent;
}

/// The way on an interface that was said.
Egress way_on(InterfaceId interface, Bytes datagram, const std::optional<IpAddress>& destination, const Turn& turn) {
  if (!turn.state.interface(interface).has_frames()) return {.link = {interface, datagram.size()}};
  return choose_egress_on(interface, destination.value_or(IpAddress{}), turn.now, turn.state);
}

MaybeReason try_to_send(Bytes datagram, const Egress& egress, Turn& turn) {
  const Interface& interface = turn.state.interface(egress.link.interface);
  if (const auto broken = first_broken<packet_rules>(Given{datagram, interface, egress.loops_back})) return broken;
  if (egress.refused) return egress.refused;
  return turn.output.send_given(datagram, LinkPayload::ip, egress, turn);
}

/// A copy with an identification that this node has given, where the program has given none.
std::vector<std::uint8_t> identified(Bytes datagram, Turn& turn) {
  std::vector<std::uint8_t> copy(datagram.begin(), datagram.end());
  const auto ipv4 = QuotedIpv4::parse(datagram);
  if (!ipv4 || !ipv4->has_header() || ipv4->is_fragment() || ipv4->identification() != 0) return copy;
  const std::uint32_t given =
      turn.state.identifications4.next(ipv4->destination(), {datagram.size(), ipv4->protocol()}, turn.now);
  store_be16(copy, ipv4_offset::identification, static_cast<std::uint16_t>(given));
  write_header_checksum(copy);
  return copy;
}

/// Errors about it will be believed (RFC 8201 4).
void note_large(Bytes datagram, const std::optional<IpAddress>& destination, Turn& turn) {
  if (destination && !destination->is_ipv4() && datagram.size() > ipv6_minimum_mtu)
    turn.state.path_mtus.note_large_packet(destination->ipv6());
}

}  // namespace

MaybeReason send_packet(Bytes datagram, InterfaceId interface, Turn& turn) {
  const auto destination = destination_of(datagram);
  note_large(datagram, destination, turn);
  return tell(try_to_send(datagram, way_on(interface, datagram, destination, turn), turn), interface, destination,
              turn);
}

MaybeReason send_of_program(Bytes datagram, InterfaceId from, Turn& turn) {
  const auto destination = destination_of(datagram);
  if (!destination) return tell(Reason::given_packet_unreadable, from, destination, turn);
  note_large(datagram, destination, turn);
  const auto own = own_egress(*destination, from, turn.now, turn.state);
  const Egress egress = own ? *own : choose_egress(*destination, from, turn.now, turn.state);
  return tell(try_to_send(identified(datagram, turn), egress, turn), egress.link.interface, destination, turn);
}

MaybeReason send_frame(Bytes frame, InterfaceId interface, Turn& turn) {
  const auto broken = first_broken<frame_rules>(Given{frame, turn.state.interface(interface)});
  const auto unsent =
      broken ? broken : turn.output.send_given(frame, LinkPayload::frame, {.link = {interface, frame.size()}}, turn);
  return tell(unsent, interface, {}, turn);
}

}  // namespace tunstack::given
