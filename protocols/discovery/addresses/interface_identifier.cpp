#include "protocols/discovery/addresses/interface_identifier.hpp"

#include <string>

namespace tunstack::discovery {

namespace {

struct Range {
  std::uint64_t first, last;
};

constexpr std::array reserved_ranges = {
    Range{0, 0},                                    // subnet-router anycast (RFC 4291 2.6.1)
    Range{0x02005efffe000000, 0x02005efffeffffff},  // those of IANA's own MAC addresses (RFC 4291, RFC 6543)
    Range{0xfdffffffffffff80, 0xfdffffffffffffff},  // subnet anycast (RFC 2526)
};

std::uint64_t hash_of_names(const SipHashKey& key, std::string_view interface_name, std::string_view network_id) {
  std::string names(interface_name);
  names += '\0';  // which no name of an interface holds
  names += network_id;
  return siphash(key, Bytes(reinterpret_cast<const std::uint8_t*>(names.data()), names.size()));
}

}  // namespace

Ipv6Address combine(const Ipv6Address& prefix, InterfaceIdentifier identifier) {
  Ipv6Address address = prefix;
  store_be64(address.octets, 8, identifier.value);
  return address;
}

bool share_prefix(const Ipv6Address& a, const Ipv6Address& b) { return common_prefix_length(a, b) >= 64; }

InterfaceIdentifier modified_eui64(const MacAddress& address) {
  const Bytes octets = address.octets;
  const std::uint64_t company = std::uint64_t{load_be16(octets, 0)} << 8 | octets[2];
  const std::uint64_t device = std::uint64_t{octets[3]} << 16 | load_be16(octets, 4);
  constexpr std::uint64_t universal_or_local = 0x0200'0000'0000'0000;
  return {(company << 40 | 0xfffe'000000 | device) ^ universal_or_local};
}

bool is_reserved(InterfaceIdentifier identifier) {
  return std::ranges::any_of(reserved_ranges, [&](const Range& range) {
    return range.first <= identifier.value && identifier.value <= range.last;
  });
}

StableIdentifiers::StableIdentifiers(const SipHashKey& secret_key, std::string_view interface_name,
                                     std::string_view network_id)
    : secret_key_(secret_key), names_(hash_of_names(secret_key, interface_name, network_id)) {}

InterfaceIdentifier StableIdentifiers::make(const Ipv6Address& prefix, std::uint8_t dad_counter) const {
  std::array<std::uint8_t, 17> message{};
  copy_bytes(message, Bytes(prefix.octets).first(8));
  store_be64(message, 8, names_);
  message[16] = dad_counter;
  return {siphash(secret_key_, message)};
}

InterfaceIdentifier make_identifier(const IdentifierSource& source, const Ipv6Address& prefix, std::uint8_t counter) {
  if (const auto* mac = std::get_if<MacAddress>(&source)) return modified_eui64(*mac);
  if (const auto* stable = std::get_if<StableIdentifiers>(&source)) return stable->make(prefix, counter);
  return std::get<InterfaceIdentifier>(source);
}

InterfaceIdentifier RandomIdentifiers::make(Random& random) const {
  std::array<std::uint8_t, 8> drawn{};
  store_be64(drawn, 0, random.next());
  return {siphash(secret_, drawn)};
}

}  // namespace tunstack::discovery
