// What a capture says between its packets.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "tunstack/capture/capture_time.hpp"

namespace tunstack {

/// What happens to a host beside packets and time.
enum class CaptureMark : std::uint8_t { link_down, link_up, shut_down };

inline constexpr std::array<std::string_view, 3> mark_texts{"tunstack: link down", "tunstack: link up",
                                                            "tunstack: shut down"};

constexpr std::string_view text_of(CaptureMark mark) { return mark_texts[static_cast<std::size_t>(mark)]; }
constexpr std::optional<CaptureMark> mark_in(std::string_view comment) {
  const auto* const found = std::ranges::find(mark_texts, comment);
  if (found == mark_texts.end()) return std::nullopt;
  return static_cast<CaptureMark>(found - mark_texts.begin());
}

struct MarkedTime {
  CaptureTime time{};
  CaptureMark mark{};
};

}  // namespace tunstack
