// A table by address of fixed size, made at its first use: each address has a few places, and who comes last takes the
// one whose value is the least.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "protocols/base/address_hash.hpp"
#include "protocols/base/random.hpp"

namespace tunstack {

template <class Value>
class AddressTable {
 public:
  static constexpr std::size_t capacity = 1024;

  explicit AddressTable(Random& random) : secret_(random.next()) {}

  /// The value of `address`, or nullptr.
  const Value* find(const IpAddress& address) const {
    if (entries_.empty()) return nullptr;
    for (const Entry& entry : std::span(entries_).subspan(first_place(address), ways))
      if (entry.used && entry.address == address) return &entry.value;
    return nullptr;
  }
  /// Calls `each` with every address and its value.
  template <class Each>
  void for_each(const Each& each) const {
    for (const Entry& entry : entries_)
      if (entry.used) each(entry.address, entry.value);
  }

  /// The value of `address`; a fresh one replaces the smallest, by `less`, of those that share its places.
  template <class Less>
  Value& find_or_make(const IpAddress& address, const Less& less) {
    if (entries_.empty()) entries_.resize(capacity);
    const auto places = std::span(entries_).subspan(first_place(address), ways);
    for (Entry& entry : places)
      if (entry.used && entry.address == address) return entry.value;
    Entry& victim = *std::min_element(places.begin(), places.end(), [&](const Entry& a, const Entry& b) {
      return a.used != b.used ? b.used : less(a.value, b.value);
    });
    victim = {address, true, Value{}};
    return victim.value;
  }

 private:
  static constexpr std::size_t ways = 4;
  struct Entry {
    IpAddress address;
    bool used = false;
    Value value{};
  };

  std::size_t first_place(const IpAddress& address) const {
    return (keyed_hash(address, secret_) >> 56) * ways % capacity;
  }

  std::uint64_t secret_;
  std::vector<Entry> entries_;
};

}  // namespace tunstack
