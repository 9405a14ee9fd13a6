// A packet in words, for people: addresses and one summary, in the spirit of tcpdump.
#pragma once

#include <string>

#include "protocols/base/outbox.hpp"

namespace tunstack {

struct PacketText {
  std::string source;  // empty where the packet is too short to tell
  std::string destination;
  std::string summary;  // "ICMP echo request, id 5, seq 1, length 64"
};

/// Describes any bytes; never fails.
PacketText describe(Bytes packet);
/// What an Ethernet frame carries.
PacketText describe_frame(Bytes frame);
PacketText describe(const OutgoingPacket& packet);

}  // namespace tunstack
