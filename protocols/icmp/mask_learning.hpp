// A host that asks for the masks of its links (RFC 950 I, RFC 1122 3.2.2.9): up to three requests at the start, and
// the first acceptable answer counts. A node sends what take_due() hands out, asks judge() about each reply, and tells
// with finish() that it took one.
#pragma once

#include <algorithm>
#include <bit>
#include <optional>
#include <vector>

#include "protocols/base/interface_id.hpp"
#include "protocols/base/random.hpp"
#include "protocols/base/reason.hpp"
#include "protocols/base/time.hpp"

namespace tunstack::icmp {

class MaskLearner {
 public:
  /// Asks on each of `interfaces`, from `start` on; on none if there is nothing to learn.
  MaskLearner(const std::vector<InterfaceId>& interfaces, Instant start, Random& random) {
    for (const InterfaceId interface : interfaces)
      learnings_.push_back({interface, start, static_cast<std::uint16_t>(random.next())});
  }
  /// Asks anew if it has ever asked: the link of `interface` came up.
  void restart(InterfaceId interface, Instant now, Random& random) {
    for (Learning& learning : learnings_)
      if (learning.interface == interface) learning = {interface, now, static_cast<std::uint16_t>(random.next())};
  }

  struct Due {
    InterfaceId interface;
    std::uint32_t identifier_and_sequence;
  };
  /// A request that is due and counts as sent by this call, or nothing.
  std::optional<Due> take_due(Instant now) {
    for (Learning& learning : learnings_) {
      if (learning.next > now) continue;
      learning.next = ++learning.sent < max_requests ? now + interval : Instant::max();
      return Due{learning.interface, std::uint32_t{learning.identifier} << 16 | learning.sent};
    }
    return std::nullopt;
  }
  Instant next_deadline() const {
    Instant next = Instant::max();
    for (const Learning& learning : learnings_) next = std::min(next, learning.next);
    return next;
  }

  /// Why an address mask reply is not taken, if so.
  MaybeReason refuses(InterfaceId interface, std::uint32_t identifier_and_sequence, std::uint32_t mask) const {
    const auto learning = std::ranges::find(learnings_, interface, &Learning::interface);
    const bool asked = learning != learnings_.end() && learning->sent > 0 && !learning->done &&
                       identifier_and_sequence >> 16 == learning->identifier;
    if (!asked) return Reason::icmp4_reply_unsolicited;
    return is_acceptable(mask) ? MaybeReason{} : Reason::icmp4_mask_not_acceptable;
  }
  /// The mask of `interface` is known: no further request, and later replies are not taken.
  void finish(InterfaceId interface) {
    for (Learning& learning : learnings_)
      if (learning.interface == interface) {
        learning.done = true;
        learning.next = Instant::max();
      }
  }

 private:
  static constexpr std::uint16_t max_requests = 3;
  static constexpr Duration interval = std::chrono::seconds(3);

  struct Learning {
    InterfaceId interface;
    Instant next;
    std::uint16_t identifier;
    std::uint16_t sent = 0;
    bool done = false;
  };

  /// RFC 1122 3.2.2.9: not all ones, and zero or at least 8 ones in front. Ones behind a zero make no prefix.
  static constexpr bool is_acceptable(std::uint32_t mask) {
    const int ones = std::countl_one(mask);
    return ones != 32 && std::popcount(mask) == ones && (ones == 0 || ones >= 8);
  }

  std::vector<Learning> learnings_;
};

}  // namespace tunstack::icmp
