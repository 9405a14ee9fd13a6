#include "protocols/base/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <bit>
#include <charconv>

namespace tunstack {

Ipv6Address solicited_node_group(const Ipv6Address& address) {
  Ipv6Address group{{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff}};
  std::memcpy(&group.octets[13], &address.octets[13], 3);
  return group;
}

Ipv6Address masked(const Ipv6Address& address, std::uint8_t length) {
  Ipv6Address prefix = address;
  for (std::size_t i = 0; i < Ipv6Address::size; ++i) {
    const std::size_t kept = length > i * 8 ? std::min<std::size_t>(8, length - i * 8) : 0;
    prefix.octets[i] &= static_cast<std::uint8_t>(~(0xffU >> kept));
  }
  return prefix;
}

IpPrefix network_of(const IpPrefix& prefix) {
  if (!prefix.address.is_ipv4()) return {masked(prefix.address.ipv6(), prefix.length), prefix.length};
  return {Ipv4Address{prefix.address.ipv4().value & ipv4_mask(prefix.length)}, prefix.length};
}

std::string to_text(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(address.is_ipv4() ? AF_INET : AF_INET6, address.octets().data(), text.data(), text.size());
  return text.data();
}

std::string to_text(const IpPrefix& prefix) { return to_text(prefix.address) + "/" + std::to_string(prefix.length); }

std::optional<IpAddress> parse_address(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string terminated(text);
  std::array<std::uint8_t, Ipv6Address::size> octets{};
  if (inet_pton(AF_INET, terminated.c_str(), octets.data()) == 1) return Ipv4Address::load(octets, 0);
  if (inet_pton(AF_INET6, terminated.c_str(), octets.data()) == 1) return Ipv6Address{octets};
  return std::nullopt;
}

std::optional<IpPrefix> parse_prefix(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  IpPrefix prefix{*address, 0};
  if (slash == std::string_view::npos) {
    prefix.length = prefix.width();
    return prefix;
  }
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + slash + 1, end, prefix.length);
  if (error != std::errc{} || stop != end || prefix.length > prefix.width()) return std::nullopt;
  return prefix;
}

}  // namespace tunstack
