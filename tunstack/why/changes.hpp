// Collects changes of one packet; each kind of change adds its own to it. For packet_changes and packet_faults.
#pragma once

#include <algorithm>
#include <functional>

#include "tunstack/why/packet_changes.hpp"

namespace tunstack::why {

class Changes {
 public:
  /// `packet` must outlive it.
  explicit Changes(Bytes packet) : packet_(packet) {}

  Bytes packet() const { return packet_; }
  /// What `change` makes of the octets. Checksums that were right are so again.
  template <class Change>
  void add(std::string what, const Change& change) {
    notation::Octets octets(packet_.begin(), packet_.end());
    notation::Octets mended = octets;
    notation::mend_checksums(mended);
    const bool were_right = mended == octets;
    change(octets);
    if (were_right) notation::mend_checksums(octets);
    add_octets(std::move(what), std::move(octets));
  }
  /// As they are. Nothing is added where nothing changes.
  void add_octets(std::string what, notation::Octets octets) {
    if (!std::ranges::equal(octets, packet_)) all_.push_back({std::move(what), std::move(octets)});
  }
  template <class Change>
  void add_octets_of(std::string what, const Change& change) {
    notation::Octets octets(packet_.begin(), packet_.end());
    change(octets);
    add_octets(std::move(what), std::move(octets));
  }
  std::vector<PacketChange> take() { return std::move(all_); }

 private:
  Bytes packet_;
  std::vector<PacketChange> all_;
};

// Of datagrams, one file each.

/// Lengths and checksums, addresses, TTL, fragmentation.
void add_header_changes(Changes& changes, const NodeConfig& node);
/// Options and extension headers.
void add_option_changes(Changes& changes);
/// What stands behind the headers.
void add_message_changes(Changes& changes, const NodeConfig& node);

/// All of these.
void add_datagram_changes(Changes& changes, const NodeConfig& node);

/// Of a frame of Ethernet: its header, ARP, and those of the datagram in it.
void add_frame_changes(Changes& changes, const NodeConfig& node);
/// What `add` changes of the datagram in a frame, if there is one.
void add_to_datagram(Changes& changes, const NodeConfig& node, const std::function<void(Changes&)>& add);

inline bool is_ipv4(Bytes packet) { return packet.size() >= ipv4_header_size && ip_version(packet) == 4; }
inline bool is_ipv6(Bytes packet) { return packet.size() >= ipv6_header_size && ip_version(packet) == 6; }
/// How long a datagram says that it is, or would have to be at least.
std::size_t stated_size(Bytes datagram);
inline std::ptrdiff_t place(std::size_t offset) { return static_cast<std::ptrdiff_t>(offset); }

}  // namespace tunstack::why
