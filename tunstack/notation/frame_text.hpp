// Reads Ethernet frames as they are printed: addresses in front, then ARP, a packet, or a type and octets.
#pragma once

#include "tunstack/notation/packet_text.hpp"

namespace tunstack::notation {

/// Whether a line is meant for a frame: Ethernet addresses, ARP or "frame" stand in front.
bool is_frame_line(std::string_view text);

/// "02:00:5e:00:53:01 > ff:ff:ff:ff:ff:ff, ARP who has 192.0.2.2, tell 192.0.2.1". ARP alone is sent from the hardware
/// address that it tells (else zeros), to everybody.
std::expected<Octets, TextFault> parse_frame(std::string_view text);

}  // namespace tunstack::notation
