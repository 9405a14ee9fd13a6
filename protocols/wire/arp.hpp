// ARP between Ethernet and IPv4 addresses (RFC 826).
#pragma once

#include <expected>

#include "protocols/base/mac_address.hpp"
#include "protocols/base/rule.hpp"

namespace tunstack {

enum class ArpOperation : std::uint16_t { request = 1, reply = 2 };

inline constexpr std::size_t arp_size = 28;

inline constexpr std::array arp_rules = {
    Rule<Bytes>{Reason::arp_too_short, [](const Bytes& b) { return b.size() < arp_size; }},
    Rule<Bytes>{Reason::arp_not_for_ethernet_and_ipv4,
                [](const Bytes& b) {
                  constexpr std::uint64_t ethernet_and_ipv4 = 0x0001'0800'0604;
                  return (std::uint64_t{load_be32(b, 0)} << 16 | load_be16(b, 4)) != ethernet_and_ipv4;
                }},
};

/// Layout: hardware type (16), protocol type (16), sizes of both kinds of address (8 each), operation (16), addresses
/// of the sender (48, 32), of the target (48, 32).
struct ArpPacket {
  ArpOperation operation = ArpOperation::request;  // or any other number
  MacAddress sender_mac;
  Ipv4Address sender;
  MacAddress target_mac;
  Ipv4Address target;

  /// Octets behind it are ignored. Errors: the rows above.
  static std::expected<ArpPacket, Reason> parse(Bytes bytes) {
    if (const auto broken = first_broken<arp_rules>(bytes)) return std::unexpected(*broken);
    return ArpPacket{ArpOperation{load_be16(bytes, 6)}, MacAddress::load(bytes, 8), Ipv4Address::load(bytes, 14),
                     MacAddress::load(bytes, 18), Ipv4Address::load(bytes, 24)};
  }
  void write(MutableBytes to) const {
    store_be32(to, 0, 0x0001'0800);
    store_be16(to, 4, 0x0604);
    store_be16(to, 6, static_cast<std::uint16_t>(operation));
    sender_mac.store(to, 8);
    sender.store(to, 14);
    target_mac.store(to, 18);
    target.store(to, 24);
  }
};

}  // namespace tunstack
