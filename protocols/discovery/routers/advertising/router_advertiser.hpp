// When a router advertises itself on one interface (RFC 4861 6.2.4 to 6.2.6). What it then says stands in
// advertisement_parts.
#pragma once

#include <array>
#include <optional>

#include "protocols/base/random.hpp"
#include "protocols/discovery/routers/advertising/advertising_config.hpp"

namespace tunstack::discovery {

class RouterAdvertiser {
 public:
  /// From `start` on the interface has a link-local address to send from.
  RouterAdvertiser(const AdvertisingConfig& config, Random& random, Instant start);

  /// A valid solicitation came, perhaps from ::.
  void solicited(const Ipv6Address& source, Instant now);
  /// Ends the advertising: the final ones follow, the first at once. Nothing that was never said is withdrawn.
  void stop(Instant now);

  struct Sending {
    Ipv6Address destination;
    bool lifetime_is_zero;  // a final one
  };
  /// An advertisement (all its parts) that is due and counts as sent by this call, or nothing.
  std::optional<Sending> take_due(Instant now);
  Instant next_deadline() const;

 private:
  static constexpr std::size_t most_answers = 8;  // pending at once; a multicast serves whoever comes then

  struct Answer {
    Ipv6Address solicitor;
    Instant due = Instant::max();  // never: the place is free
  };

  Duration random_within(Duration least, Duration most);
  Duration next_interval();
  bool answer_by_unicast(const Ipv6Address& solicitor, Instant due);
  Sending send_multicast(Instant now);
  Sending send_final(Instant now);

  AdvertisingConstants constants_;
  Duration min_interval_;
  Duration max_interval_;
  bool answers_by_unicast_;
  Random* random_;

  unsigned sent_ = 0;  // multicasts, as far as they count as initial ones
  bool stopped_ = false;
  unsigned finals_sent_ = 0;
  Instant next_multicast_;
  Instant earliest_multicast_{};  // MIN_DELAY_BETWEEN_RAS after the last one
  std::array<Answer, most_answers> answers_;
};

}  // namespace tunstack::discovery
