// What a node counts: every decision by its reason, and ICMP messages by type and code.
#pragma once

#include <array>

#include "protocols/base/address.hpp"
#include "protocols/base/reason.hpp"

namespace tunstack {

/// ICMP messages of one family, in and out side by side: a request and its answer touch one page of memory. Codes
/// from 16 on share the last place.
class IcmpCounters {
 public:
  static constexpr std::size_t codes = 17;

  void add_in(std::uint8_t type, std::uint8_t code) { ++counts_[type][place_of(code)][0]; }
  void add_out(std::uint8_t type, std::uint8_t code) { ++counts_[type][place_of(code)][1]; }
  std::uint64_t in(std::uint8_t type, std::uint8_t code) const { return counts_[type][place_of(code)][0]; }
  std::uint64_t out(std::uint8_t type, std::uint8_t code) const { return counts_[type][place_of(code)][1]; }

 private:
  static constexpr std::size_t place_of(std::uint8_t code) { return code < codes - 1 ? code : codes - 1; }
  std::array<std::array<std::array<std::uint64_t, 2>, codes>, 256> counts_{};
};

struct Counters {
  std::uint64_t packets_in = 0;
  std::uint64_t packets_out = 0;
  std::array<std::uint64_t, reason_count> by_reason{};
  IcmpCounters icmp4, icmp6;

  std::uint64_t count(Reason reason) const { return by_reason[index_of(reason)]; }
  IcmpCounters& icmp(Family family) { return family == Family::ipv4 ? icmp4 : icmp6; }
};

}  // namespace tunstack
