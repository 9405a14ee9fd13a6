// Entries of one vector, linked into lists by their age. An entry may be in several lists, by a member of links for
// each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
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
  template <class Entry>
  void append(std::vector<Entry>& entries, AgeLinks Entry::* links, EntryIndex index) {
    entries[index].*links = {newest, no_entry};
    (newest == no_entry ? oldest : (entries[newest].*links).newer) = index;
    newest = index;
    ++size;
  }
  template <class Entry>
  void unlink(std::vector<Entry>& entries, AgeLinks Entry::* links, EntryIndex index) {
    const AgeLinks own = entries[index].*links;
    (own.older == no_entry ? oldest : (entries[own.older].*links).newer) = own.newer;
    (own.newer == no_entry ? newest : (entries[own.newer].*links).older) = own.older;
    --size;
  }
};

/// Takes `index` out of a chain that is linked by the member `next`, as those of one hash bucket are.
template <class Entry>
void unchain(std::vector<Entry>& entries, EntryIndex& head, EntryIndex index) {
  EntryIndex* at = &head;
  while (*at != index) at = &entries[*at].next;
  *at = entries[index].next;
}

/// Places that nobody uses; the lower ones are taken first.
class FreeEntries {
 public:
  explicit FreeEntries(std::size_t capacity) : free_(capacity) {
    std::iota(free_.rbegin(), free_.rend(), EntryIndex{0});
  }
  bool empty() const { return free_.empty(); }
  std::size_t size() const { return free_.size(); }
  EntryIndex take() {
    const EntryIndex taken = free_.back();
    free_.pop_back();
    return taken;
  }
  void give(EntryIndex index) { free_.push_back(index); }

 private:
  std::vector<EntryIndex> free_;
};

}  // namespace tunstack
