// Identifications of datagrams that are, or may be, fragmented, in both families (RFC 6864 4.3, RFC 7739): a counter
// for each destination, whose start nobody can guess and whose steps vary, so that nothing shows of the traffic to
// others. And what errors can be held against, as what they quote must have been sent lately. Asked by Output for each
// datagram.
#pragma once

#include "protocols/base/address_table.hpp"
#include "protocols/base/time.hpp"

namespace tunstack::ip {

/// What errors quote of a datagram beside its identification.
struct SentDatagram {
  std::size_t size;  // octets, with the header
  std::uint8_t protocol;
};

/// Those of one family.
template <class Address>
class Identifications {
 public:
  /// What was given is believed to be quoted for half as long at least.
  static constexpr Duration lately = std::chrono::seconds(60);
  static constexpr std::size_t destinations = 256;        // at the same time, and then 12 KiB
  static constexpr std::uint32_t most_remembered = 2048;  // numbers: of 1024 datagrams at least

  explicit Identifications(Random& random) : key_(SipHashKey::draw(random)), counters_(random) {}

  /// For a datagram that is sent now. IPv4 takes the lower 16 bits: they come round after 32768 datagrams at least.
  std::uint32_t next(const Address& destination, const SentDatagram& datagram, Instant now) {
    Counter& counter = counters_.find_or_make(
        destination, [](const Counter& a, const Counter& b) { return a.half_over < b.half_over; },
        [](const Counter& replaced) { return Counter{.latest = replaced.latest}; });
    if (now >= counter.half_over || counter.steps <= 1) [[unlikely]]
      renew(counter, destination, now);
    counter.latest += 1 + (counter.steps & 1);
    counter.steps >>= 1;
    counter.protocols |= bit_of(datagram.protocol);
    if (datagram.size > counter.largest) [[unlikely]]
      counter.largest = static_cast<std::uint32_t>(datagram.size);
    return counter.latest;
  }

  /// Whether such an IPv4 datagram with this identification, or a larger one, may have left lately. Who forges an error
  /// about one that it never saw has to guess.
  bool may_have_sent(const Address& destination, std::uint16_t identification, const SentDatagram& datagram,
                     Instant now) const;

 private:
  static constexpr Duration half = lately / 2;
  /// Those of 1, 2, 6 and 17 differ.
  static constexpr std::uint32_t bit_of(std::uint8_t protocol) { return std::uint32_t{1} << protocol % 32; }

  struct Counter {
    std::uint32_t latest = 0;
    std::uint32_t steps = 0;  // a bit for each of the next ones, behind the highest bit set
    // In this half of `lately`, and in the one before it:
    std::uint32_t largest = 0, largest_before = 0;      // octets
    std::uint32_t protocols = 0, protocols_before = 0;  // bits
    std::uint32_t began = 0, began_before = 0;          // the last identification before it
    Instant half_over = Instant::min();
  };
  [[gnu::noinline]] void renew(Counter& counter, const Address& destination, Instant now);

  SipHashKey key_;  // of starts and steps
  AddressTable<Counter, Address, destinations> counters_;
};

}  // namespace tunstack::ip
