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

namespace {

using AddressText = std::array<char, INET6_ADDRSTRLEN>;

char* put_ipv4(char* at, Bytes octets) {
  constexpr std::size_t most_digits = 3;
  for (std::size_t i = 0; i < Ipv4Address::size; ++i) {
    if (i > 0) *at++ = '.';
    at = std::to_chars(at, at + most_digits, unsigned{octets[i]}).ptr;
  }
  return at;
}

/// Words of an IPv6 address, from `begin` on and before `end`.
struct Words {
  std::size_t begin = 0, end = 0;
  std::size_t size() const { return end - begin; }
};

/// The first of the longest runs of zeros, of at least two (RFC 5952 4.2).
Words words_left_out(Bytes octets) {
  Words longest{}, run{};
  for (std::size_t i = 0; i < Ipv6Address::size / 2; ++i) {
    run = load_be16(octets, 2 * i) != 0 ? Words{i + 1, i + 1} : Words{run.begin, i + 1};
    if (run.size() > longest.size()) longest = run;
  }
  return longest.size() < 2 ? Words{} : longest;
}

/// RFC 5952 5: what is said of ::192.0.2.1 and ::ffff:192.0.2.1.
bool embeds_ipv4(Bytes octets, Words left_out) {
  return left_out.begin == 0 && (left_out.end == 6 || (left_out.end == 5 && load_be16(octets, 10) == 0xffff));
}

char* put_ipv6(char* at, Bytes octets) {
  constexpr std::size_t most_digits = 4;
  const Words left_out = words_left_out(octets);
  const std::size_t words = embeds_ipv4(octets, left_out) ? 6 : 8;
  for (std::size_t i = 0; i < words; ++i) {
    if (i < left_out.end && i >= left_out.begin) {
      if (i == left_out.begin) *at++ = ':';
      continue;
    }
    if (i > 0) *at++ = ':';
    at = std::to_chars(at, at + most_digits, unsigned{load_be16(octets, 2 * i)}, 16).ptr;
  }
  if (words == 6 || left_out.end == 8) *at++ = ':';
  return words == 6 ? put_ipv4(at, octets.subspan(12)) : at;
}

}  // namespace

// Not by inet_ntop, which asks sprintf for each number: addresses are most of what is said of a packet.
std::string to_text(const IpAddress& address) {
  AddressText text;
  char* const end =
      address.is_ipv4() ? put_ipv4(text.data(), address.octets()) : put_ipv6(text.data(), address.octets());
  return {text.data(), end};
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
