// One address that is checked, driven from deadline to deadline.
#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "protocols/discovery/addresses/duplicate_detection.hpp"

namespace tunstack::test::checked {

using discovery::AddressState;
using discovery::Defence;
using discovery::DetectionMessage;
using discovery::DetectionSettings;
using discovery::DuplicateDetection;
using Kind = discovery::DetectionMessage::Kind;
using namespace std::chrono_literals;

inline constexpr Instant start{100s};
inline constexpr Instant never = Instant::max();

struct Sent {
  Instant at;
  DetectionMessage message;
};

/// Goes from deadline to deadline.
inline std::vector<Sent> run(DuplicateDetection& detection, Random& random, Instant until = Instant{1000s}) {
  std::vector<Sent> all;
  while (detection.next_deadline() <= until) {
    const Instant now = detection.next_deadline();
    while (const auto message = detection.take_due(now, random)) all.push_back({now, *message});
    if (detection.next_deadline() == now) {
      ADD_FAILURE() << "a deadline without anything to do";
      break;
    }
  }
  return all;
}

}  // namespace tunstack::test::checked
