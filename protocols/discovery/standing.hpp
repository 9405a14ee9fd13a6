// Who keeps a place in the lists that router advertisements fill. Anybody on the link can make up routers, but has to
// be there to be one that answers (RFC 3756 4.2.1, RFC 6104).
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <ranges>
#include <tuple>

#include "protocols/base/address.hpp"
#include "protocols/base/time.hpp"

namespace tunstack::discovery {

/// Failed: nobody answered there. Unproven: it only says itself that it is there. Answered: a solicitation was.
enum class Standing : std::uint8_t { failed, unproven, answered };
using StandingOf = std::function<Standing(const IpAddress&)>;

/// The sender of an advertisement.
struct Teller {
  IpAddress address;
  StandingOf standing_of = [](const IpAddress&) { return Standing::unproven; };

  Standing standing() const { return standing_of(address); }
};

/// Finds who gives way to a newcomer where a list is full: of those worth least one of lower standing. What was
/// searched in vain is not searched again within a second, or each forged advertisement would cost as much as the list
/// is long.
class PlaceSearch {
 public:
  /// `worth` makes a tuple of each that is held, whose first member is its Standing.
  template <std::ranges::forward_range Held, class Worth>
  std::optional<std::ranges::iterator_t<Held>> find(Held& held, Standing newcomer, Instant now, const Worth& worth) {
    if (now < vain_until_ && newcomer <= vain_for_) return std::nullopt;
    const auto least = std::ranges::min_element(held, {}, worth);
    if (least != std::ranges::end(held) && std::get<Standing>(worth(*least)) < newcomer) return least;
    vain_for_ = newcomer;
    vain_until_ = now + std::chrono::seconds(1);
    return std::nullopt;
  }

 private:
  Standing vain_for_{};
  Instant vain_until_ = Instant::min();
};

}  // namespace tunstack::discovery
