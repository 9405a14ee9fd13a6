// When something is due about entries of one pool. The earliest deadline is at hand; setting or clearing one costs the
// logarithm of how many there are, whatever strangers make of them.
#pragma once

#include <utility>
#include <vector>

#include "protocols/base/linked_entries.hpp"
#include "protocols/base/time.hpp"

namespace tunstack {

class Deadlines {
 public:
  /// The earliest of all, or never.
  Instant next() const { return heap_.empty() ? Instant::max() : heap_[0].at; }
  /// Whose it is, once there is one; of equal ones that of the lowest index.
  EntryIndex first() const { return heap_[0].entry; }

  /// An entry has one deadline at most: the last that was set.
  void set(EntryIndex entry, Instant at) {
    if (entry >= place_of_.size()) place_of_.resize(std::size_t{entry} + 1, nowhere);
    std::size_t place = place_of_[entry];
    if (place == nowhere) {
      place = heap_.size();
      heap_.emplace_back();
    }
    put(place, {at, entry});
  }
  void clear(EntryIndex entry) {
    if (entry >= place_of_.size() || place_of_[entry] == nowhere) return;
    const std::size_t place = std::exchange(place_of_[entry], nowhere);
    const Deadline last = heap_.back();
    heap_.pop_back();
    if (place < heap_.size()) put(place, last);
  }

 private:
  static constexpr EntryIndex nowhere = no_entry;

  struct Deadline {
    Instant at;
    EntryIndex entry = no_entry;
    friend auto operator<=>(const Deadline&, const Deadline&) = default;
  };

  /// Finds the place of a deadline, beginning where one is free.
  void put(std::size_t place, const Deadline& deadline) {
    for (; place > 0 && deadline < heap_[(place - 1) / 2]; place = (place - 1) / 2)
      enter(place, heap_[(place - 1) / 2]);
    for (std::size_t child; (child = earlier_child(place)) < heap_.size() && heap_[child] < deadline; place = child)
      enter(place, heap_[child]);
    enter(place, deadline);
  }
  std::size_t earlier_child(std::size_t place) const {
    const std::size_t child = 2 * place + 1;
    return child + 1 < heap_.size() && heap_[child + 1] < heap_[child] ? child + 1 : child;
  }
  void enter(std::size_t place, const Deadline& deadline) {
    place_of_[deadline.entry] = static_cast<EntryIndex>(place);
    heap_[place] = deadline;
  }

  std::vector<Deadline> heap_;        // none is earlier than the one at half its place
  std::vector<EntryIndex> place_of_;  // in the heap, of each entry
};

}  // namespace tunstack
