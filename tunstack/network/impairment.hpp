// What a bad link does to packets in one direction: it loses, doubles, corrupts, delays and reorders them, and sends
// only so many octets a second. Pure: asked for each packet what becomes of it, and when; one seed repeats all of it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/base/bytes.hpp"
#include "protocols/base/random.hpp"
#include "protocols/base/time.hpp"

namespace tunstack {

/// Which packets: a share of them, from 0 to 1, that is drawn; or exactly each n-th.
struct Share {
  double drawn = 0;
  std::uint32_t each = 0;

  Share() = default;
  Share(double share) : drawn(share) {}
  static Share each_of(std::uint32_t count) {
    Share share;
    share.each = count;
    return share;
  }
  bool any() const { return drawn > 0 || each > 0; }
  friend bool operator==(const Share&, const Share&) = default;
};

/// The same in both directions.
struct Impairments {
  Share loss = {};
  Share duplicate = {};
  Share reorder = {};
  Share corrupt = {};
  Duration delay{};          // of all packets
  Duration jitter{};         // as much more or less, drawn for each; packets keep their order
  std::uint64_t rate = 0;    // bits a second; 0: unlimited
  std::size_t queue = 1000;  // packets that wait for the rate

  bool any() const {
    return loss.any() || duplicate.any() || reorder.any() || corrupt.any() || delay > Duration(0) ||
           jitter > Duration(0) || rate > 0;
  }
  friend bool operator==(const Impairments&, const Impairments&) = default;
};

/// What becomes of one packet.
struct Fate {
  enum class Loss : std::uint8_t { none, drawn, queue_full };

  Loss loss = Loss::none;
  bool is_doubled = false;
  bool is_overtaken = false;
  std::optional<std::uint64_t> corrupted = {};  // any number: the bit with its remainder is turned over
  Instant due{};                                // when it comes out
  Instant copy_due{};                           // and its double
};

class Impairer {
 public:
  /// `direction` has three letters at most; links and directions that draw apart have seeds or directions of their own.
  Impairer(const Impairments& impairments, const Seed& seed, std::string_view direction);

  /// Of the next packet, of so many octets, that sets out now.
  Fate next(std::size_t octets, Instant now);
  const Impairments& impairments() const { return impairments_; }
  /// Other ones for packets that set out from now on; the streams go on.
  void change(const Impairments& impairments) { impairments_ = impairments; }

  /// A reordered packet waits so much longer than others, so that those that follow within this time overtake it.
  static constexpr Duration time_to_be_overtaken = std::chrono::milliseconds(10);

 private:
  /// Draws for one purpose: whatever is added, the others draw as before.
  class Lot {
   public:
    Lot(const Seed& seed, std::string_view purpose, std::string_view direction);
    bool falls_on(const Share& share);
    Random& random() { return random_; }

   private:
    Random random_;
    std::uint32_t since_last_ = 0;
  };

  /// When the last octet has left, or nothing where the queue is full.
  std::optional<Instant> transmitted(std::size_t octets, Instant now);

  Impairments impairments_;
  Lot loss_, duplicate_, reorder_, corrupt_, jitter_;
  Instant last_due_{};
  std::vector<Instant> leaving_;  // when each packet of the queue will have left: a ring
  std::size_t first_ = 0;
  std::size_t waiting_ = 0;
};

/// Turns over the bit that a Fate says.
void flip_a_bit(MutableBytes packet, std::uint64_t corrupted);

}  // namespace tunstack
