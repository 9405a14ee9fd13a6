// Datagrams that are for others. judge() is asked by the input module, and says of each whether and where it goes on;
// apply() sends it there: with its hop limit reduced, its options brought up to date, in fragments where it must and
// may be cut (RFC 1812 5.2 and 5.3, RFC 8200 3). Where packets leave is for egress to say.
#pragma once

#include "protocols/arrival.hpp"
#include "protocols/ip/ipv4_options.hpp"
#include "protocols/verdict.hpp"
#include "tunstack/node/output.hpp"

namespace tunstack::forwarder {

/// Of a datagram that fulfils the rules of reception and is for somebody else.
[[gnu::noinline]] Verdict judge(const Ipv4Arrival& arrival, const NodeState& state);
[[gnu::noinline]] Verdict judge(const Ipv6Arrival& arrival, const NodeState& state);
/// Of one for the router itself, where the reverse path to its source is checked: nothing if it is right.
[[gnu::noinline]] std::optional<Verdict> judge_way_back(const Ipv4Arrival& arrival, const NodeState& state);
[[gnu::noinline]] std::optional<Verdict> judge_way_back(const Ipv6Arrival& arrival, const NodeState& state);
/// Of one for this node whose source route leads on.
Verdict judge_source_route(const Ipv4Arrival& arrival, const ip::SourceRouteStep& step, const NodeState& state);

/// The reason tells why it did not leave, or not yet.
MaybeReason apply(const Forward& forward, const Ipv4Arrival& arrival, Turn& turn);
MaybeReason apply(const Forward& forward, const Ipv6Arrival& arrival, Turn& turn);
/// To each link that takes it; the reason tells why none does.
MaybeReason apply(const Copies& copies, const Ipv4Arrival& arrival, Turn& turn);
MaybeReason apply(const Copies& copies, const Ipv6Arrival& arrival, Turn& turn);

/// A packet that was to be sent on, as it came: with the hop that was taken from it.
class Returned {
 public:
  explicit Returned(Bytes packet);
  Bytes bytes() const { return bytes_; }

 private:
  std::vector<std::uint8_t> bytes_;
};

}  // namespace tunstack::forwarder
