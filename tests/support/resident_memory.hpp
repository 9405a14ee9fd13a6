// How much memory the test program has, where that says anything.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <fstream>
#include <string>

#ifndef __has_feature
#define __has_feature(feature) 0  // GCC
#endif

namespace tunstack::test {

// With AddressSanitizer resident memory says nothing, as its shadow and quarantine count too.
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
inline constexpr bool memory_is_measured = false;
#else
inline constexpr bool memory_is_measured = true;
#endif

/// In KiB.
inline std::size_t resident_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (std::size_t size = 0; word == "VmRSS:" && status >> size) return size;
  ADD_FAILURE() << "no VmRSS";
  return 0;
}

}  // namespace tunstack::test
