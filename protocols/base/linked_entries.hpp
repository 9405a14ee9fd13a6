// Entries in places of one pool, linked into lists by their age. An entry may be in several lists, by a member of links
// for each. Tables that strangers fill are made of these: bounded, and each step in constant time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace tunstack {

using EntryIndex = std::uint16_t;
inline constexpr EntryIndex no_entry = 0xffff;

struct AgeLinks {
  EntryIndex older = no_entry, newer = no_entry;
};

struct AgeList {
  EntryIndex oldest = no_entry, newest = no_entry;
  std::size_t size = 0;

  /// Adds `index`, which is in no list by these links, as the newest.
  template <class Entries, class Entry>
  void append(Entries& entries, AgeLinks Entry::* links, EntryIndex index) {
    entries[index].*links = {newest, no_entry};
    (newest == no_entry ? oldest : (entries[newest].*links).newer) = index;
    newest = index;
    ++size;
  }
  template <class Entries, class Entry>
  void unlink(Entries& entries, AgeLinks Entry::* links, EntryIndex index) {
    const AgeLinks own = entries[index].*links;
    (own.older == no_entry ? oldest : (entries[own.older].*links).newer) = own.newer;
    (own.newer == no_entry ? newest : (entries[own.newer].*links).older) = own.older;
    --size;
  }
};

/// Takes `index` out of a chain that is linked by the member `next`, as those of one hash bucket are.
template <class Entries>
void unchain(Entries& entries, EntryIndex& head, EntryIndex index) {
  EntryIndex* at = &head;
  while (*at != index) at = &entries[*at].next;
  *at = entries[index].next;
}

/// Places for entries: made when they are first needed, up to a bound, and used again. The one that was given back last
/// is taken first. Those that nobody uses are linked by the member `next`, which is their users' own otherwise.
template <class Entry>
class EntryPool {
 public:
  explicit EntryPool(std::size_t capacity) : capacity_(capacity) {}

  /// Places in use.
  std::size_t size() const { return in_use_; }
  bool is_full() const { return in_use_ == capacity_; }
  std::size_t available() const { return capacity_ - in_use_; }
  std::size_t capacity() const { return capacity_; }
  /// Takes the memory for all places at once, so that no entry moves later; it is touched only when they are made.
  void reserve() { entries_.reserve(capacity_); }

  /// A place; the pool is not full. The entry is as its last user left it, and others may move.
  EntryIndex take() {
    ++in_use_;
    if (free_ != no_entry) return std::exchange(free_, entries_[free_].next);
    entries_.emplace_back();
    return static_cast<EntryIndex>(entries_.size() - 1);
  }
  void give(EntryIndex index) {
    --in_use_;
    entries_[index].next = std::exchange(free_, index);
  }

  Entry& operator[](EntryIndex index) { return entries_[index]; }
  const Entry& operator[](EntryIndex index) const { return entries_[index]; }
  /// All that were made, also those that nobody uses, as their last users left them.
  const std::vector<Entry>& made() const { return entries_; }

 private:
  std::vector<Entry> entries_;
  std::size_t capacity_;
  std::size_t in_use_ = 0;
  EntryIndex free_ = no_entry;
};

}  // namespace tunstack
