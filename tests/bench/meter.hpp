// What work takes: instructions where the machine counts them, else time of the processor that this thread had. Both
// are read by benchmarks before and after what they measure.
#pragma once

#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <ctime>
#include <string_view>

namespace tunstack::test {

class Meter {
 public:
  Meter() {
    perf_event_attr wanted{};
    wanted.size = sizeof wanted;
    wanted.type = PERF_TYPE_HARDWARE;
    wanted.config = PERF_COUNT_HW_INSTRUCTIONS;
    wanted.exclude_kernel = 1;
    wanted.exclude_hv = 1;
    counter_ = static_cast<int>(syscall(SYS_perf_event_open, &wanted, 0, -1, -1, 0UL));
  }
  ~Meter() {
    if (counts_instructions()) close(counter_);
  }
  Meter(const Meter&) = delete;
  Meter& operator=(const Meter&) = delete;

  bool counts_instructions() const { return counter_ >= 0; }
  std::string_view unit() const { return counts_instructions() ? "instructions" : "ns"; }
  std::uint64_t read() const {
    if (std::uint64_t count = 0; counts_instructions() && ::read(counter_, &count, sizeof count) == sizeof count)
      return count;
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(time.tv_nsec);
  }

 private:
  int counter_ = -1;
};

}  // namespace tunstack::test
