// How long answers took: what ping's statistics say of it, computed as iputils does, in whole microseconds.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace tunstack::clients {

class RoundTrips {
 public:
  void add(std::int64_t microseconds) {
    ++count_;
    sum_ += microseconds;
    sum_of_squares_ += static_cast<double>(microseconds) * static_cast<double>(microseconds);
    least_ = std::min(least_, microseconds);
    most_ = std::max(most_, microseconds);
    smoothed_by_8_ += smoothed_by_8_ == 0 ? microseconds * 8 : microseconds - smoothed_by_8_ / 8;
  }

  bool any() const { return count_ > 0; }
  std::int64_t least() const { return any() ? least_ : 0; }
  std::int64_t most() const { return most_; }
  std::int64_t mean() const { return any() ? sum_ / count_ : 0; }
  /// The standard deviation of all, not of a sample.
  std::int64_t deviation() const {
    if (!any()) return 0;
    const auto sum = static_cast<double>(sum_);
    const auto count = static_cast<double>(count_);
    return static_cast<std::int64_t>(std::sqrt(std::max(0.0, (sum_of_squares_ - sum * sum / count) / count)));
  }
  /// Each counts an eighth of what all before it counted.
  std::int64_t smoothed() const { return smoothed_by_8_ / 8; }

 private:
  std::int64_t count_ = 0, sum_ = 0, most_ = 0, smoothed_by_8_ = 0;
  std::int64_t least_ = std::numeric_limits<std::int64_t>::max();
  double sum_of_squares_ = 0;
};

}  // namespace tunstack::clients
