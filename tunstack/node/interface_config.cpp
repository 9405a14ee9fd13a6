#include "tunstack/node/interface_config.hpp"

#include <algorithm>

#include "protocols/base/address_kind.hpp"

namespace tunstack {

namespace {

bool is_ipv6(const IpPrefix& prefix) { return !prefix.address.is_ipv4(); }

bool is_broadcast_of_itself(const IpPrefix& prefix) {
  if (!prefix.address.is_ipv4() || prefix.length > 30) return false;
  const std::uint32_t host_bits = 0xffffffffU >> prefix.length;
  const std::uint32_t host = prefix.address.ipv4().value & host_bits;
  return host == 0 || host == host_bits;
}

std::optional<IpPrefix> parse_with_usual_length(const std::string& text) {
  if (const auto address = parse_address(text))
    return IpPrefix{*address, static_cast<std::uint8_t>(address->is_ipv4() ? 24 : 64)};
  return parse_prefix(text);
}

Ipv6Address link_local_address_like(const Ipv6Address& address) {
  Ipv6Address link_local{{0xfe, 0x80}};
  std::copy_n(address.octets.begin() + 8, 8, link_local.octets.begin() + 8);
  return link_local;
}

}  // namespace

std::optional<std::string> mtu_fault(const InterfaceConfig& interface) {
  const bool has_ipv6 = has_address_of(interface, Family::ipv6);
  const std::size_t minimum = has_ipv6 ? ipv6_minimum_mtu : ipv4_minimum_mtu;
  if (interface.mtu < minimum)
    return "the minimum is " + std::to_string(minimum) +
           (has_ipv6 ? " on a link with IPv6 (RFC 8200 5)" : " for IPv4 (RFC 791 3.2)");
  if (interface.mtu > maximum_mtu) return "the maximum is " + std::to_string(maximum_mtu);
  return std::nullopt;
}

std::expected<IpPrefix, OptionFault> parse_host_address(const std::string& text) {
  const auto prefix = parse_with_usual_length(text);
  if (!prefix)
    return std::unexpected(
        OptionFault{"'" + text.substr(0, 60) + "' is not an address",
                    "an address is written ADDR or ADDR/LEN, with LEN up to 32 for IPv4 and 128 for IPv6",
                    "for example 192.0.2.2/24 or 2001:db8::2/64"});
  const auto refused = [&](const char* why, const char* remedy) {
    return std::unexpected(OptionFault{text + " cannot be the address of a host", why, remedy});
  };
  if (prefix->length == 0)
    return refused("a prefix of length 0 holds all addresses: nothing would be behind a router",
                   "give the length of the prefix of the link, for example 192.0.2.2/24");
  const AddressKind kind =
      prefix->address.is_ipv4() ? kind_of(prefix->address.ipv4()) : kind_of(prefix->address.ipv6());
  if (kind != AddressKind::unicast)
    return refused("it is a multicast, broadcast, loopback or reserved address",
                   "choose a unicast address, for example 192.0.2.2/24 or 2001:db8::2/64");
  if (is_broadcast_of_itself(*prefix))
    return refused("the first and the last address of an IPv4 prefix are broadcasts (RFC 1122 3.2.1.3)",
                   "choose an address between them, for example 192.0.2.2/24");
  return *prefix;
}

bool overlap(const IpPrefix& one, const IpPrefix& other) {
  return one.contains(other.address) || other.contains(one.address);
}

std::optional<OptionFault> addresses_fault(const std::vector<IpPrefix>& addresses) {
  if (addresses.size() > max_configured_addresses)
    return OptionFault{
        std::to_string(addresses.size()) + " addresses are too many",
        "an interface may be given " + std::to_string(max_configured_addresses) + ", a link-local one among them",
        "leave some out"};
  for (auto one = addresses.begin(); one != addresses.end(); ++one)
    if (std::ranges::find(addresses.begin(), one, one->address, &IpPrefix::address) != one)
      return OptionFault{to_text(one->address) + " is given twice", "each address needs to be given once",
                         "leave one out"};
  return std::nullopt;
}

std::optional<OptionFault> gateway_fault(const IpAddress& gateway, const std::vector<IpPrefix>& addresses) {
  const auto holds_it = [&](const IpPrefix& prefix) { return prefix.contains(gateway); };
  if (gateway.is_link_local() || std::ranges::any_of(addresses, holds_it)) return std::nullopt;
  return OptionFault{to_text(gateway) + " cannot be a gateway",
                     "a gateway is a neighbor: no prefix of the stack holds this address",
                     "choose an address on the link, or give the stack an address there"};
}

void add_link_local_address(InterfaceConfig& interface) {
  const auto first = std::ranges::find_if(interface.addresses, is_ipv6);
  const bool has_link_local =
      std::ranges::any_of(interface.addresses, [](const IpPrefix& prefix) { return prefix.address.is_link_local(); });
  if (first == interface.addresses.end() || has_link_local) return;
  interface.addresses.push_back({link_local_address_like(first->address.ipv6()), 64});
}

}  // namespace tunstack
