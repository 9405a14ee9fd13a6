// Randomness is passed in: one seed fixes every random choice of a node. A Node owns the stream; no component keeps it,
// or a reference to it, and every call that draws takes it as its last parameter.
#pragma once

#include <cstdint>
#include <random>

#include "protocols/base/time.hpp"

namespace tunstack {

/// A seeded stream of random numbers; the same seed gives the same numbers everywhere.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t next() { return engine_(); }
  /// A number below `bound`, which is not 0; the bias of a 64-bit remainder is of no account here.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  /// A duration from `shortest` to `longest`, both of them possible; `longest` is not the shorter one.
  Duration between(Duration shortest, Duration longest) {
    return shortest + Duration(below(static_cast<std::uint64_t>((longest - shortest).count()) + 1));
  }
  /// A duration from 0 to `longest`, both of them possible.
  Duration up_to(Duration longest) { return between(Duration(0), longest); }

 private:
  std::mt19937_64 engine_;
};

}  // namespace tunstack
