// What a node counts: every decision by its reason, and ICMP messages by type and code.
#pragma once

#include <array>

#include "protocols/base/address.hpp"
#include "protocols/base/reason.hpp"

namespace tunstack {

/// ICMP messages of one family and direction. Codes from 16 on share the last place.
class IcmpCounters {
 public:
  static constexpr std::size_t codes = 17;

  void add(std::uint8_t type, std::uint8_t code) { ++counts_[type][code < codes - 1 ? code : codes - 1]; }
  std::uint64_t count(std::uint8_t type, std::uint8_t code) const {
    return counts_[type][code < codes - 1 ? code : codes - 1];
  }

 private:
  std::array<std::array<std::uint64_t, codes>, 256> counts_{};
};

struct Counters {
  std::uint64_t packets_in = 0;
  std::uint64_t packets_out = 0;
  std::array<std::uint64_t, reason_count> by_reason{};
  IcmpCounters icmp4_in, icmp4_out, icmp6_in, icmp6_out;

  std::uint64_t count(Reason reason) const { return by_reason[index_of(reason)]; }
  IcmpCounters& icmp_in(Family family) { return family == Family::ipv4 ? icmp4_in : icmp6_in; }
  IcmpCounters& icmp_out(Family family) { return family == Family::ipv4 ? icmp4_out : icmp6_out; }
};

}  // namespace tunstack
