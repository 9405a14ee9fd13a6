// A NodeOptions taken apart to its single values. A member that is added to a structure has to be added here, or this
// does not compile.
#pragma once

#include <tuple>
#include <type_traits>

#include "tunstack/options/node_options.hpp"

namespace tunstack::test {

inline auto parts(ip::Ipv4Policy& value) {
  auto& [a, b] = value;
  return std::tie(a, b);
}
inline auto parts(icmp::Echo4Policy& value) {
  auto& [a, b, c, d] = value;
  return std::tie(a, b, c, d);
}
inline auto parts(icmp::Echo6Policy& value) {
  auto& [a, b, c] = value;
  return std::tie(a, b, c);
}
inline auto parts(ip::Ipv4OptionPolicy& value) {
  auto& [a, b] = value;
  return std::tie(a, b);
}
inline auto parts(ip::ReassemblyLimits& value) {
  auto& [a, b, c] = value;
  return std::tie(a, b, c);
}
inline auto parts(ip::ReassemblyPolicy& value) {
  auto& [a, b, c] = value;
  return std::tie(a, b, c);
}
inline auto parts(ip::Ipv6OptionPolicy& value) {
  auto& [a, b, c] = value;
  return std::tie(a, b, c);
}
inline auto parts(ip::Ipv6ChainPolicy& value) {
  auto& [a, b, c] = value;
  return std::tie(a, b, c);
}
inline auto parts(ip::TransitOptions& value) {
  auto& [a, b, c, d, e, f, g, h, i, j, k] = value.by_kind;
  return std::tie(a, b, c, d, e, f, g, h, i, j, k);
}
inline auto parts(ip::Ipv4ForwardingPolicy& value) {
  auto& [a, b, c, d, e, f, g, h, i] = value;
  return std::tie(a, b, c, d, e, f, g, h, i);
}
inline auto parts(ip::Ipv6ForwardingPolicy& value) {
  auto& [a, b, c, d, e, f, g, h] = value;
  return std::tie(a, b, c, d, e, f, g, h);
}
inline auto parts(icmp::QueryPolicy& value) {
  auto& [a, b, c, d] = value;
  return std::tie(a, b, c, d);
}
inline auto parts(icmp::ExtendedEchoPolicy& value) {
  auto& [a, b, c, d, e, f] = value;
  return std::tie(a, b, c, d, e, f);
}
inline auto parts(transport::UdpServices& value) {
  auto& [a, b] = value;
  return std::tie(a, b);
}
inline auto parts(RateLimit& value) {
  auto& [a, b] = value;
  return std::tie(a, b);
}
inline auto parts(icmp::ErrorLimits& value) {
  auto& [a, b, c] = value;
  return std::tie(a, b, c);
}
inline auto parts(discovery::NeighborTimes& value) {
  auto& [a, b, c, d] = value;
  return std::tie(a, b, c, d);
}
inline auto parts(Ipv4RouterOptions& value) {
  auto& [a, b, c, d, e, f, g] = value;
  return std::tie(a, b, c, d, e, f, g);
}
inline auto parts(AddressOptions& value) {
  auto& [a, b, c, d, e, f, g, h, i, j, k, l] = value;
  return std::tie(a, b, c, d, e, f, g, h, i, j, k, l);
}
inline auto parts(ProxyOptions& value) {
  auto& [a, b] = value;
  return std::tie(a, b);
}
inline auto parts(RouterOptions& value) {
  auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v] = value;
  return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v);
}
inline auto parts(NodeOptions& value) {
  auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, w, x, y, z, a1, b1, c1, d1, e1, f1, g1, h1, i1,
         j1, k1, l1, m1, n1, o1, p1, q1, r1, s1, t1, u1, w1, x1, y1, z1, a2] = value;
  return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, w, x, y, z, a1, b1, c1, d1, e1, f1, g1,
                  h1, i1, j1, k1, l1, m1, n1, o1, p1, q1, r1, s1, t1, u1, w1, x1, y1, z1, a2);
}

/// Calls `each` with every single value.
template <class Value, class Each>
void for_each_single_value(Value& value, const Each& each) {
  if constexpr (requires { parts(value); })
    std::apply([&](auto&... members) { (for_each_single_value(members, each), ...); }, parts(value));
  else
    each(value);
}

}  // namespace tunstack::test
