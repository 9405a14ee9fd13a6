// What programs ask of a packet most, by name.
#pragma once

#include <string>
#include <vector>

#include "protocols/base/bytes.hpp"
#include "tunstack/events/json_object.hpp"

namespace tunstack {

/// Adds those of these that the datagram has, all of them numbers, addresses or truths; nothing for anything else than
/// a datagram:
///
///   version      4 or 6
///   ttl          of the IP header; the hop limit of IPv6
///   tos          TOS or traffic class
///   protocol     number of the upper layer, behind all extension headers
///   ip_id, df, mf, offset            of an IPv4 header, the offset in octets; of a fragment header of IPv6 without df
///   type, code                       of ICMP, type of IGMP
///   id, seq, mtu, pointer, gateway, target, group, router_lifetime, ...
///                                    of a message, by the words of docs/packets.md; target is the address that a
///                                    neighbor solicitation or advertisement is about
///   source_port, destination_port    of UDP and TCP
///   tcp_flags                        octet 13 of TCP
void add_packet_fields(JsonObject& fields, Bytes datagram);

/// All names that there are.
std::vector<std::string> packet_field_names();

}  // namespace tunstack
