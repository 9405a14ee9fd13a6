// The lower half of IPv6 addresses that a node forms itself: from its MAC address, stable and opaque, or random.
#pragma once

#include <string_view>
#include <variant>

#include "protocols/base/mac_address.hpp"
#include "protocols/base/siphash.hpp"

namespace tunstack::discovery {

/// The last 64 bits of an address, the first one of the wire as the highest.
struct InterfaceIdentifier {
  std::uint64_t value = 0;
  friend constexpr auto operator<=>(const InterfaceIdentifier&, const InterfaceIdentifier&) = default;
};

/// The first half of `prefix` with `identifier` behind it.
Ipv6Address combine(const Ipv6Address& prefix, InterfaceIdentifier identifier);
/// Whether the first halves are the same.
bool share_prefix(const Ipv6Address& a, const Ipv6Address& b);

/// RFC 4291 appendix A.
InterfaceIdentifier modified_eui64(const MacAddress& address);

/// Set aside for anycast and others, so that nobody may form them by chance (RFC 5453 3, as its registry stands).
bool is_reserved(InterfaceIdentifier identifier);

/// One for each prefix, the same again after a restart, of which nobody else can tell that they belong together
/// (RFC 7217 5).
class StableIdentifiers {
 public:
  /// `network_id` may be empty.
  StableIdentifiers(const SipHashKey& secret_key, std::string_view interface_name, std::string_view network_id);
  /// The identifier for the first 64 bits of `prefix`; another one for each value of the counter.
  InterfaceIdentifier make(const Ipv6Address& prefix, std::uint8_t dad_counter) const;

 private:
  SipHashKey secret_key_;
  std::uint64_t names_;  // of interface and network, hashed once
};

/// slaac.iid: where the identifiers of an interface come from; InterfaceIdentifier is one that is configured.
using IdentifierSource = std::variant<MacAddress, StableIdentifiers, InterfaceIdentifier>;
InterfaceIdentifier make_identifier(const IdentifierSource& source, const Ipv6Address& prefix, std::uint8_t counter);

/// Random numbers of which nobody can tell the next one from those before, whatever Random is (RFC 8981 3.3.1).
class RandomIdentifiers {
 public:
  explicit RandomIdentifiers(Random& random) : secret_(SipHashKey::draw(random)) {}
  InterfaceIdentifier make(Random& random) const;

 private:
  SipHashKey secret_;
};

}  // namespace tunstack::discovery
