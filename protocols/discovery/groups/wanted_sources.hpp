// The sources that a pending answer to a group-and-source query is about (RFC 3810 6.2, RFC 3376 5.2).
#pragma once

#include <algorithm>
#include <array>
#include <span>

#include "protocols/wire/group_messages.hpp"

namespace tunstack::discovery {

/// None stands for all: an answer about the whole group.
template <class Address>
class WantedSources {
 public:
  static constexpr std::size_t capacity = 16;

  bool empty() const { return size_ == 0; }
  void clear() { size_ = 0; }
  std::span<const Address> addresses() const { return std::span(addresses_).first(size_); }
  /// More than there is room for make it all sources: that answer tells the querier no less.
  void add(const GroupQuery<Address>& query) {
    for (std::size_t i = 0; i < query.source_count(); ++i) {
      const Address source = query.source(i);
      if (std::ranges::find(addresses(), source) != addresses().end()) continue;
      if (size_ == capacity) return clear();
      addresses_[size_++] = source;
    }
  }

 private:
  std::array<Address, capacity> addresses_{};
  std::size_t size_ = 0;
};

}  // namespace tunstack::discovery
