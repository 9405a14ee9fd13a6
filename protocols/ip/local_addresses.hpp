// The addresses and groups of a node, and what any address is to it. Filled from the configuration; read
// for every packet.
#pragma once

#include <optional>
#include <vector>

#include "protocols/base/address_kind.hpp"
#include "protocols/base/interface_id.hpp"

namespace tunstack::ip {

class LocalAddresses {
 public:
  /// Makes `prefix.address` an address of `interface`, and joins the groups that come with it:
  /// 224.0.0.1 (RFC 1122 3.3.7), or ff02::1 and its solicited-node group (RFC 4291 2.8).
  void add(InterfaceId interface, const IpPrefix& prefix);

  AddressKind kind_on(InterfaceId interface, Ipv4Address address) const;
  AddressKind kind_on(InterfaceId interface, const Ipv6Address& address) const;

  /// The address of `interface` to talk to `peer` from: in the peer's own subnet if there is one
  /// (RFC 1122 3.3.4.3).
  std::optional<Ipv4Address> source_for(InterfaceId interface, Ipv4Address peer) const;
  /// Likewise: same scope first, then the longest common prefix (RFC 6724 5, rules 2 and 8).
  std::optional<Ipv6Address> source_for(InterfaceId interface, const Ipv6Address& peer) const;

 private:
  struct Ipv4Entry {
    Ipv4Address address;
    Ipv4Address network;    // equal to the address where a prefix has no broadcast (RFC 3021)
    Ipv4Address broadcast;  // likewise
    std::uint32_t mask;
    InterfaceId interface;
  };
  struct Ipv6Entry {
    Ipv6Address address;
    InterfaceId interface;
  };
  template <class Address>
  struct Group {
    Address group;
    InterfaceId interface;
  };

  void add_ipv4(InterfaceId interface, Ipv4Address address, std::uint8_t length);
  void add_ipv6(InterfaceId interface, const Ipv6Address& address);
  bool is_joined(InterfaceId interface, Ipv4Address group) const;
  bool is_joined(InterfaceId interface, const Ipv6Address& group) const;

  std::vector<Ipv4Entry> ipv4_;
  std::vector<Ipv6Entry> ipv6_;
  std::vector<Group<Ipv4Address>> ipv4_groups_;
  std::vector<Group<Ipv6Address>> ipv6_groups_;
};

inline AddressKind LocalAddresses::kind_on(InterfaceId interface, Ipv4Address address) const {
  for (const Ipv4Entry& entry : ipv4_)
    if (entry.address == address) return entry.interface == interface ? AddressKind::own : AddressKind::own_elsewhere;
  for (const Ipv4Entry& entry : ipv4_) {
    if (entry.broadcast == address) return AddressKind::directed_broadcast;
    if (entry.network == address) return AddressKind::zero_broadcast;
  }
  const AddressKind kind = kind_of(address);
  return kind == AddressKind::multicast && is_joined(interface, address) ? AddressKind::joined_group : kind;
}

inline AddressKind LocalAddresses::kind_on(InterfaceId interface, const Ipv6Address& address) const {
  for (const Ipv6Entry& entry : ipv6_)
    if (entry.address == address) return entry.interface == interface ? AddressKind::own : AddressKind::own_elsewhere;
  const AddressKind kind = kind_of(address);
  return kind == AddressKind::multicast && is_joined(interface, address) ? AddressKind::joined_group : kind;
}

}  // namespace tunstack::ip
