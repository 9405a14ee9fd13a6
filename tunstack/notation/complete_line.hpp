// Lines that say all of a packet: parse_packet and parse_frame make the same octets of them again.
#pragma once

#include <string>

#include "tunstack/notation/octets.hpp"

namespace tunstack::notation {

/// As much in words as is read back exactly, then `body HEX`; hexadecimal digits alone where no words do.
std::string complete_line(Bytes packet);
/// Likewise, with Ethernet addresses in front; else "frame HEX".
std::string complete_frame_line(Bytes frame);

}  // namespace tunstack::notation
