// A table by address of fixed size, made at its first use: each address has a few places, and who comes last takes the
// one whose value is the least.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "protocols/base/address_hash.hpp"
#include "protocols/base/random.hpp"

namespace tunstack {

template <class Value, class Address = IpAddress, std::size_t places_in_all = 1024>
class AddressTable {
 public:
  static constexpr std::size_t capacity = places_in_all;

  explicit AddressTable(Random& random) : key_(SipHashKey::draw(random)) {}

  // What is moved keeps its places; a copy has others.
  AddressTable(AddressTable&&) = default;
  AddressTable& operator=(AddressTable&&) = default;
  AddressTable(const AddressTable& other) : key_(other.key_), entries_(other.entries_) {}
  AddressTable& operator=(const AddressTable& other) { return *this = AddressTable(other); }
  ~AddressTable() = default;

  /// The value of `address`, or nullptr.
  const Value* find(const Address& address) const {
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

  static Value fresh(const Value&) { return {}; }

  /// The value of `address`; a new one replaces the smallest, by `less`, of those that share its places, which may
  /// leave something to it.
  template <class Less, class Make = Value (*)(const Value&)>
  Value& find_or_make(const Address& address, const Less& less, const Make& make = fresh) {
    if (latest_ != nullptr && latest_->address == address) [[likely]]
      return latest_->value;
    return look_up(address, less, make);
  }

 private:
  static constexpr std::size_t ways = 4;
  struct Entry {
    Address address;
    bool used = false;
    Value value{};
  };

  template <class Less, class Make>
  [[gnu::noinline]] Value& look_up(const Address& address, const Less& less, const Make& make) {
    if (entries_.empty()) entries_.resize(capacity);
    const auto places = std::span(entries_).subspan(first_place(address), ways);
    for (Entry& entry : places)
      if (entry.used && entry.address == address) return remember(entry);
    Entry& victim = *std::min_element(places.begin(), places.end(), [&](const Entry& a, const Entry& b) {
      return a.used != b.used ? b.used : less(a.value, b.value);
    });
    victim = {address, true, make(victim.value)};
    return remember(victim);
  }
  Value& remember(Entry& entry) {
    latest_ = &entry;
    return entry.value;
  }
  std::size_t first_place(const Address& address) const { return keyed_hash(address, key_) * ways % capacity; }

  SipHashKey key_;
  std::vector<Entry> entries_;
  Entry* latest_ = nullptr;  // often the next one again, and then nothing is hashed
};

}  // namespace tunstack
