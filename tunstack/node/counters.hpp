// What a node counts: every decision by its reason, and ICMP messages by type and code. Fed by Output alone.
#pragma once

#include <array>
#include <vector>

#include "protocols/base/address.hpp"
#include "protocols/base/reason.hpp"

namespace tunstack {

/// ICMP messages of one family, in and out side by side: a request and its answer touch few lines of memory. A type
/// has cells from its first message on. Codes from 16 on share the last.
class IcmpCounters {
 public:
  static constexpr std::size_t codes = 17;

  IcmpCounters() {
    first_cell_.fill(none);
    cells_.reserve(usual_types * codes);
  }

  [[gnu::always_inline]] void add_in(std::uint8_t type, std::uint8_t code) { ++cell(type, code).in; }
  [[gnu::always_inline]] void add_out(std::uint8_t type, std::uint8_t code) { ++cell(type, code).out; }
  std::uint64_t in(std::uint8_t type, std::uint8_t code) const { return counted(type, code).in; }
  std::uint64_t out(std::uint8_t type, std::uint8_t code) const { return counted(type, code).out; }
  IcmpCounters& operator+=(const IcmpCounters& other) {
    for (std::size_t type = 0; type < first_cell_.size(); ++type)
      for (std::size_t code = 0; other.first_cell_[type] != none && code < codes; ++code) {
        Cell& sum = cell(static_cast<std::uint8_t>(type), static_cast<std::uint8_t>(code));
        const Cell& more = other.cells_[other.first_cell_[type] + code];
        sum.in += more.in;
        sum.out += more.out;
      }
    return *this;
  }

 private:
  struct Cell {
    std::uint64_t in = 0;
    std::uint64_t out = 0;
  };
  static constexpr std::uint16_t none = 0xffff;
  static constexpr std::size_t usual_types = 16;  // more are rare: their cells are made when they come

  static constexpr std::size_t place_of(std::uint8_t code) { return code < codes - 1 ? code : codes - 1; }
  Cell counted(std::uint8_t type, std::uint8_t code) const {
    return first_cell_[type] == none ? Cell{} : cells_[first_cell_[type] + place_of(code)];
  }
  [[gnu::always_inline]] Cell& cell(std::uint8_t type, std::uint8_t code) {
    if (first_cell_[type] == none) [[unlikely]]
      add_cells(type);
    return cells_[first_cell_[type] + place_of(code)];
  }
  [[gnu::noinline]] void add_cells(std::uint8_t type) {
    first_cell_[type] = static_cast<std::uint16_t>(cells_.size());
    cells_.resize(cells_.size() + codes);
  }

  std::array<std::uint16_t, 256> first_cell_;
  std::vector<Cell> cells_;
};

struct Counters {
  std::uint64_t packets_in = 0;
  std::uint64_t packets_out = 0;
  std::array<std::uint64_t, reason_count> by_reason{};
  IcmpCounters icmp4, icmp6;

  std::uint64_t count(Reason reason) const { return by_reason[index_of(reason)]; }
  IcmpCounters& icmp(Family family) { return family == Family::ipv4 ? icmp4 : icmp6; }
  Counters& operator+=(const Counters& other) {
    packets_in += other.packets_in;
    packets_out += other.packets_out;
    for (std::size_t i = 0; i < reason_count; ++i) by_reason[i] += other.by_reason[i];
    icmp4 += other.icmp4;
    icmp6 += other.icmp6;
    return *this;
  }
};

}  // namespace tunstack
