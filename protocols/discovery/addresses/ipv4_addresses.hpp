// The IPv4 addresses of one interface with address conflict detection (RFC 5227): each is probed before use, announced,
// and defended. A node passes on the ARP packets of the interface, takes events (what it may send from) and what is due
// (what it sends).
#pragma once

#include <vector>

#include "protocols/base/reason.hpp"
#include "protocols/discovery/addresses/attempt_limit.hpp"
#include "protocols/discovery/addresses/duplicate_detection.hpp"
#include "protocols/wire/arp.hpp"

namespace tunstack::discovery {

/// Why `packet` says that another node has `address`, or is about to take it while it is checked here; else nothing.
MaybeReason conflict_in(const ArpPacket& packet, Ipv4Address address, const MacAddress& own_mac, bool is_being_checked);

class CheckedIpv4Addresses {
 public:
  CheckedIpv4Addresses(const DetectionSettings& settings, const MacAddress& own_mac)
      : settings_(settings), own_mac_(own_mac) {}

  /// Checks `address`, or checks it again after it was lost, as is done after a while anyway. Not as often after many
  /// conflicts (RFC 5227 2.1.1).
  void check(Ipv4Address address, Instant now, Random& random);
  /// It is nothing to this node any more: neither checked nor defended.
  void forget(Ipv4Address address) {
    std::erase_if(checked_, [&](const Checked& checked) { return checked.address == address; });
  }
  /// Any ARP packet of the interface. The conflict in it, or nothing; either way the packet is treated as usual.
  MaybeReason on_arp(const ArpPacket& packet, Instant now);

  /// `lost`: it was never used, or must not be used any more. `checked_again`: after it was lost.
  struct Event {
    enum class Kind : std::uint8_t { checked_again, in_use, lost };
    Kind kind;
    Ipv4Address address;
  };
  std::optional<Event> take_event(Instant now, Random& random);
  /// A probe (sender 0.0.0.0) or an announcement (sender and target are the address), both broadcast requests.
  struct Due {
    Ipv4Address address;
    DetectionMessage::Kind kind;
  };
  /// Nothing is sent for an address about which there is an event.
  std::optional<Due> take_due(Instant now, Random& random);
  /// Events are due since they arose.
  Instant next_deadline() const;
  /// Calls `each` with every address that is lost, and when it is checked again.
  template <class Each>
  void for_each_lost(const Each& each) const {
    for (const Checked& checked : checked_)
      if (checked.detection.state() == AddressState::duplicate) each(checked.address, checked.detection.retry_at());
  }
  /// Nothing if the address is not known here.
  std::optional<AddressState> state_of(Ipv4Address address) const;

 private:
  struct Checked {
    Ipv4Address address;
    Instant begins;  // later than now while attempts are limited; what is heard before is no conflict
    DuplicateDetection detection;
    Instant as_of;  // when it was last looked at: what is new arose by then
    AddressState reported = AddressState::tentative;

    void advance(Instant now) {
      as_of = now;
      detection.advance(now);
    }
    bool has_news() const { return detection.state() != reported; }
  };
  Reason on_conflict(Checked& checked, Reason conflict, Instant now);

  DetectionSettings settings_;
  MacAddress own_mac_;
  AttemptLimit attempts_;
  std::vector<Checked> checked_;  // as many as are configured
};

}  // namespace tunstack::discovery
