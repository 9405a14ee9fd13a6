// What a node counts: every decision by its reason, and ICMP messages by type and code. Fed by Output alone.
#pragma once

#include <array>
#include <vector>

#include "protocols/base/address.hpp"
#include "protocols/base/reason.hpp"

namespace tunstack {

/// ICMP messages of one family, in and out side by side: a request and its answer touch few lines of memory. A type
/// has a row from its first message on. Codes from 16 on share the last place.
class IcmpCounters {
 public:
  static constexpr std::size_t codes = 17;

  IcmpCounters() {
    row_of_type_.fill(none);
    rows_.reserve(usual_types);
  }

  [[gnu::always_inline]] void add_in(std::uint8_t type, std::uint8_t code) { ++row(type)[place_of(code)][0]; }
  [[gnu::always_inline]] void add_out(std::uint8_t type, std::uint8_t code) { ++row(type)[place_of(code)][1]; }
  std::uint64_t in(std::uint8_t type, std::uint8_t code) const { return count(type, code, 0); }
  std::uint64_t out(std::uint8_t type, std::uint8_t code) const { return count(type, code, 1); }

 private:
  using Row = std::array<std::array<std::uint64_t, 2>, codes>;
  static constexpr std::uint16_t none = 0xffff;
  static constexpr std::size_t usual_types = 16;  // more are rare: their rows are made when they come

  static constexpr std::size_t place_of(std::uint8_t code) { return code < codes - 1 ? code : codes - 1; }
  std::uint64_t count(std::uint8_t type, std::uint8_t code, std::size_t direction) const {
    return row_of_type_[type] == none ? 0 : rows_[row_of_type_[type]][place_of(code)][direction];
  }
  [[gnu::always_inline]] Row& row(std::uint8_t type) {
    if (row_of_type_[type] == none) [[unlikely]]
      add_row(type);
    return rows_[row_of_type_[type]];
  }
  [[gnu::noinline]] void add_row(std::uint8_t type) {
    row_of_type_[type] = static_cast<std::uint16_t>(rows_.size());
    rows_.emplace_back();
  }

  std::array<std::uint16_t, 256> row_of_type_;
  std::vector<Row> rows_;
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
