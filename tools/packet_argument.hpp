// A packet that somebody typed: as it is printed, or in hexadecimal.
#pragma once

#include <string>

#include "tunstack/notation/octets.hpp"

namespace tunstack {

struct PacketArgument {
  notation::Octets octets;
  bool is_frame = false;
};

/// Throws UsageFault, with the place in `text` where reading ended.
PacketArgument parse_packet_argument(const std::string& text);

}  // namespace tunstack
