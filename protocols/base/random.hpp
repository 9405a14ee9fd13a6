// Randomness is passed in: one seed fixes every random choice of a node.
#pragma once

#include <cstdint>
#include <random>

namespace tunstack {

/// A seeded stream of random numbers; the same seed gives the same numbers everywhere.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t next() { return engine_(); }
  /// A number below `bound`, which is not 0; the bias of a 64-bit remainder is of no account here.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }

 private:
  std::mt19937_64 engine_;
};

}  // namespace tunstack
