// Answers to packets that arrived: replies and ICMP errors, each within its limits. Fed by a node with verdicts; what
// they make leaves through Output. The only caller of suppression, so that no error leaves unasked.
#pragma once

#include "protocols/icmp/quote.hpp"
#include "protocols/icmp/rate_limit.hpp"
#include "protocols/icmp/redirect_limit.hpp"
#include "tunstack/node/answer_headers.hpp"

namespace tunstack {

class Answers {
 public:
  explicit Answers(Random& random);

  // They return why what the verdict asked for was not done.
  template <class View>
  [[gnu::always_inline]] MaybeReason apply(const Reply& reply, const Arrival<View>& arrival, Turn& turn);
  MaybeReason apply(const Error& error, const Ipv4Arrival& arrival, Turn& turn);
  MaybeReason apply(const Error& error, const Ipv6Arrival& arrival, Turn& turn);

  /// Tells the source of a packet that was forwarded of its next hop, unless it was told enough.
  void redirect(const Forward& forward, const Ipv4Arrival& arrival, Turn& turn);
  void redirect(const Forward& forward, const Ipv6Arrival& arrival, Turn& turn);

  const icmp::ErrorLimiter& error_limiter(Family family) const {
    return family == Family::ipv4 ? error_limiter4_ : error_limiter6_;
  }

 private:
  template <class View>
  [[gnu::always_inline]] bool is_reply_limited(const Arrival<View>& arrival, const Turn& turn);
  template <class View>
  MaybeReason refuses_probe(const Reply& reply, const Arrival<View>& arrival, Turn& turn);
  // Any reply; apply() makes the plainest ones itself.
  [[gnu::noinline]] MaybeReason reply_rarely(const Reply& reply, const Ipv4Arrival& arrival, Turn& turn);
  [[gnu::noinline]] MaybeReason reply_rarely(const Reply& reply, const Ipv6Arrival& arrival, Turn& turn);

  TokenBucket reply_bucket4_;
  TokenBucket reply_bucket6_;
  icmp::ErrorLimiter error_limiter4_;
  icmp::ErrorLimiter error_limiter6_;
  // Path MTU discovery does not starve because of other errors (RFC 1191 4, RFC 8201 4).
  icmp::ErrorLimiter too_big_limiter4_;
  icmp::ErrorLimiter too_big_limiter6_;
  icmp::ErrorLimiter probe_limiter_;
  icmp::RedirectLimiter redirect_limiter_;
};

// ---- echo replies ----

inline bool has_options(const Ipv4Arrival& arrival) { return arrival.ip.header_size() > ipv4_header_size; }
inline bool has_options(const Ipv6Arrival&) { return false; }

template <class View>
using EchoReplyTo = std::conditional_t<std::is_same_v<View, Ipv4View>, Icmpv4EchoReply, Icmpv6EchoReply>;

/// Replies are limited like errors, but by one bucket that holds a tenth of a second's worth.
template <class View>
inline bool Answers::is_reply_limited(const Arrival<View>& arrival, const Turn& turn) {
  constexpr bool is_ipv4 = std::is_same_v<View, Ipv4View>;
  const std::uint32_t rate = is_ipv4 ? turn.state.options.ipv4_reply_rate : turn.state.options.ipv6_reply_rate;
  if (rate == 0 || !is_icmp(arrival)) [[likely]]
    return false;
  return !(is_ipv4 ? reply_bucket4_ : reply_bucket6_).take({rate, std::max(1U, rate / 10)}, turn.now);
}

// Nearly all replies are to echo requests for one address and without options, and leave whole, most of them by the
// only link there is. They are made here, inlined into receive(): the header of such a one never lies in memory.
template <class View>
inline MaybeReason Answers::apply(const Reply& reply, const Arrival<View>& arrival, Turn& turn) {
  if (is_reply_limited(arrival, turn)) [[unlikely]]
    return std::is_same_v<View, Ipv4View> ? Reason::icmp4_reply_rate_exceeded : Reason::icmp6_reply_rate_exceeded;
  const auto* const echo = std::get_if<EchoReplyTo<View>>(&reply.message);
  const bool is_plain = echo && turn.state.is_on_one_plain_link && !has_options(arrival) && is_own(arrival.destination);
  if (!is_plain) [[unlikely]]
    return reply_rarely(reply, arrival, turn);
  auto header = reply_header(reply, arrival, arrival.ip.destination(), turn.state);
  const Link link = plain_link_to(header.destination, arrival.interface, turn.now, turn.state);
  const std::size_t size = header_size(header) + echo->size();
  if (size > link.mtu) [[unlikely]]
    return reply_rarely(reply, arrival, turn);
  header.dont_fragment = reply.header.dont_fragment != DontFragment::never;
  finish_header(header, size, link, turn);
  return turn.output.send_at_once(header, *echo, link.interface, turn);
}

}  // namespace tunstack
