// Answers to solicitations for addresses that other nodes may answer for too: each waits a random time, so that they do
// not all come at once (RFC 4861 7.2.7, 7.2.8). A node adds them, and gives those that take_due() hands out.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "protocols/base/address.hpp"
#include "protocols/base/random.hpp"
#include "protocols/base/time.hpp"

namespace tunstack::discovery {

class DelayedAnswers {
 public:
  static constexpr std::size_t capacity = 64;
  static constexpr Duration max_anycast_delay_time = std::chrono::seconds(1);  // RFC 4861 10

  struct Answer {
    Ipv6Address target;
    Ipv6Address solicitor;  // :: stands for whoever checks the address
    friend bool operator==(const Answer&, const Answer&) = default;
  };

  /// Who asks again meanwhile gets one answer. False if all places are taken.
  bool add(const Answer& answer, Instant now, Random& random) {
    const auto waits = [&](const Place& place) { return !place.is_free() && place.answer == answer; };
    if (std::ranges::any_of(places_, waits)) return true;
    Place* const free = free_place();
    if (free == nullptr) return false;
    *free = {answer, now + random.up_to(max_anycast_delay_time)};
    next_ = std::min(next_, free->due);
    return true;
  }
  /// An answer that is due and counts as given by this call, or nothing.
  std::optional<Answer> take_due(Instant now) {
    if (next_ > now) return std::nullopt;
    const auto first = std::ranges::min_element(places_, {}, &Place::due);
    const Answer answer = first->answer;
    first->due = never;
    next_ = std::ranges::min_element(places_, {}, &Place::due)->due;
    return answer;
  }
  Instant next_deadline() const { return next_; }

 private:
  static constexpr Instant never = Instant::max();

  struct Place {
    Answer answer;
    Instant due = never;
    bool is_free() const { return due == never; }
  };
  /// Places are made when there is none, up to the capacity, and used again.
  Place* free_place() {
    const auto free = std::ranges::find_if(places_, &Place::is_free);
    if (free != places_.end()) return &*free;
    return places_.size() < capacity ? &places_.emplace_back() : nullptr;
  }

  std::vector<Place> places_;
  Instant next_ = never;
};

}  // namespace tunstack::discovery
