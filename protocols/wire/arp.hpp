// ARP between Ethernet and IPv4 addresses (RFC 826).
#pragma once

#include <expected>

#include "protocols/base/mac_address.hpp"
#include "protocols/base/rule.hpp"

namespace tunstack {

enum class ArpOperation : std::uint16_t { request = 1, reply = 2 };

inline constexpr std::size_t arp_size = 28;

//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |        Hardware type, 1       |     Protocol type, 0x0800     |
// |    Size, 6    |    Size, 4    |           Operation           |
// |            Hardware address of the sender, 48 bits            |
// |       (its last 16 bits)      | Protocol address of the sender|
// |       (its last 16 bits)      |    Hardware address of the    |
// |                        target, 48 bits                        |
// |                 Protocol address of the target                |
// +---------------------------------------------------------------+
namespace arp_offset {
inline constexpr std::size_t hardware_type = 0;
inline constexpr std::size_t protocol_type = 2;
inline constexpr std::size_t address_sizes = 4;  // hardware, protocol
inline constexpr std::size_t operation = 6;
inline constexpr std::size_t sender_mac = 8;
inline constexpr std::size_t sender = 14;
inline constexpr std::size_t target_mac = 18;
inline constexpr std::size_t target = 24;
}  // namespace arp_offset

/// What ARP packets between these addresses have in front of their operation.
namespace arp_form {
inline constexpr std::uint32_t ethernet_and_ipv4 = 0x0001'0800;
inline constexpr std::uint16_t sizes = 0x0604;
}  // namespace arp_form

inline constexpr std::array arp_rules = {
    Rule<Bytes>{Reason::arp_too_short, [](const Bytes& b) { return b.size() < arp_size; }},
    Rule<Bytes>{Reason::arp_not_for_ethernet_and_ipv4,
                [](const Bytes& b) {
                  return load_be32(b, arp_offset::hardware_type) != arp_form::ethernet_and_ipv4 ||
                         load_be16(b, arp_offset::address_sizes) != arp_form::sizes;
                }},
};

struct ArpPacket {
  ArpOperation operation = ArpOperation::request;  // or any other number
  MacAddress sender_mac;
  Ipv4Address sender;
  MacAddress target_mac;
  Ipv4Address target;

  /// Octets behind it are ignored. Errors: the rows above.
  static std::expected<ArpPacket, Reason> parse(Bytes bytes, RuleTrace* trace = nullptr) {
    if (const auto broken = first_broken<arp_rules>(bytes, trace)) return std::unexpected(*broken);
    return ArpPacket{ArpOperation{load_be16(bytes, arp_offset::operation)},
                     MacAddress::load(bytes, arp_offset::sender_mac), Ipv4Address::load(bytes, arp_offset::sender),
                     MacAddress::load(bytes, arp_offset::target_mac), Ipv4Address::load(bytes, arp_offset::target)};
  }
  void write(MutableBytes to) const {
    store_be32(to, arp_offset::hardware_type, arp_form::ethernet_and_ipv4);
    store_be16(to, arp_offset::address_sizes, arp_form::sizes);
    store_be16(to, arp_offset::operation, static_cast<std::uint16_t>(operation));
    sender_mac.store(to, arp_offset::sender_mac);
    sender.store(to, arp_offset::sender);
    target_mac.store(to, arp_offset::target_mac);
    target.store(to, arp_offset::target);
  }
};

}  // namespace tunstack
