// What a bad link does to packets in one direction: it loses, doubles, corrupts, delays and reorders them. Pure:
// packets go in and come out at times that are passed in; one seed repeats all of it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "protocols/base/bytes.hpp"
#include "protocols/base/random.hpp"
#include "protocols/base/time.hpp"

namespace tunstack {

/// Shares of packets from 0 to 1, and a delay of all of them; the same in both directions.
struct Impairments {
  double loss = 0;
  double duplicate = 0;
  double reorder = 0;
  double corrupt = 0;
  Duration delay{};

  bool any() const { return loss > 0 || duplicate > 0 || reorder > 0 || corrupt > 0 || delay > Duration(0); }
};

/// Packets of both directions.
struct ImpairmentCounts {
  std::uint64_t lost = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t reordered = 0;
  std::uint64_t corrupted = 0;
  std::uint64_t delayed = 0;
  std::uint64_t overflowed = 0;  // found no room while others waited
  std::uint64_t refused = 0;     // by the device, when their time had come
  std::uint64_t held = 0;        // are still on their way
};

/// "impaired: 12 lost, 3 duplicated", without what did not happen; a line.
std::string impairment_text(const ImpairmentCounts& counts);

class ImpairedDirection {
 public:
  using Packet = std::vector<std::uint8_t>;
  enum class Name : std::uint8_t { in, out };

  ImpairedDirection(Name name, const Impairments& impairments, const Seed& seed, ImpairmentCounts& counts);

  /// A packet sets out: none, one or two come out later.
  void put(Packet packet, Instant now);
  /// The next packet whose time has come.
  std::optional<Packet> take(Instant now);
  /// When the next one comes out; never if none is on its way.
  Instant next_due() const { return waiting_.empty() ? Instant::max() : waiting_.begin()->first; }

  /// What waits takes so much memory at most; a packet counts its octets and what keeping it costs.
  static constexpr std::size_t most_octets = std::size_t{4} << 20U;
  static constexpr std::size_t octets_of_keeping = 128;
  /// A reordered packet waits so much longer than others, so that those that follow within this time overtake it.
  static constexpr Duration time_to_be_overtaken = std::chrono::milliseconds(10);

 private:
  void keep(Packet packet, Instant due);
  void flip_a_bit(Packet& packet);

  Impairments impairments_;
  ImpairmentCounts& counts_;
  // A stream for each purpose: whatever is added, the others draw as before.
  Random loss_, duplicate_, reorder_, corrupt_;
  std::multimap<Instant, Packet> waiting_;  // what is due at the same time keeps its order
  std::size_t octets_ = 0;
};

}  // namespace tunstack
