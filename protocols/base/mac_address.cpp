#include "protocols/base/mac_address.hpp"

#include <charconv>

namespace tunstack {

MacAddress mac_of_group(Ipv4Address group) {
  MacAddress mac{{0x01, 0x00, 0x5e}};
  store_be32(mac.octets, 2, 0x5e000000 | (group.value & 0x7fffff));
  return mac;
}

MacAddress mac_of_group(const Ipv6Address& group) {
  MacAddress mac{{0x33, 0x33}};
  copy_bytes(MutableBytes(mac.octets).subspan(2), Bytes(group.octets).last(4));
  return mac;
}

std::string to_text(const MacAddress& address) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t octet : address.octets) {
    if (!text.empty()) text += ':';
    text += digits[octet >> 4];
    text += digits[octet & 15];
  }
  return text;
}

std::optional<MacAddress> parse_mac_address(std::string_view text) {
  MacAddress address;
  if (text.size() != MacAddress::size * 3 - 1) return std::nullopt;
  for (std::size_t i = 0; i < MacAddress::size; ++i) {
    const std::string_view pair = text.substr(i * 3, 2);
    const auto [stop, error] = std::from_chars(pair.data(), pair.data() + 2, address.octets[i], 16);
    if (error != std::errc{} || stop != pair.data() + 2) return std::nullopt;
    if (i + 1 < MacAddress::size && text[i * 3 + 2] != ':') return std::nullopt;
  }
  return address;
}

}  // namespace tunstack
