// Which numbers of a router advertisement a host believes. RFC 4861 bounds few of them, and forged ones would stop a
// host: one hop is a dead end, a reachable time of 2^32 ms has no end (RFC 3756 4.2.6). The rest of the advertisement
// counts all the same.
#pragma once

#include <array>

#include "protocols/base/reason.hpp"
#include "protocols/wire/router_advertisement.hpp"

namespace tunstack::discovery {

struct AdvertisedBounds {
  std::uint32_t least_hop_limit = 1;      // nd.min_hop_limit
  std::uint32_t least_prefix_length = 0;  // nd.min_prefix, of prefixes on the link
};

// In milliseconds.
inline constexpr std::uint32_t least_retransmit_time = 100, longest_retransmit_time = 60'000;
inline constexpr std::uint32_t least_reachable_time = 1000, longest_reachable_time = 3'600'000;  // RFC 4861 6.2.1

constexpr bool is_within(std::uint32_t value, std::uint32_t least, std::uint32_t most) {
  return value >= least && value <= most;
}

/// 0 says nothing, and is never refused.
struct BoundRule {
  Reason reason;
  bool (*is_kept)(const RouterAdvertisementHeader&, const AdvertisedBounds&);
  void (*clear)(RouterAdvertisementHeader&);
};
inline constexpr std::array bound_rules = {
    BoundRule{Reason::router_hop_limit_too_low,
              [](const auto& header, const auto& bounds) {
                return header.hop_limit == 0 || header.hop_limit >= bounds.least_hop_limit;
              },
              [](RouterAdvertisementHeader& header) { header.hop_limit = 0; }},
    BoundRule{Reason::router_retransmit_time_out_of_bounds,
              [](const auto& header, const auto&) {
                return header.retransmit_time == 0 ||
                       is_within(header.retransmit_time, least_retransmit_time, longest_retransmit_time);
              },
              [](RouterAdvertisementHeader& header) { header.retransmit_time = 0; }},
    BoundRule{Reason::router_reachable_time_out_of_bounds,
              [](const auto& header, const auto&) {
                return header.reachable_time == 0 ||
                       is_within(header.reachable_time, least_reachable_time, longest_reachable_time);
              },
              [](RouterAdvertisementHeader& header) { header.reachable_time = 0; }},
};

}  // namespace tunstack::discovery
