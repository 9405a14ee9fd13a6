// What a capture says between its packets.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/base/interface_id.hpp"
#include "tunstack/capture/capture_time.hpp"

namespace tunstack {

/// What happens to a host beside packets and time.
struct CaptureMark {
  enum class Kind : std::uint8_t { link_down, link_up, shut_down, set, send, originate };

  Kind kind{};
  std::vector<std::string> settings = {};  // of `set`: as 'tunstack set' takes them
  std::string octets = {};                 // of `send`, and of `originate` by a program: hexadecimal digits
  bool is_frame = false;                   // likewise
  std::string node = {};                   // likewise: who sends it, if not the node behind the device
  InterfaceId interface{};                 // whose link it is; the others are of all of the host

  friend bool operator==(const CaptureMark&, const CaptureMark&) = default;
};

/// As a comment: "tunstack: link down", or "tunstack: set", "send" or "originate" and one JSON object.
std::string text_of(const CaptureMark& mark);
/// Nothing if the comment is another one.
std::optional<CaptureMark> mark_in(std::string_view comment);

struct MarkedTime {
  CaptureTime time{};
  CaptureMark mark{};
};

}  // namespace tunstack
