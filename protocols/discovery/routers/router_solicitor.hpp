// A host that asks for routers when an interface comes up (RFC 4861 6.3.7, RFC 1256 5.3), and when nobody answers goes
// on ever more slowly if that is wanted (RFC 7559 2).
#pragma once

#include "protocols/base/random.hpp"
#include "protocols/discovery/lifetime.hpp"

namespace tunstack::discovery {

struct SolicitorSettings {
  unsigned count = 3;  // at most; 0: never asks. RFC 1256 6 and RFC 4861 10 agree on it, and on the delay
  Duration interval = std::chrono::seconds(4);  // RFC 1256 6: 3 s
  Duration delay = std::chrono::seconds(1);     // before the first, at most
  bool backoff = false;                         // without end, and each interval twice the one before
  Duration longest_interval = std::chrono::hours(1);
};

class RouterSolicitor {
 public:
  /// Asks for the first time after a random delay from `now`, when the interface came up.
  RouterSolicitor(const SolicitorSettings& settings, Instant now, Random& random) : settings_(settings) {
    restart(now, random);
  }

  /// Begins anew: the interface came up again, or the node stopped being a router.
  void restart(Instant now, Random& random) {
    sent_ = 0;
    answered_ = false;
    next_ = settings_.count == 0 ? no_end : now + random.up_to(settings_.delay);
  }
  /// Whether a solicitation is due; it counts as sent by this call.
  bool take_due(Instant now, Random& random) {
    if (next_ > now) return false;
    interval_ = next_interval(random);
    ++sent_;
    next_ = is_finished() ? no_end : now + interval_;
    return true;
  }
  /// A valid advertisement came of a router with a lifetime that is not zero. Who has not asked yet asks once all the
  /// same, for advertisements that nobody asked for may be incomplete.
  void on_router_advertisement() {
    answered_ = true;
    if (sent_ > 0) next_ = no_end;
  }
  Instant next_deadline() const { return next_; }

 private:
  bool is_finished() const { return answered_ || (!settings_.backoff && sent_ >= settings_.count); }

  /// With the randomness of RFC 3315 14: a tenth of what is doubled, more or less.
  Duration next_interval(Random& random) const {
    if (!settings_.backoff) return settings_.interval;
    if (sent_ == 0) return settings_.interval + tenth_more_or_less(settings_.interval, random);
    const Duration doubled = 2 * interval_ + tenth_more_or_less(interval_, random);
    if (doubled <= settings_.longest_interval) return doubled;
    return settings_.longest_interval + tenth_more_or_less(settings_.longest_interval, random);
  }
  static Duration tenth_more_or_less(Duration duration, Random& random) {
    return random.up_to(duration / 5) - duration / 10;
  }

  SolicitorSettings settings_;
  unsigned sent_ = 0;
  bool answered_ = false;
  Duration interval_{};  // before the next one
  Instant next_ = no_end;
};

}  // namespace tunstack::discovery
