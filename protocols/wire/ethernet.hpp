// Ethernet II frames (RFC 894, RFC 2464 3).
#pragma once

#include <expected>

#include "protocols/base/mac_address.hpp"
#include "protocols/base/outbox.hpp"
#include "protocols/base/reason.hpp"

namespace tunstack {

namespace ethertype {
inline constexpr std::uint16_t ipv4 = 0x0800;
inline constexpr std::uint16_t arp = 0x0806;
inline constexpr std::uint16_t ipv6 = 0x86dd;
}  // namespace ethertype

inline constexpr std::size_t ethernet_header_size = 14;

/// Layout: destination (48), source (48), EtherType (16), payload, which may be padded.
class EthernetView {
 public:
  static std::expected<EthernetView, Reason> parse(Bytes frame) {
    if (frame.size() < ethernet_header_size) return std::unexpected(Reason::frame_shorter_than_header);
    return EthernetView(frame);
  }
  MacAddress destination() const { return MacAddress::load(frame_, 0); }
  MacAddress source() const { return MacAddress::load(frame_, MacAddress::size); }
  std::uint16_t type() const { return load_be16(frame_, 2 * MacAddress::size); }
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
    destination.store(to, 0);
    source.store(to, MacAddress::size);
    store_be16(to, 2 * MacAddress::size, type);
  }
};

/// Of the frame that carries a packet, which is framed.
inline EthernetHeader ethernet_header(const OutgoingPacket& packet) {
  const std::uint16_t type = packet.payload == LinkPayload::arp ? ethertype::arp
                             : packet.bytes[0] >> 4 == 4        ? ethertype::ipv4
                                                                : ethertype::ipv6;
  return {packet.link_destination, packet.link_source, type};
}

}  // namespace tunstack
