// One address while its node finds out whether another one has it, and how it is defended afterwards: IPv6 duplicate
// address detection (RFC 4862 5.4) and IPv4 address conflict detection (RFC 5227), the same machine for both.
#pragma once

#include <array>
#include <optional>

#include "protocols/base/siphash.hpp"
#include "protocols/base/time.hpp"

namespace tunstack::discovery {

/// `optimistic`: used within the limits of RFC 4429 while it is checked. `duplicate`: another node has it.
enum class AddressState : std::uint8_t { tentative, optimistic, usable, duplicate };
constexpr bool is_being_checked(AddressState state) {
  return state == AddressState::tentative || state == AddressState::optimistic;
}

/// What an address in use does about a conflict: nothing (IPv6), or (a), (b), (c) of RFC 5227 2.4.
enum class Defence : std::uint8_t { ignore, never, once, always };

/// A duration is drawn between both, which may be equal.
struct DurationRange {
  Duration shortest{};
  Duration longest{};

  Duration draw(Random& random) const { return random.between(shortest, longest); }
};

struct DetectionSettings {
  static constexpr Duration never = Duration::max();
  unsigned probes = 0;  // 0: usable at once
  DurationRange initial_delay;
  DurationRange interval;  // between probes
  Duration wait{};         // after the last probe
  unsigned announcements = 0;
  Duration announcement_interval{};
  Defence defence = Defence::ignore;
  bool optimistic = false;
  Duration retry_after = never;  // that another node has an address may be over by then, or was never true
};

/// RFC 4862 5.1 and 5.4.2; at most 3 unsolicited advertisements follow (RFC 4861 7.2.6).
DetectionSettings nd_detection(unsigned dad_transmits = 1, Duration retransmission_timer = std::chrono::seconds(1),
                               unsigned advertisements = 1);
/// RFC 5227 1.1.
DetectionSettings arp_detection(Defence defence = Defence::once);

using Nonce = std::array<std::uint8_t, 6>;

/// Something to send for an address. The nonce is for a neighbor solicitation (RFC 7527 4.1), another one for each.
struct DetectionMessage {
  enum class Kind : std::uint8_t { probe, announcement };
  Kind kind;
  Nonce nonce{};
};

class DuplicateDetection {
 public:
  /// Begins at `start`, behind the initial delay.
  DuplicateDetection(const DetectionSettings& settings, Instant start, Random& random);

  /// Notices that the time for objections is over.
  void advance(Instant now);
  /// A message that is due and counts as sent by this call, or nothing.
  std::optional<DetectionMessage> take_due(Instant now, Random& random);
  Instant next_deadline() const { return next_; }

  /// Another node has the address, or checks it as well.
  void on_conflict(Instant now);
  /// The address counts as a duplicate from now on, whatever was heard.
  void give_up(Instant now);
  /// When a duplicate is to be checked again, by a new machine; Instant::max() if it is none, or never.
  Instant retry_at() const { return state_ == AddressState::duplicate ? next_ : Instant::max(); }
  /// Whether a probe of ours had this nonce: the link brought it back.
  bool has_sent(const Nonce& nonce) const;

  AddressState state() const { return state_; }
  bool is_being_checked() const { return discovery::is_being_checked(state_); }

 private:
  void begin_use(Instant now);
  DetectionMessage probe(Instant now, Random& random);
  DetectionMessage announce(Instant now);
  void defend(Instant now);
  Nonce nonce_of(unsigned probe) const;

  DetectionSettings settings_;
  SipHashKey nonce_key_;
  AddressState state_;
  unsigned probes_sent_ = 0;
  unsigned announcements_left_ = 0;
  std::optional<Instant> last_defence_;
  Instant next_;
};

}  // namespace tunstack::discovery
