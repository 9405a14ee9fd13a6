// One IPv6 address of an interface, and which of its changes have not been reported to the node yet. Autoconfiguration
// holds and feeds it, and reports its news.
#pragma once

#include "protocols/discovery/addresses/address_lifetimes.hpp"
#include "protocols/discovery/addresses/duplicate_detection.hpp"

namespace tunstack::discovery {

enum class AddressOrigin : std::uint8_t { configured, link_local, autoconfigured, temporary };

/// `tentative`: the groups of the address are to be joined. `optimistic`, `in_use`: it may be used, within the limits
/// of RFC 4429 or fully. `duplicate` and `removed`: it must not be used any more, and its groups are to be left.
enum class AddressEventKind : std::uint8_t {
  tentative,
  optimistic,
  in_use,
  deprecated,
  preferred_again,
  duplicate,
  removed
};

/// For people and for tables of the node.
struct InterfaceAddress {
  Ipv6Address address;
  std::uint8_t length = 64;
  AddressOrigin origin = AddressOrigin::configured;
  AddressState state = AddressState::tentative;
  bool is_deprecated = false;
  AddressLifetimes lifetimes;
  Instant retry_at = Instant::max();  // of a duplicate: when it is checked again
};

class HeldAddress {
 public:
  struct Identity {
    Ipv6Address address;
    std::uint8_t length = 64;
    AddressOrigin origin = AddressOrigin::configured;
    std::uint8_t attempt = 0;   // how many other identifiers were tried before
    AddressLifetimes limits{};  // of a temporary address
    IpAddress teller{};         // the router whose prefix it has, if so
  };
  /// From `now` on.
  HeldAddress(const Identity& identity, const AddressLifetimes& lifetimes, const DuplicateDetection& detection,
              Instant now)
      : identity_(identity), lifetimes_(shorter_of(lifetimes, identity.limits)), detection_(detection), as_of_(now) {}

  const Identity& identity() const { return identity_; }
  InterfaceAddress view() const;
  DuplicateDetection& detection() { return detection_; }
  const DuplicateDetection& detection() const { return detection_; }
  const AddressLifetimes& lifetimes() const { return lifetimes_; }
  bool is_over() const { return is_over_; }

  /// Comes before all else that is done to it at `now`.
  void advance(Instant now);
  void renew(const AddressLifetimes& lifetimes, Instant now);
  void end() { is_over_ = true; }
  /// The same prefix with another identifier, checked from the start.
  void try_again(const Identity& identity, const DuplicateDetection& detection);

  /// When a temporary address needs a successor that is ready `ahead` of its deprecation; Instant::max() if one was
  /// sought already.
  Instant successor_due(Duration ahead) const {
    const bool never = identity_.origin != AddressOrigin::temporary || is_successor_sought_;
    return never ? Instant::max() : lifetimes_.preferred_until - ahead;
  }
  void note_successor_sought() { is_successor_sought_ = true; }

  /// What is to be reported to the node next, or nothing.
  std::optional<AddressEventKind> news() const;
  void note_reported(AddressEventKind event);
  /// Over, and the node knows.
  bool is_finished() const { return is_over_ && !news(); }
  /// News is due since it arose.
  Instant next_deadline() const;

 private:
  enum class Reported : std::uint8_t { nothing, tentative, optimistic, in_use, gone };
  std::optional<AddressEventKind> news_of_state() const;
  std::optional<AddressEventKind> news_of_preference() const;

  Identity identity_;
  AddressLifetimes lifetimes_;
  DuplicateDetection detection_;
  bool is_deprecated_ = false;
  bool is_over_ = false;
  bool is_successor_sought_ = false;
  Reported reported_ = Reported::nothing;
  bool reported_deprecated_ = false;
  Instant as_of_;  // when it was last looked at: what is new arose by then
};

}  // namespace tunstack::discovery
