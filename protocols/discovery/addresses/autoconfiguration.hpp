// The IPv6 addresses of one interface: the link-local one, those configured, those formed from the prefixes of routers
// (RFC 4862) and temporary ones (RFC 8981), each checked for duplicates before use. A node passes on prefixes,
// solicitations and advertisements, takes events (what it may send from, which groups it needs) and what is due (what
// it sends).
#pragma once

#include <vector>

#include "protocols/discovery/addresses/held_address.hpp"
#include "protocols/discovery/addresses/interface_identifier.hpp"
#include "protocols/discovery/standing.hpp"

namespace tunstack::discovery {

struct AutoconfigurationSettings {
  IdentifierSource identifiers;  // slaac.iid
  bool autoconfigure = true;     // slaac.enable; off for routers
  bool temporary = false;        // slaac.tempaddr
  DetectionSettings detection = nd_detection();
  std::size_t max_addresses = 32;
  std::size_t share = 8;                        // of one router, without temporary ones
  std::optional<MacAddress> link_address = {};  // of the interface, where the link has any
};

/// Events come first: nothing is sent for an address of which the node has not heard everything.
class Autoconfiguration {
 public:
  Autoconfiguration(const AutoconfigurationSettings& settings, Random& random);

  /// An address in fe80::/64 that lasts for ever (RFC 4862 5.3). All that add say why not, or nothing.
  MaybeReason add_link_local(Instant now, Random& random);
  /// An IPv6 unicast address with the length of its prefix; never optimistic (RFC 4429 3.1).
  MaybeReason add_configured(const IpPrefix& prefix, Instant now, Random& random);
  /// A configured address is none any more, at once: there is no event.
  void remove_configured(const Ipv6Address& address);

  /// A prefix of a valid router advertisement. Where all places are taken, addresses that a router of lower standing
  /// gave make room. Why it gives no address, or nothing.
  MaybeReason on_prefix(const PrefixInformation& information, Instant now, Random& random, const Teller& router = {});
  /// A valid neighbor solicitation or advertisement. Nothing if it is about no address that is being checked: then it
  /// is treated as usual. Otherwise what it says about that address, and nothing else is to be done about it.
  MaybeReason on_solicitation(const Ipv6Address& source, const Ipv6Address& target, const std::optional<Nonce>& nonce,
                              Instant now, Random& random);
  MaybeReason on_advertisement(const Ipv6Address& target, Instant now, Random& random);
  /// RetransTimer of the link has changed; for addresses checked from now on.
  void set_retransmission_timer(Duration timer);

  struct Event {
    AddressEventKind kind;
    InterfaceAddress address;
    Instant check_begins;  // of `tentative`
  };
  std::optional<Event> take_event(Instant now, Random& random);
  /// A neighbor solicitation from :: with a nonce (probe), or an unsolicited neighbor advertisement (announcement).
  struct Due {
    Ipv6Address target;
    DetectionMessage message;
  };
  std::optional<Due> take_due(Instant now, Random& random);
  /// Events are due since they arose.
  Instant next_deadline() const;

  /// Another node has the link-local address that was made of the MAC address: no more IPv6 here (RFC 4862 5.4.5),
  /// until it is checked again.
  bool is_disabled() const { return is_disabled_; }
  std::vector<InterfaceAddress> addresses() const;
  std::optional<InterfaceAddress> find(const Ipv6Address& address) const;

 private:
  static constexpr std::uint8_t max_attempts = 3;  // IDGEN_RETRIES (RFC 7217 7), TEMP_IDGEN_RETRIES (RFC 8981 3.8)

  using Identity = HeldAddress::Identity;
  void settle(Instant now, Random& random);
  HeldAddress* held(const Ipv6Address& address);
  HeldAddress* formed_from(const Ipv6Address& prefix, AddressOrigin origin);

  MaybeReason add(const Identity& identity, const AddressLifetimes& lifetimes, Instant now, Random& random);
  MaybeReason form(Identity from, const AddressLifetimes& lifetimes, Instant now, Random& random);
  bool choose_identifier(Identity& identity, Random& random);
  InterfaceIdentifier identifier_for(const Identity& identity, Random& random);
  DuplicateDetection check(const Identity& identity, Instant now, Random& random);
  void on_duplicate(HeldAddress& address, Instant now, Random& random);
  void disable(Instant now);
  void retry_lost(Instant now, Random& random);
  std::size_t count() const;
  bool has_used_share(const Identity& identity) const;
  void make_room(const Teller& router, Instant now);
  bool is_of_hardware(const Ipv6Address& address) const;

  void renew(HeldAddress& address, const PrefixInformation& information, Instant now);
  void seek_successors(Instant now, Random& random);
  void add_temporary(const HeldAddress& formed, Instant now, Random& random);
  bool needs_temporary(const Ipv6Address& prefix, Instant now) const;
  Duration regeneration_advance() const;

  AutoconfigurationSettings settings_;
  RandomIdentifiers temporary_identifiers_;
  bool is_disabled_ = false;
  std::vector<HeldAddress> held_;
  Instant prefixes_settled_at_ = Instant::min();
  PlaceSearch place_search_;
};

}  // namespace tunstack::discovery
