// Who keeps a place in the lists that router advertisements fill. Anybody on the link can make up routers, but has to
// be there to be one that answers (RFC 3756 4.2.1, RFC 6104).
#pragma once

#include <functional>

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

/// That a full list was searched in vain for somebody who gives way: not again within a second, or each forged
/// advertisement would cost as much as the list is long.
class VainSearch {
 public:
  void note(Standing standing, Instant now) {
    standing_ = standing;
    until_ = now + std::chrono::seconds(1);
  }
  /// For a newcomer of `standing`.
  bool covers(Standing standing, Instant now) const { return now < until_ && standing <= standing_; }

 private:
  Standing standing_{};
  Instant until_ = Instant::min();
};

}  // namespace tunstack::discovery
