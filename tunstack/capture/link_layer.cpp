#include "tunstack/capture/link_layer.hpp"

namespace tunstack {

namespace {

constexpr std::uint16_t ethertype_ipv4 = 0x0800;
constexpr std::uint16_t ethertype_ipv6 = 0x86dd;
constexpr std::uint16_t ethertype_vlan = 0x8100;
constexpr std::uint16_t ethertype_vlan_outer = 0x88a8;
constexpr std::size_t mac_size = 6;

constexpr bool is_ip(std::uint16_t ethertype) { return ethertype == ethertype_ipv4 || ethertype == ethertype_ipv6; }

std::optional<CapturedDatagram> in_ethernet(Bytes frame) {
  std::size_t at = 2 * mac_size;
  while (frame.size() >= at + 2) {
    const std::uint16_t ethertype = load_be16(frame, at);
    if (is_ip(ethertype)) return CapturedDatagram{frame.subspan(at + 2), (frame[0] & 1) != 0};
    if (ethertype != ethertype_vlan && ethertype != ethertype_vlan_outer) return std::nullopt;
    at += 4;
  }
  return std::nullopt;
}

// The packet type of the cooked forms: 1 is a broadcast, 2 a multicast.
constexpr bool is_group(unsigned packet_type) { return packet_type == 1 || packet_type == 2; }

std::optional<CapturedDatagram> in_cooked(Bytes frame) {
  constexpr std::size_t header = 16;
  if (frame.size() < header || !is_ip(load_be16(frame, 14))) return std::nullopt;
  return CapturedDatagram{frame.subspan(header), is_group(load_be16(frame, 0))};
}

std::optional<CapturedDatagram> in_cooked_2(Bytes frame) {
  constexpr std::size_t header = 20;
  if (frame.size() < header || !is_ip(load_be16(frame, 0))) return std::nullopt;
  return CapturedDatagram{frame.subspan(header), is_group(frame[10])};
}

std::optional<CapturedDatagram> in_loopback(Bytes frame) {
  constexpr std::size_t header = 4;  // the address family, in the byte order of whoever captured
  if (frame.size() < header) return std::nullopt;
  return CapturedDatagram{frame.subspan(header)};
}

}  // namespace

std::string_view name_of(LinkType type) {
  switch (type) {
    case LinkType::raw_ip:
      return "raw IP packets";
    case LinkType::ethernet:
      return "Ethernet frames";
    case LinkType::linux_cooked:
    case LinkType::linux_cooked_2:
      return "Linux cooked frames";
    case LinkType::loopback:
      return "loopback frames";
  }
  return "";
}

std::optional<CapturedDatagram> datagram_in(LinkType type, Bytes frame) {
  switch (type) {
    case LinkType::raw_ip:
      return CapturedDatagram{frame};
    case LinkType::ethernet:
      return in_ethernet(frame);
    case LinkType::linux_cooked:
      return in_cooked(frame);
    case LinkType::linux_cooked_2:
      return in_cooked_2(frame);
    case LinkType::loopback:
      return in_loopback(frame);
  }
  return std::nullopt;
}

}  // namespace tunstack
