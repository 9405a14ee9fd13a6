// Answers to packets that arrived: replies and ICMP errors, each within its limits. Fed by a node with verdicts; what
// they make leaves through Output. The only caller of suppression, so that no error leaves unasked.
#pragma once

#include "protocols/icmp/quote.hpp"
#include "protocols/icmp/rate_limit.hpp"
#include "tunstack/node/output.hpp"

namespace tunstack {

class Answers {
 public:
  explicit Answers(Random& random);

  // They return why what the verdict asked for was not done.
  MaybeReason apply(const Reply& reply, const Ipv4Arrival& arrival, Turn& turn);
  MaybeReason apply(const Reply& reply, const Ipv6Arrival& arrival, Turn& turn);
  MaybeReason apply(const Error& error, const Ipv4Arrival& arrival, Turn& turn);
  MaybeReason apply(const Error& error, const Ipv6Arrival& arrival, Turn& turn);

  const icmp::ErrorLimiter& error_limiter(Family family) const {
    return family == Family::ipv4 ? error_limiter4_ : error_limiter6_;
  }

 private:
  template <class Arrival>
  MaybeReason refuses_reply(const Reply& reply, const Arrival& arrival, Turn& turn);

  icmp::TokenBucket reply_bucket4_;
  icmp::TokenBucket reply_bucket6_;
  icmp::ErrorLimiter error_limiter4_;
  icmp::ErrorLimiter error_limiter6_;
  icmp::ErrorLimiter probe_limiter_;
};

}  // namespace tunstack
