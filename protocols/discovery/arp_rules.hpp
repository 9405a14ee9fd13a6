// What ARP packets must fulfil to be noted or answered (RFC 826, RFC 1812 3.3.2).
#pragma once

#include "protocols/base/address_kind.hpp"
#include "protocols/base/rule.hpp"
#include "protocols/wire/arp.hpp"

namespace tunstack::discovery {

struct ArpInput {
  const ArpPacket& arp;
  AddressKind sender;  // protocol addresses, as this node sees them
  AddressKind target;
  bool sender_is_known;  // to the neighbor cache
};

inline bool is_probe(const ArpInput& in) { return in.sender == AddressKind::unspecified; }

inline constexpr std::array arp_input_rules = {
    Rule<ArpInput>{Reason::arp_sender_is_group, [](const ArpInput& in) { return in.arp.sender_mac.is_group(); }},
    Rule<ArpInput>{Reason::arp_operation_unknown,
                   [](const ArpInput& in) {
                     return in.arp.operation != ArpOperation::request && in.arp.operation != ArpOperation::reply;
                   }},
    Rule<ArpInput>{Reason::arp_sender_has_own_address,
                   [](const ArpInput& in) { return in.sender == AddressKind::own; }},
    Rule<ArpInput>{Reason::arp_sender_not_a_neighbor,
                   [](const ArpInput& in) { return in.sender != AddressKind::unicast && !is_probe(in); }},
    Rule<ArpInput>{Reason::arp_for_others,
                   [](const ArpInput& in) { return in.target != AddressKind::own && !in.sender_is_known; }},
};

}  // namespace tunstack::discovery
