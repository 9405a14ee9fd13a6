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
    for (Counter& counter : counters_) counter.next = static_cast<std::uint16_t>(random.next());
  }

  std::uint16_t next(Ipv4Address source, Ipv4Address destination, std::uint8_t protocol) {
    Counter& counter = counters_[place_of(source, destination, protocol)];
    if (counter.given < lately) ++counter.given;
    return counter.next++;
  }

  /// Whether a datagram with this identification may have left not long ago: one of the last thousand. Who forges
  /// an error about a packet that it never saw has to guess this.
  bool was_given_lately(Ipv4Address source, Ipv4Address destination, std::uint8_t protocol,
                        std::uint16_t identification) const {
    const Counter& counter = counters_[place_of(source, destination, protocol)];
    return static_cast<std::uint16_t>(counter.next - 1 - identification) < counter.given;
  }

 private:
  static constexpr std::uint16_t lately = 1024;
  struct Counter {
    std::uint16_t next = 0;
    std::uint16_t given = 0;  // so far, up to `lately`
  };

  std::size_t place_of(Ipv4Address source, Ipv4Address destination, std::uint8_t protocol) const {
    std::uint64_t key = (static_cast<std::uint64_t>(source.value) << 32 | destination.value) ^ secret_;
    key = (key + protocol) * 0x9e3779b97f4a7c15;
    key = (key ^ key >> 32) * 0xd6e8feb86659fd93;
    return key >> 54;
  }

  std::uint64_t secret_;
  std::array<Counter, 1024> counters_{};
};

}  // namespace tunstack::ip
