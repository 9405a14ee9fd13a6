// Records that wait to be written, one behind the other and each of them whole. Takes its memory at once, so that
// neither who fills it nor who empties it ever asks for more.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

namespace tunstack {

class RecordBatch {
 public:
  RecordBatch() {
    octets_.reserve(most_octets);
    records_.reserve(most_records);
  }

  /// False, and nothing is taken, where there is no room for all of it. What heads a file is no record that counts.
  bool add(std::string_view record, bool counts = true) {
    if (octets_.size() + record.size() > most_octets || records_.size() == most_records) return false;
    octets_.insert(octets_.end(), record.begin(), record.end());
    records_.push_back({octets_.size(), count() + (counts ? 1 : 0)});
    return true;
  }
  void clear() {
    octets_.clear();
    records_.clear();
  }

  bool empty() const { return octets_.empty(); }
  std::size_t size() const { return octets_.size(); }
  std::uint64_t count() const { return records_.empty() ? 0 : records_.back().count; }
  /// How many end in the first `at` octets.
  std::uint64_t count_before(std::size_t at) const {
    const auto behind = first_that_ends_behind(at);
    return behind == records_.begin() ? 0 : std::prev(behind)->count;
  }
  /// Where the last one of them ends.
  std::size_t whole_before(std::size_t at) const {
    const auto behind = first_that_ends_behind(at);
    return behind == records_.begin() ? 0 : std::prev(behind)->end;
  }
  /// From `at` on as many whole records as fit into `most` octets, or one that is larger, or the rest of one.
  std::string_view chunk(std::size_t at, std::size_t most) const {
    const std::size_t end = std::max(whole_before(at + most), first_that_ends_behind(at)->end);
    return std::string_view(octets_.data(), end).substr(at);
  }

 private:
  struct Record {
    std::size_t end;      // behind its last octet
    std::uint64_t count;  // of those that count, up to this one
  };
  static constexpr std::size_t most_octets = std::size_t{4} << 20;
  static constexpr std::size_t most_records = std::size_t{1} << 15;

  std::vector<Record>::const_iterator first_that_ends_behind(std::size_t at) const {
    return std::ranges::upper_bound(records_, at, {}, &Record::end);
  }

  std::vector<char> octets_;
  std::vector<Record> records_;
};

}  // namespace tunstack
