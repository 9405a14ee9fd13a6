// Memory that must not be read beyond.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "protocols/base/bytes.hpp"

namespace tunstack::test {

/// Bytes that end where a forbidden page begins: reading one too many ends the test program.
class Guarded {
 public:
  Guarded() {
    void* memory = ::mmap(nullptr, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::runtime_error("no memory for a guarded page");
    start_ = static_cast<std::uint8_t*>(memory);
    if (::mprotect(start_ + room, page, PROT_NONE) != 0) throw std::runtime_error("no guarded page");
  }
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;
  ~Guarded() { ::munmap(start_, room + page); }

  Bytes hold(Bytes bytes) {
    std::uint8_t* begin = start_ + room - bytes.size();
    std::ranges::copy(bytes, begin);
    return {begin, bytes.size()};
  }

 private:
  const std::size_t page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t room = 16 * page;
  std::uint8_t* start_ = nullptr;
};

}  // namespace tunstack::test
