// Randomness is passed in: one seed fixes every random choice of a node. A Node owns the streams; no component keeps
// one, or a reference to it, and every call that draws takes it as its last parameter.
#pragma once

#include <string_view>

#include "protocols/base/chacha20.hpp"
#include "protocols/base/time.hpp"

namespace tunstack {

/// What all random choices come from: 256 bits that nobody can guess, or a number that repeats a run.
struct Seed {
  ChaCha20Key key{};

  Seed() = default;
  Seed(const ChaCha20Key& drawn) : key(drawn) {}
  Seed(std::uint64_t number) : key{static_cast<std::uint32_t>(number), static_cast<std::uint32_t>(number >> 32)} {}
};

/// A stream of random numbers (ChaCha20): the same seed and purpose give the same numbers everywhere. What was seen of
/// one tells nothing of what follows, nor of streams for other purposes.
class Random {
 public:
  /// `purpose` has eight letters at most.
  explicit Random(const Seed& seed, std::string_view purpose = "") : key_(seed.key), purpose_(as_number(purpose)) {}

  std::uint64_t next() {
    if (used_ == block_.size()) refill();
    const std::uint64_t low = block_[used_];
    const std::uint64_t high = block_[used_ + 1];
    used_ += 2;
    return high << 32 | low;
  }
  /// A number of so many bits, 31 at most: what is asked for often costs little.
  std::uint32_t bits(unsigned count) {
    if (bits_left_ < count) {
      bits_ = next();
      bits_left_ = 64;
    }
    const auto drawn = static_cast<std::uint32_t>(bits_) & ((1U << count) - 1);
    bits_ >>= count;
    bits_left_ -= count;
    return drawn;
  }
  /// A number below `bound`, which is not 0; the bias of a 64-bit remainder is of no account here.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  /// A duration from `shortest` to `longest`, both of them possible; `longest` is not the shorter one.
  Duration between(Duration shortest, Duration longest) {
    return shortest + Duration(below(static_cast<std::uint64_t>((longest - shortest).count()) + 1));
  }
  /// A duration from 0 to `longest`, both of them possible.
  Duration up_to(Duration longest) { return between(Duration(0), longest); }

 private:
  static constexpr std::uint64_t as_number(std::string_view purpose) {
    std::uint64_t number = 0;
    for (const char letter : purpose) number = number << 8 | static_cast<std::uint8_t>(letter);
    return number;
  }
  [[gnu::noinline]] void refill() {
    block_ = chacha20_block(key_, blocks_++, purpose_);
    used_ = 0;
  }

  ChaCha20Key key_;
  std::uint64_t purpose_;
  std::uint64_t blocks_ = 0;
  std::array<std::uint32_t, 16> block_{};
  std::size_t used_ = 16;  // words of the block
  std::uint64_t bits_ = 0;
  unsigned bits_left_ = 0;
};

}  // namespace tunstack
