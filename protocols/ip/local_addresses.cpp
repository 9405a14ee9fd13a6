#include "protocols/ip/local_addresses.hpp"

#include <algorithm>
#include <bit>

namespace tunstack::ip {

namespace {

template <class Groups, class Address>
bool has_group(const Groups& groups, InterfaceId interface, const Address& address) {
  return std::any_of(groups.begin(), groups.end(),
                     [&](const auto& g) { return g.group == address && g.interface == interface; });
}

/// All routers of a link with the prefix (RFC 4291 2.6.1); none in prefixes too long for one (RFC 6164 4).
std::optional<Ipv6Address> subnet_router_address(const Ipv6Address& address, std::uint8_t length) {
  return length >= 127 ? std::nullopt : std::optional(masked(address, length));
}

/// The scope of an address, or of a multicast group (RFC 4291 2.7, RFC 6724 3.1).
int scope_of(const Ipv6Address& address) {
  constexpr int link_local = 2, site_local = 5, global = 14;
  if (address.is_multicast()) return address.octets[1] & 0x0f;
  if (address.is_link_local()) return link_local;
  const bool is_site_local = address.octets[0] == 0xfe && (address.octets[1] & 0xc0) == 0xc0;
  return is_site_local ? site_local : global;
}

/// The labels of the default policy table (RFC 6724 2.1), as far as such addresses can be ours.
struct Label {
  std::uint16_t prefix, mask;
  int label;
};
constexpr Label labels[] = {{0x2002, 0xffff, 2}, {0xfc00, 0xfe00, 13}, {0xfec0, 0xffc0, 11}, {0x3ffe, 0xffff, 12}};

int label_of(const Ipv6Address& address) {
  const std::uint16_t start = load_be16(address.octets, 0);
  if (start == 0x2001 && load_be16(address.octets, 2) == 0) return 5;
  for (const Label& row : labels)
    if ((start & row.mask) == row.prefix) return row.label;
  return 1;
}

/// The larger one wins: the smallest scope that reaches the peer, not deprecated, the same label, temporary, the
/// longest common prefix (rules 2, 3, 6, 7 and 8).
struct SourceRank {
  int scope;
  bool is_preferred;
  bool same_label;
  bool is_temporary;
  std::size_t prefix;
  friend auto operator<=>(const SourceRank&, const SourceRank&) = default;
};

template <class Entry>
SourceRank rank_of(const Entry& entry, const Ipv6Address& peer) {
  constexpr int widest = 15;
  const int scope = scope_of(entry.address);
  return {scope >= scope_of(peer) ? 2 * widest - scope : scope, !entry.is_deprecated,
          label_of(entry.address) == label_of(peer), entry.is_temporary,
          std::min<std::size_t>(entry.length, common_prefix_length(entry.address, peer))};
}

}  // namespace

void LocalAddresses::become_router(InterfaceId interface) {
  routers_.push_back(interface);
  join(interface, ipv4_all_routers);
  join(interface, ipv6_all_routers);
  join(interface, ipv6_all_site_routers);
}

void LocalAddresses::cease_to_be_router(InterfaceId interface) {
  std::erase(routers_, interface);
  leave(interface, ipv4_all_routers);
  leave(interface, ipv6_all_routers);
  leave(interface, ipv6_all_site_routers);
  for (const Ipv6Entry& entry : ipv6_)
    if (entry.interface == interface && entry.subnet_router != Ipv6Address{})
      leave_unless_needed(interface, solicited_node_group(entry.subnet_router));
}

void LocalAddresses::proxy(InterfaceId interface, const Ipv6Address& address) {
  if (kind_on(interface, address) == AddressKind::own) return;
  ipv6_.push_back({address, {}, 128, interface, AddressKind::proxied});
  join(interface, solicited_node_group(address));
}

void LocalAddresses::add(InterfaceId interface, const IpPrefix& prefix, AddressUse use) {
  if (prefix.address.is_ipv4())
    add_ipv4(interface, prefix.address.ipv4(), prefix.length);
  else
    add_ipv6(interface, prefix.address.ipv6(), prefix.length);
  if (use != AddressUse::usable) set_use(interface, prefix.address, use);
}

namespace {

AddressKind kind_of(AddressUse use) { return use == AddressUse::tentative ? AddressKind::tentative : AddressKind::own; }

}  // namespace

void LocalAddresses::set_use(InterfaceId interface, const IpAddress& address, AddressUse use, bool is_temporary) {
  for (Ipv4Entry& entry : ipv4_)
    if (entry.interface == interface && IpAddress(entry.address) == address) entry.kind = kind_of(use);
  for (Ipv6Entry& entry : ipv6_) {
    if (entry.interface != interface || !(IpAddress(entry.address) == address)) continue;
    entry.kind = kind_of(use);
    entry.is_deprecated = use == AddressUse::deprecated;
    entry.is_temporary = is_temporary;
  }
}

void LocalAddresses::remove(InterfaceId interface, const IpAddress& address) {
  const auto is_it = [&](const auto& entry) {
    return entry.interface == interface && IpAddress(entry.address) == address;
  };
  std::erase_if(ipv4_, is_it);
  const auto found = std::ranges::find_if(ipv6_, is_it);
  if (found == ipv6_.end()) return;
  const Ipv6Entry removed = *found;
  std::erase_if(ipv6_, is_it);
  leave_unless_needed(interface, solicited_node_group(removed.address));
  if (removed.subnet_router != Ipv6Address{})
    leave_unless_needed(interface, solicited_node_group(removed.subnet_router));
}

void LocalAddresses::leave_all_hosts(InterfaceId interface, Family family) {
  family == Family::ipv4 ? leave(interface, ipv4_all_systems) : leave(interface, ipv6_all_nodes);
}

void LocalAddresses::leave_unless_needed(InterfaceId interface, const Ipv6Address& group) {
  const auto needs_it = [&](const Ipv6Entry& entry) {
    const bool is_of_anycast = is_router(interface) && entry.subnet_router != Ipv6Address{} &&
                               solicited_node_group(entry.subnet_router) == group;
    return entry.interface == interface && (solicited_node_group(entry.address) == group || is_of_anycast);
  };
  if (std::ranges::none_of(ipv6_, needs_it)) leave(interface, group);
}

void LocalAddresses::forget(InterfaceId interface) {
  const auto is_its = [&](const auto& entry) { return entry.interface == interface; };
  std::erase_if(ipv4_, is_its);
  std::erase_if(ipv6_, is_its);
  std::erase(routers_, interface);
  std::erase_if(ipv4_groups_, is_its);
  std::erase_if(ipv6_groups_, is_its);
  std::erase_if(group_changes_, is_its);
}

bool LocalAddresses::has_tentative(InterfaceId interface) const {
  const auto is_tentative = [&](const auto& entry) {
    return entry.interface == interface && entry.kind == AddressKind::tentative;
  };
  return std::ranges::any_of(ipv4_, is_tentative) || std::ranges::any_of(ipv6_, is_tentative);
}

// Prefixes of 31 and 32 bits have no broadcast (RFC 3021).
LocalAddresses::Ipv4Entry LocalAddresses::make_entry(InterfaceId interface, Ipv4Address address, std::uint32_t mask) {
  Ipv4Entry entry{address, address, address, mask, interface};
  if (std::popcount(mask) < 31) {
    entry.network.value = address.value & mask;
    entry.broadcast.value = address.value | ~mask;
  }
  return entry;
}

void LocalAddresses::add_ipv4(InterfaceId interface, Ipv4Address address, std::uint8_t length) {
  ipv4_.push_back(make_entry(interface, address, ipv4_mask(length)));
  join(interface, ipv4_all_systems);
}

void LocalAddresses::set_mask(InterfaceId interface, std::uint32_t mask) {
  const auto first = std::ranges::find(ipv4_, interface, &Ipv4Entry::interface);
  if (first != ipv4_.end()) *first = make_entry(interface, first->address, mask);
}

void LocalAddresses::add_ipv6(InterfaceId interface, const Ipv6Address& address, std::uint8_t length) {
  std::erase_if(ipv6_, [&](const Ipv6Entry& entry) {  // own ones are for nobody else
    return entry.kind == AddressKind::proxied && entry.interface == interface && entry.address == address;
  });
  const auto anycast = subnet_router_address(address, length);
  ipv6_.push_back({address, anycast.value_or(Ipv6Address{}), length, interface});
  join(interface, ipv6_all_nodes);
  join(interface, solicited_node_group(address));
  if (anycast && is_router(interface)) join(interface, solicited_node_group(*anycast));
}

bool LocalAddresses::is_router(InterfaceId interface) const {
  return std::ranges::find(routers_, interface) != routers_.end();
}

/// The prefix may be on several interfaces, as fe80::/64 is, which means another link each time (RFC 4007 6).
AddressKind LocalAddresses::kind_of_others(InterfaceId interface, const Ipv6Address& address, AddressKind kind) const {
  if (kind == AddressKind::multicast) return is_joined(interface, address) ? AddressKind::joined_group : kind;
  return kind == AddressKind::unicast ? kind_of_subnet_router(interface, address) : kind;
}

AddressKind LocalAddresses::kind_of_others(InterfaceId interface, Ipv4Address address, AddressKind kind) const {
  if (kind == AddressKind::multicast) return is_joined(interface, address) ? AddressKind::joined_group : kind;
  if (kind != AddressKind::unicast) return kind;
  for (const Ipv4Entry& entry : ipv4_)
    if (entry.interface == interface && (entry.broadcast == address || entry.network == address))
      return entry.broadcast == address ? AddressKind::directed_broadcast : AddressKind::zero_broadcast;
  return AddressKind::broadcast_elsewhere;
}

AddressKind LocalAddresses::kind_of_subnet_router(InterfaceId interface, const Ipv6Address& address) const {
  AddressKind elsewhere = address.is_link_local() ? AddressKind::unicast : AddressKind::subnet_router;
  for (const Ipv6Entry& entry : ipv6_) {
    if (entry.subnet_router != address) continue;
    if (entry.interface == interface)
      return is_router(interface) ? AddressKind::own_anycast : AddressKind::subnet_router;
    if (!address.is_link_local() && is_router(entry.interface)) elsewhere = AddressKind::anycast_elsewhere;
  }
  return elsewhere;
}

bool LocalAddresses::is_joined(InterfaceId interface, Ipv4Address group) const {
  return has_group(ipv4_groups_, interface, group);
}

bool LocalAddresses::is_joined(InterfaceId interface, const Ipv6Address& group) const {
  return has_group(ipv6_groups_, interface, group);
}

std::optional<Ipv4Address> LocalAddresses::source_for(InterfaceId interface, Ipv4Address peer) const {
  std::optional<Ipv4Address> source;
  for (const Ipv4Entry& entry : ipv4_) {
    if (entry.interface != interface || entry.kind == AddressKind::tentative) continue;
    if (((entry.address.value ^ peer.value) & entry.mask) == 0) return entry.address;
    if (!source) source = entry.address;
  }
  return source;
}

std::optional<std::uint32_t> LocalAddresses::mask_for(InterfaceId interface, Ipv4Address peer) const {
  std::optional<std::uint32_t> only;
  std::optional<std::uint32_t> longest;
  bool several = false;
  for (const Ipv4Entry& entry : ipv4_) {
    if (entry.interface != interface) continue;
    if (((entry.address.value ^ peer.value) & entry.mask) == 0) longest = std::max(longest.value_or(0), entry.mask);
    several |= only && *only != entry.mask;
    only = entry.mask;
  }
  if (longest) return longest;
  return several ? std::nullopt : only;
}

std::optional<Ipv6Address> LocalAddresses::source_for(InterfaceId interface, const Ipv6Address& peer) const {
  std::optional<Ipv6Address> source;
  SourceRank best{};
  for (const Ipv6Entry& entry : ipv6_) {
    if (entry.interface != interface || entry.kind != AddressKind::own) continue;
    if (entry.address == peer) return peer;
    const SourceRank rank = rank_of(entry, peer);
    if (source && rank <= best) continue;
    best = rank;
    source = entry.address;
  }
  return source;
}

std::optional<std::uint8_t> LocalAddresses::on_link_length(InterfaceId interface, Ipv4Address address) const {
  std::optional<std::uint8_t> longest;
  for (const Ipv4Entry& entry : ipv4_)
    if (entry.interface == interface && ((entry.address.value ^ address.value) & entry.mask) == 0)
      longest = std::max(longest, std::optional(static_cast<std::uint8_t>(std::popcount(entry.mask))));
  return longest;
}

void LocalAddresses::join(InterfaceId interface, Ipv4Address group) {
  if (!is_joined(interface, group)) ipv4_groups_.push_back({group, interface});
  group_changes_.push_back({interface, group, GroupChange::Kind::joined});
}

void LocalAddresses::join(InterfaceId interface, const Ipv6Address& group) {
  if (!is_joined(interface, group)) ipv6_groups_.push_back({group, interface});
  group_changes_.push_back({interface, group, GroupChange::Kind::joined});
}

void LocalAddresses::leave(InterfaceId interface, const Ipv6Address& group) {
  const auto is_it = [&](const auto& joined) { return joined.interface == interface && joined.group == group; };
  if (std::erase_if(ipv6_groups_, is_it) > 0) group_changes_.push_back({interface, group, GroupChange::Kind::left});
}

void LocalAddresses::leave(InterfaceId interface, Ipv4Address group) {
  const auto is_it = [&](const auto& joined) { return joined.interface == interface && joined.group == group; };
  if (std::erase_if(ipv4_groups_, is_it) > 0) group_changes_.push_back({interface, group, GroupChange::Kind::left});
}

bool LocalAddresses::listens_to(InterfaceId interface, const MacAddress& group) const {
  const auto is_its = [&](const auto& joined) {
    return joined.interface == interface && mac_of_group(joined.group) == group;
  };
  return std::ranges::any_of(ipv4_groups_, is_its) || std::ranges::any_of(ipv6_groups_, is_its);
}

}  // namespace tunstack::ip
