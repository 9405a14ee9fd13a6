// How a node comes to its own addresses: it checks and announces them, and hears what others say about them. What
// becomes of an address is entered into LocalAddresses, and its groups are joined and left.
#pragma once

#include "tunstack/node/output.hpp"

namespace tunstack::addresses {

/// A message about an address that is being checked. What it says takes the place of an answer.
MaybeReason on_tentative_target(const Ipv6Arrival& arrival, Turn& turn);
/// Any ARP packet of the interface may show that another node has an address of ours (RFC 5227 2.1.1, 2.4).
void on_arp(const ArpPacket& packet, InterfaceId interface, Turn& turn);
/// A prefix of a router's advertisement may give an address (RFC 4862 5.5.3).
void on_prefix(const PrefixInformation& prefix, const discovery::Teller& router, InterfaceId interface, Turn& turn);

/// Other addresses are configured from now on. Those that go are withdrawn where this node advertises them, leave their
/// groups and are nobody's business any more; those that come are checked like those of the start. Why one of them is
/// refused, or nothing.
MaybeReason change(InterfaceId interface, const std::vector<IpPrefix>& wanted, Turn& turn);

/// What has become of addresses: comes first, since who is told of an address joins its group before anything is sent
/// about it.
void step_events(InterfaceId interface, Turn& turn);
/// Sends the checks and announcements that are due.
void step_checks(InterfaceId interface, Turn& turn);

}  // namespace tunstack::addresses
