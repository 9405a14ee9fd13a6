#include "protocols/wire/arp.hpp"
#include "protocols/wire/ethernet.hpp"
#include "tunstack/why/arriving_frame.hpp"
#include "tunstack/why/changes.hpp"

namespace tunstack::why {

namespace {

using notation::Octets;

MutableBytes behind_header(Octets& frame) { return MutableBytes(frame).subspan(ethernet_header_size); }

void add_header_changes_of_frame(Changes& changes, const NodeConfig& node) {
  const MacAddress own = own_station(node);
  const MacAddress neighbor = neighbor_of(own);
  const Bytes datagram = datagram_in_frame(changes.packet());
  const MacAddress wanted = station_for(node, datagram);
  const auto add_station = [&](const std::string& end, std::size_t at, const MacAddress& station) {
    changes.add_octets_of(end + " of the frame " + to_text(station), [&](Octets& f) { station.store(f, at); });
  };
  add_station("destination", ethernet_offset::destination, own);
  if (wanted != own) add_station("destination", ethernet_offset::destination, wanted);
  add_station("source", ethernet_offset::source, neighbor);
  for (const auto& [type, name] :
       {std::pair{ethertype::ipv4, "IPv4"}, {ethertype::ipv6, "IPv6"}, {ethertype::arp, "ARP"}})
    changes.add_octets_of(std::string("EtherType of ") + name,
                          [&](Octets& f) { store_be16(f, ethernet_offset::type, type); });
}

void add_arp_changes(Changes& changes, const NodeConfig& node) {
  const auto add = [&](std::string what, const auto& change) {
    changes.add_octets_of(std::move(what), [&](Octets& f) { change(behind_header(f)); });
  };
  add("between addresses of Ethernet and IPv4", [](MutableBytes arp) {
    store_be32(arp, arp_offset::hardware_type, arp_form::ethernet_and_ipv4);
    store_be16(arp, arp_offset::address_sizes, arp_form::sizes);
  });
  add("operation 1", [](MutableBytes arp) {
    store_be16(arp, arp_offset::operation, static_cast<std::uint16_t>(ArpOperation::request));
  });
  const MacAddress neighbor_mac = neighbor_of(own_station(node));
  add("sender mac " + to_text(neighbor_mac),
      [&](MutableBytes arp) { neighbor_mac.store(arp, arp_offset::sender_mac); });
  const auto own = own_address(node, Family::ipv4);
  if (!own) return;
  const IpAddress neighbor = neighbor_of(*own);
  add("target " + to_text(*own), [&](MutableBytes arp) { own->ipv4().store(arp, arp_offset::target); });
  add("tell " + to_text(neighbor), [&](MutableBytes arp) { neighbor.ipv4().store(arp, arp_offset::sender); });
}

}  // namespace

void add_to_datagram(Changes& changes, const NodeConfig& node, const std::function<void(Changes&)>& add) {
  const Bytes datagram = datagram_in_frame(changes.packet());
  if (datagram.empty()) return;
  Changes within(datagram);
  add(within);
  for (PacketChange& change : within.take())
    changes.add_octets(std::move(change.what), with_datagram(node, changes.packet(), change.packet));
}

void add_frame_changes(Changes& changes, const NodeConfig& node) {
  const auto ethernet = EthernetView::parse(changes.packet());
  if (!ethernet)
    return changes.add_octets_of("filled up with zeros", [](Octets& f) { f.resize(ethernet_header_size + arp_size); });
  add_header_changes_of_frame(changes, node);
  if (ethernet->type() != ethertype::arp)
    return add_to_datagram(changes, node, [&](Changes& within) { add_datagram_changes(within, node); });
  if (ethernet->payload().size() >= arp_size) return add_arp_changes(changes, node);
  changes.add_octets_of("filled up with zeros", [](Octets& f) { f.resize(ethernet_header_size + arp_size); });
}

}  // namespace tunstack::why
