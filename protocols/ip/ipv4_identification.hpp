// Identifications for IPv4 datagrams that may be fragmented (RFC 6864 4.3): one counter for many pairs of
// addresses and a protocol, each with a random start, so that neither the start nor the rate of other
// traffic shows.
#pragma once

#include <array>

#include "protocols/base/address.hpp"
#include "protocols/base/random.hpp"

namespace tunstack::ip {

class Ipv4Identification {
 public:
  explicit Ipv4Identification(Random& random) : secret_(random.next()) {
    for (auto& counter : counters_) counter = static_cast<std::uint16_t>(random.next());
  }

  std::uint16_t next(Ipv4Address source, Ipv4Address destination, std::uint8_t protocol) {
    std::uint64_t key = (static_cast<std::uint64_t>(source.value) << 32 | destination.value) ^ secret_;
    key = (key + protocol) * 0x9e3779b97f4a7c15;
    key = (key ^ key >> 32) * 0xd6e8feb86659fd93;
    return counters_[key >> 54]++;
  }

 private:
  std::uint64_t secret_;
  std::array<std::uint16_t, 1024> counters_{};
};

}  // namespace tunstack::ip
