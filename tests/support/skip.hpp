// Tests that this machine cannot run say so and are skipped; CI has to be able to run them all.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>

#define SKIP_UNLESS(possible, why)                   \
  if (!(possible)) {                                 \
    if (std::getenv("CI") != nullptr) FAIL() << why; \
    GTEST_SKIP() << why;                             \
  }                                                  \
  static_assert(true)
