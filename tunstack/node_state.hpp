// What handlers may know of the node that they decide for. They never change it.
#pragma once

#include <vector>

#include "protocols/icmp/mask_learning.hpp"
#include "protocols/icmp/queries.hpp"
#include "protocols/interface.hpp"
#include "protocols/ip/ipv4_identification.hpp"
#include "protocols/ip/local_addresses.hpp"
#include "protocols/ip/path_mtu.hpp"
#include "tunstack/options.hpp"

namespace tunstack {

struct NodeState {
  NodeOptions options;
  std::vector<std::size_t> link_mtus;  // by interface
  ip::LocalAddresses addresses;
  std::vector<InterfaceConfig> interfaces;
  ip::Ipv4Identification identification;
  ip::PathMtus path_mtus;
  icmp::MaskLearner mask_learner;
  std::chrono::milliseconds time_of_day_at_start{};  // UT, at the Instant zero

  /// As the wire has it: ms since midnight UT, the high bit set if it is not to be trusted (RFC 792).
  std::uint32_t time_of_day(Instant now) const {
    const auto since_midnight =
        (time_of_day_at_start + std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch())).count();
    const auto time = static_cast<std::uint32_t>(since_midnight % icmp::milliseconds_a_day);
    return time | (options.queries.timestamp_nonstandard ? icmp::nonstandard_time : 0);
  }
};

}  // namespace tunstack
