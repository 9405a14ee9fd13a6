// The IP datagram inside a frame of a capture.
#pragma once

#include <optional>
#include <string_view>

#include "protocols/base/bytes.hpp"

namespace tunstack {

enum class LinkType : std::uint8_t { raw_ip, ethernet, linux_cooked, linux_cooked_2, loopback };

std::string_view name_of(LinkType type);

struct CapturedDatagram {
  Bytes bytes;                    // from the first octet of the IP header to the end of the frame
  bool link_layer_group = false;  // the frame was a broadcast or multicast
};

/// Nothing if the frame holds something else, or not even a whole header. VLAN tags are skipped.
std::optional<CapturedDatagram> datagram_in(LinkType type, Bytes frame);

}  // namespace tunstack
