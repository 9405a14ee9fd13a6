// Datagrams that clients send: an IP header around octets that are there, cut where the link asks for it.
#pragma once

#include <optional>

#include "tunstack/clients/client.hpp"

namespace tunstack::clients {

/// Whom a datagram goes to, and how.
struct Envelope {
  IpAddress source, destination;
  std::uint8_t protocol = 0;
  std::uint8_t type_of_service = 0;  // or traffic class
  std::uint8_t hop_limit = 64;
  bool dont_fragment = false;
  std::uint32_t identification = 0;   // of fragments, and where it says something
  bool keeps_identification = false;  // of IPv4: otherwise a whole one gets that of the host that it leaves from
  std::uint32_t flow_label = 0;
  std::vector<std::uint8_t> options = {};     // of IPv4: at most 40, a multiple of 4
  std::optional<Ipv4Address> first_hop = {};  // where a source route leads first
};

/// Octets of header, options and payload.
std::size_t datagram_size(const Envelope& envelope, std::size_t payload);

/// The checksum of `payload`, whose field for it is zero, with the pseudo-header where its protocol has one.
std::uint16_t checksum_of(const Envelope& envelope, Bytes payload);

/// What `payload` says at `checksum_at` is replaced by the checksum that belongs there; nothing where there is none.
void add_datagram(const Envelope& envelope, MutableBytes payload, std::optional<std::size_t> checksum_at,
                  std::size_t mtu, ToSend& out);

}  // namespace tunstack::clients
