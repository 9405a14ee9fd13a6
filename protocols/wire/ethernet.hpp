// Ethernet II frames (RFC 894, RFC 2464 3).
#pragma once

#include <expected>

#include "protocols/base/mac_address.hpp"
#include "protocols/base/outbox.hpp"
#include "protocols/base/reason.hpp"
#include "protocols/wire/ip_version.hpp"

namespace tunstack {

namespace ethertype {
inline constexpr std::uint16_t ipv4 = 0x0800;
inline constexpr std::uint16_t arp = 0x0806;
inline constexpr std::uint16_t ipv6 = 0x86dd;
}  // namespace ethertype

inline constexpr std::size_t ethernet_header_size = 14;

//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |                      Destination, 48 bits                     |
// |       (its last 16 bits)      |        Source, 48 bits        |
// |                       (its last 32 bits)                      |
// |           EtherType           |    Payload, perhaps padded    |
// +---------------------------------------------------------------+
namespace ethernet_offset {
inline constexpr std::size_t destination = 0;
inline constexpr std::size_t source = 6;
inline constexpr std::size_t type = 12;
}  // namespace ethernet_offset

class EthernetView {
 public:
  static std::expected<EthernetView, Reason> parse(Bytes frame) {
    if (frame.size() < ethernet_header_size) return std::unexpected(Reason::frame_shorter_than_header);
    return EthernetView(frame);
  }
  MacAddress destination() const { return MacAddress::load(frame_, ethernet_offset::destination); }
  MacAddress source() const { return MacAddress::load(frame_, ethernet_offset::source); }
  std::uint16_t type() const { return load_be16(frame_, ethernet_offset::type); }
  Bytes payload() const { return frame_.subspan(ethernet_header_size); }
  Bytes bytes() const { return frame_; }

 private:
  explicit EthernetView(Bytes frame) : frame_(frame) {}
  Bytes frame_;
};

struct EthernetHeader {
  MacAddress destination, source;
  std::uint16_t type = 0;

  void write(MutableBytes to) const {
    destination.store(to, ethernet_offset::destination);
    source.store(to, ethernet_offset::source);
    store_be16(to, ethernet_offset::type, type);
  }
};

/// Of the frame that carries a packet, which is framed.
inline EthernetHeader ethernet_header(const OutgoingPacket& packet) {
  const std::uint16_t type = packet.payload == LinkPayload::arp ? ethertype::arp
                             : ip_version(packet.bytes) == 4    ? ethertype::ipv4
                                                                : ethertype::ipv6;
  return {packet.link_destination, packet.link_source, type};
}

}  // namespace tunstack
