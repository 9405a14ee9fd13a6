// A packet in words, for people: addresses and one summary, in the spirit of tcpdump. The grammar is in
// docs/packets.md; notation reads what is written here.
#pragma once

#include <string>

#include "protocols/base/outbox.hpp"

namespace tunstack {

struct PacketText {
  std::string source;  // empty where the packet is too short to tell
  std::string destination;
  std::string summary;                   // "ICMP echo request, id 5, seq 1, length 64"
  bool summary_tells_addresses = false;  // of ARP
};

/// How much is said.
enum class Detail : std::uint8_t {
  line,                 // what people look for
  all,                  // every octet that is not as usual, bodies in hexadecimal
  messages_as_octets,   // all, and messages of ICMP and IGMP have no parts but a body
  protocols_as_octets,  // all, and whatever stands behind the IP header is a body
};

/// Describes any bytes; never fails.
PacketText describe(Bytes packet, Detail detail = Detail::line);
/// What an Ethernet frame carries.
PacketText describe_frame(Bytes frame);
PacketText describe(const OutgoingPacket& packet);

/// "192.0.2.1 > 192.0.2.2  ICMP echo request, id 5, seq 1, length 64", with "?" for addresses that are not there.
std::string line_of(const PacketText& packet);
/// The same behind the addresses of the frame: "02:00:5e:00:53:01 > 33:33:00:00:00:01, fe80::1 > ff02::1  ICMP6 ...".
std::string frame_line(Bytes frame, Detail detail = Detail::line);

}  // namespace tunstack
