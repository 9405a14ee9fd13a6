// The addresses and groups of a node, and what any address is to it. Filled from the configuration, and by what checks
// and forms addresses; read for every packet. Groups come with addresses and roles: their changes are for who reports
// them.
#pragma once

#include <bit>
#include <optional>
#include <vector>

#include "protocols/base/address_kind.hpp"
#include "protocols/base/interface_id.hpp"
#include "protocols/base/mac_address.hpp"

namespace tunstack::ip {

/// Tentative ones are neither received by nor sent from; deprecated ones are sent from if nothing else serves
/// (RFC 4862 5.5.4).
enum class AddressUse : std::uint8_t { usable, tentative, deprecated };

/// A group that an interface listens to from now on, or does not any more. It may be joined again, by who would have it
/// reported sooner than those before; it is left once, by the last who needs it.
struct GroupChange {
  enum class Kind : std::uint8_t { joined, left };
  InterfaceId interface{};
  IpAddress group;
  Kind kind = Kind::joined;
  friend bool operator==(const GroupChange&, const GroupChange&) = default;
};

class LocalAddresses {
 public:
  /// Makes `interface` that of a router: it joins the groups of all routers, and the subnet-router anycast addresses of
  /// what is added from now on are its own (RFC 4291 2.8).
  void become_router(InterfaceId interface);
  /// The opposite: it leaves them.
  void cease_to_be_router(InterfaceId interface);
  /// Answers solicitations on `interface` for an address that is somebody else's, and joins its group (RFC 4861 7.2.8).
  void proxy(InterfaceId interface, const Ipv6Address& address);
  /// Makes `prefix.address` an address of `interface`, and joins the groups that come with it:
  /// 224.0.0.1 (RFC 1122 3.3.7), or ff02::1 and its solicited-node group (RFC 4291 2.8).
  void add(InterfaceId interface, const IpPrefix& prefix, AddressUse use = AddressUse::usable);
  /// `address` is there.
  void set_use(InterfaceId interface, const IpAddress& address, AddressUse use, bool is_temporary = false);
  /// Also leaves its group, unless another address has the same.
  void remove(InterfaceId interface, const IpAddress& address);
  /// Leaves the group of all hosts that came with addresses of the family.
  void leave_all_hosts(InterfaceId interface, Family family);
  /// All that was ever said of `interface`, its groups included: it begins anew, and nobody is told.
  void forget(InterfaceId interface);
  bool has_tentative(InterfaceId interface) const;

  /// Gives the first IPv4 address of `interface` another mask.
  void set_mask(InterfaceId interface, std::uint32_t mask);

  AddressKind kind_on(InterfaceId interface, Ipv4Address address) const;
  AddressKind kind_on(InterfaceId interface, const Ipv6Address& address) const;

  /// The address of `interface` to talk to `peer` from: in the peer's own subnet if there is one
  /// (RFC 1122 3.3.4.3).
  std::optional<Ipv4Address> source_for(InterfaceId interface, Ipv4Address peer) const;
  /// The address of `interface` to talk to `peer` from: the same address, else the scope that fits best, then the same
  /// label, then the longest common prefix (RFC 6724 5, rules 1, 2, 6 and 8).
  std::optional<Ipv6Address> source_for(InterfaceId interface, const Ipv6Address& peer) const;
  /// The mask of the subnet of `interface` that holds `peer`, or else the one mask that all its subnets have
  /// (RFC 1812 4.3.3.9).
  std::optional<std::uint32_t> mask_for(InterfaceId interface, Ipv4Address peer) const;

  /// The length of the longest prefix of `interface` that holds the address, or nothing.
  std::optional<std::uint8_t> on_link_length(InterfaceId interface, Ipv4Address address) const;
  struct LinkMatch {
    InterfaceId interface{};
    int length = -1;  // none
  };
  /// The longest prefix of all interfaces that `may_be` takes; of several alike that of `first`, or else of the first.
  template <class MayBe>
  LinkMatch longest_match(Ipv4Address address, InterfaceId first, const MayBe& may_be) const;
  bool is_on_link(InterfaceId interface, Ipv4Address address) const {
    return on_link_length(interface, address).has_value();
  }
  void join(InterfaceId interface, Ipv4Address group);
  void join(InterfaceId interface, const Ipv6Address& group);
  /// Calls `each` with every change of groups since the last call, in their order.
  template <class Each>
  void take_group_changes(const Each& each) {
    for (const GroupChange& change : group_changes_) each(change);
    group_changes_.clear();
  }
  /// Whether frames to a link-layer group may carry packets to a group that `interface` listens to.
  bool listens_to(InterfaceId interface, const MacAddress& group) const;

  /// Calls `each` with every interface, address of it, and the use of that.
  template <class Each>
  void for_each_address(const Each& each) const {
    for (const Ipv4Entry& entry : ipv4_)
      each(entry.interface, IpPrefix{entry.address, static_cast<std::uint8_t>(std::popcount(entry.mask))},
           use_of(entry.kind, false));
    for (const Ipv6Entry& entry : ipv6_)
      if (entry.kind != AddressKind::proxied)
        each(entry.interface, IpPrefix{entry.address, entry.length}, use_of(entry.kind, entry.is_deprecated));
  }
  /// Calls `each` with every interface and group that it has joined.
  template <class Each>
  void for_each_group(const Each& each) const {
    for (const auto& joined : ipv4_groups_) each(joined.interface, IpAddress(joined.group));
    for (const auto& joined : ipv6_groups_) each(joined.interface, IpAddress(joined.group));
  }

 private:
  static AddressUse use_of(AddressKind kind, bool is_deprecated) {
    if (kind == AddressKind::tentative) return AddressUse::tentative;
    return is_deprecated ? AddressUse::deprecated : AddressUse::usable;
  }
  struct Ipv4Entry {
    Ipv4Address address;
    Ipv4Address network;    // equal to the address where a prefix has no broadcast (RFC 3021)
    Ipv4Address broadcast;  // equal to the address there too
    std::uint32_t mask;
    InterfaceId interface;
    AddressKind kind = AddressKind::own;  // or tentative
  };
  struct Ipv6Entry {
    Ipv6Address address;
    Ipv6Address subnet_router;  // :: where a prefix has none
    std::uint8_t length;        // of the prefix, bits
    InterfaceId interface;
    AddressKind kind = AddressKind::own;  // or tentative, or proxied
    bool is_deprecated = false;
    bool is_temporary = false;
  };
  template <class Address>
  struct Group {
    Address group;
    InterfaceId interface;
  };

  static Ipv4Entry make_entry(InterfaceId interface, Ipv4Address address, std::uint32_t mask);
  void add_ipv4(InterfaceId interface, Ipv4Address address, std::uint8_t length);
  void add_ipv6(InterfaceId interface, const Ipv6Address& address, std::uint8_t length);
  // Of groups, and of what the prefixes here make special.
  AddressKind kind_of_others(InterfaceId interface, Ipv4Address address, AddressKind kind) const;
  AddressKind kind_of_others(InterfaceId interface, const Ipv6Address& address, AddressKind kind) const;
  AddressKind kind_of_subnet_router(InterfaceId interface, const Ipv6Address& address) const;
  bool is_router(InterfaceId interface) const;
  void leave(InterfaceId interface, const Ipv6Address& group);
  void leave(InterfaceId interface, Ipv4Address group);
  void leave_unless_needed(InterfaceId interface, const Ipv6Address& group);
  bool is_joined(InterfaceId interface, Ipv4Address group) const;
  bool is_joined(InterfaceId interface, const Ipv6Address& group) const;

  std::vector<Ipv4Entry> ipv4_;
  std::vector<Ipv6Entry> ipv6_;
  std::vector<InterfaceId> routers_;
  std::vector<Group<Ipv4Address>> ipv4_groups_;
  std::vector<Group<Ipv6Address>> ipv6_groups_;
  std::vector<GroupChange> group_changes_;  // that nobody has taken yet
};

// One pass: nearly all sources are somebody's who is in no table here.
[[gnu::always_inline]] inline AddressKind LocalAddresses::kind_on(InterfaceId interface, Ipv4Address address) const {
  bool elsewhere = false, is_broadcast = false;
  for (const Ipv4Entry& entry : ipv4_) {
    is_broadcast |= entry.broadcast == address || entry.network == address;
    if (entry.address != address) continue;
    if (entry.interface == interface) return entry.kind;
    elsewhere = true;
  }
  if (elsewhere) [[unlikely]]
    return AddressKind::own_elsewhere;
  const AddressKind kind = kind_of(address);
  if (kind == AddressKind::unicast && !is_broadcast) [[likely]]
    return kind;
  return kind_of_others(interface, address, kind);
}

template <class MayBe>
[[gnu::always_inline]] inline LocalAddresses::LinkMatch LocalAddresses::longest_match(Ipv4Address address,
                                                                                      InterfaceId first,
                                                                                      const MayBe& may_be) const {
  const Ipv4Entry* best = nullptr;
  const auto is_better = [&](const Ipv4Entry& entry) {
    if (best == nullptr) return true;
    if (entry.mask != best->mask) return entry.mask > best->mask;
    return best->interface != first && (entry.interface == first || entry.interface < best->interface);
  };
  for (const Ipv4Entry& entry : ipv4_)
    if (((entry.address.value ^ address.value) & entry.mask) == 0 && is_better(entry) && may_be(entry.interface))
      best = &entry;
  if (best == nullptr) return {};
  return {best->interface, 32 - std::countr_zero(best->mask)};
}

// A link-local address says nothing about other links: there it is somebody else's (RFC 4007 6).
[[gnu::always_inline]] inline AddressKind LocalAddresses::kind_on(InterfaceId interface,
                                                                  const Ipv6Address& address) const {
  bool elsewhere = false, is_subnet_router = false;
  for (const Ipv6Entry& entry : ipv6_) {
    is_subnet_router |= entry.subnet_router == address;
    if (entry.address != address) continue;
    if (entry.interface == interface) return entry.kind;
    elsewhere |= entry.kind != AddressKind::proxied && !address.is_link_local();
  }
  if (elsewhere) [[unlikely]]
    return AddressKind::own_elsewhere;
  const AddressKind kind = kind_of(address);
  if (kind == AddressKind::unicast && !is_subnet_router) [[likely]]
    return kind;
  return kind_of_others(interface, address, kind);
}

}  // namespace tunstack::ip
