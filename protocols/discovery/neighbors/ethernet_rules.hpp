// What a frame must fulfil to be looked into (RFC 894, RFC 1112 6.4, RFC 2464 7).
#pragma once

#include "protocols/base/rule.hpp"
#include "protocols/wire/ethernet.hpp"

namespace tunstack::discovery {

struct FrameInput {
  const EthernetView& frame;
  MacAddress own;
  bool is_to_joined_group;  // or a broadcast
};

/// An EtherType below 0x600 is a length (IEEE 802.3), which no type of ours is.
inline constexpr std::array frame_rules = {
    Rule<FrameInput>{Reason::frame_for_another_station,
                     [](const FrameInput& in) { return in.frame.destination() != in.own && !in.is_to_joined_group; }},
    Rule<FrameInput>{Reason::frame_from_group, [](const FrameInput& in) { return in.frame.source().is_group(); }},
    Rule<FrameInput>{Reason::frame_type_unknown,
                     [](const FrameInput& in) {
                       const std::uint16_t type = in.frame.type();
                       return type != ethertype::ipv4 && type != ethertype::ipv6 && type != ethertype::arp;
                     }},
    Rule<FrameInput>{Reason::frame_type_version_mismatch,
                     [](const FrameInput& in) {
                       const Bytes payload = in.frame.payload();
                       if (in.frame.type() == ethertype::arp) return false;
                       return payload.empty() || ip_version(payload) != (in.frame.type() == ethertype::ipv4 ? 4U : 6U);
                     }},
};

}  // namespace tunstack::discovery
