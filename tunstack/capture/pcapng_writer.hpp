// Blocks of pcapng, each put together in memory.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/base/address.hpp"
#include "protocols/base/interface_id.hpp"
#include "protocols/base/mac_address.hpp"
#include "tunstack/capture/captured_frame.hpp"
#include "tunstack/capture/link_layer.hpp"

namespace tunstack {

struct CaptureInterface {
  std::string name = {};
  std::vector<IpPrefix> addresses = {};
  std::optional<MacAddress> mac = {};
};

/// What heads a capture: where its packets are from.
struct CaptureSource {
  LinkType type = LinkType::raw_ip;                 // of all interfaces: raw IP or Ethernet
  std::vector<CaptureInterface> interfaces = {{}};  // by their number
  std::optional<CaptureOrigin> origin = {};
};

namespace pcapng {

using Octets = std::vector<std::uint8_t>;

/// The section and its interfaces.
Octets start(const CaptureSource& source);
Octets packet_block(InterfaceId interface, CaptureTime time, Direction direction, Bytes packet,
                    std::string_view comment);
/// Of what is no packet: statistics of the interface that hold nothing but the comment.
Octets mark_block(InterfaceId interface, CaptureTime time, std::string_view comment);

}  // namespace pcapng

/// As files have it (LINKTYPE_...); those that can be written.
std::uint32_t link_type_number(LinkType type);

}  // namespace tunstack
