// When a router advertises itself on one interface (RFC 4861 6.2.4 to 6.2.6). A node passes on solicitations, and sends
// the parts of an advertisement (advertisement_parts) when take_due() says so.
#pragma once

#include <optional>
#include <vector>

#include "protocols/base/random.hpp"
#include "protocols/discovery/routers/advertising/advertising_config.hpp"

namespace tunstack::discovery {

class RouterAdvertiser {
 public:
  /// From `start` on the interface has a link-local address to send from. An advertisement is `packets` packets.
  RouterAdvertiser(const AdvertisingConfig& config, std::size_t packets, Instant start, Random& random);

  /// The interface has no link-local address to send from: nothing is due until begin_anew(), once it has one.
  void suspend();
  void begin_anew(Instant now, Random& random);
  /// A valid solicitation came, perhaps from ::.
  void on_solicitation(const Ipv6Address& source, Instant now, Random& random);
  /// Ends the advertising: the final ones follow, the first at once. Nothing that was never said is withdrawn.
  void stop(Instant now);

  struct Due {
    Ipv6Address destination;
    bool lifetime_is_zero;  // a final one
  };
  /// An advertisement (all its parts) that is due and counts as sent by this call, or nothing.
  std::optional<Due> take_due(Instant now, Random& random);
  Instant next_deadline() const;
  /// When the next one may go to all nodes (RFC 4861 6.2.6).
  Instant earliest_multicast() const { return earliest_multicast_; }

 private:
  static constexpr std::size_t max_answers = 8;  // pending at once; a multicast serves whoever comes then

  struct Answer {
    Ipv6Address solicitor;
    Instant due;
  };

  Duration next_interval(Random& random) const;
  bool answer_by_unicast(const Ipv6Address& solicitor, Instant now, Instant due);
  Due take_multicast(Instant now, Random& random);
  Due take_final(Instant now);

  AdvertisingConstants constants_;
  Duration min_interval_;
  Duration max_interval_;
  bool answers_by_unicast_;
  RateLimit unicast_limit_;
  TokenBucket unicasts_;  // packets; beyond them everybody is answered by the multicast
  std::size_t packets_;

  unsigned sent_ = 0;  // multicasts, as far as they count as initial ones
  bool stopped_ = false;
  unsigned finals_sent_ = 0;
  Instant next_multicast_;
  Instant earliest_multicast_;   // MIN_DELAY_BETWEEN_RAS after the last one
  std::vector<Answer> answers_;  // pending, oldest first
};

}  // namespace tunstack::discovery
