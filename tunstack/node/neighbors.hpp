// A node and its neighbors on links with addresses, by ARP and Neighbor Discovery: it asks for their link-layer
// addresses, notes what they say, and answers them. What waits for one stands in the cache of NodeState; Output asks
// there for each packet, and sends what is released.
#pragma once

#include <functional>

#include "tunstack/node/output.hpp"
#include "tunstack/node/reception.hpp"

namespace tunstack::neighbors {

// What is to become of a message; called by rows of dispatch, ARP by the input module.
Verdict judge_arp(const Received& content, const NodeState& state, RuleTrace* trace = nullptr);
Verdict judge_solicitation(const Ipv6Arrival& arrival, const Icmpv6View& message, const NodeState& state);
Verdict judge_advertisement(const Ipv6Arrival& arrival, const Icmpv6View& message, const NodeState& state);

// Takes a message that was judged so. The reason tells why what it asks for was not done.
MaybeReason on_arp(Recipient recipient, const ArpPacket& packet, InterfaceId interface, Turn& turn);
MaybeReason on_solicitation(const Ipv6Arrival& arrival, Turn& turn);
MaybeReason on_shared_address_solicitation(const Ipv6Arrival& arrival, Turn& turn);
void on_advertisement(const Ipv6Arrival& arrival, Turn& turn);
void on_untracked_advertisement(const Ipv6Arrival& arrival, Turn& turn);

// What others learn of neighbors.
/// A message named the link-layer address of its sender. Links without addresses have no neighbors to be noted.
void on_link_layer_address(const discovery::NeighborKey& key, const MacAddress& mac, Turn& turn);
/// Something was asked for by way of it, and arrived (RFC 4861 7.3.1).
void on_progress(const discovery::NeighborKey& key, Turn& turn);

/// The link is another one from here on, or none: what waits for its neighbors is lost.
void forget_all(InterfaceId interface, Turn& turn);

/// Asks for neighbors whose time has come, and gives up those that never answer. `refuse` takes each packet of somebody
/// else that waited for one of them.
using Refuse = std::function<void(const discovery::WaitingPacket&)>;
void step(Turn& turn, const Refuse& refuse);
/// Sends the answers for shared addresses that are due on one interface.
void step_answers(InterfaceId interface, Turn& turn);

}  // namespace tunstack::neighbors
