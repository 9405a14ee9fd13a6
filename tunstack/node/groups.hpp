// What a node tells routers about its multicast groups, by MLD and IGMP, when it changes them and when it is asked;
// and what it asks and learns as such a router.
#pragma once

#include "tunstack/node/output.hpp"

namespace tunstack::groups {

// What is to become of a message; called by rows of dispatch.
Verdict judge_mld_query(const Ipv6Arrival& arrival, const Icmpv6View& message, const NodeState& state);
Verdict judge_mld_report(const Ipv6Arrival& arrival, const Icmpv6View& message, const NodeState& state);  // version 1
Verdict judge_mld_done(const Ipv6Arrival& arrival, const Icmpv6View& message, const NodeState& state);
Verdict judge_mld_v2_report(const Ipv6Arrival& arrival, const Icmpv6View& message, const NodeState& state);
/// Of a node that speaks IGMP there.
Verdict judge_igmp(const Ipv4Arrival& arrival, const NodeState& state);

// Takes a message that was judged so.
void on_mld_query(const Ipv6Arrival& arrival, Turn& turn);
void on_mld_report(const Ipv6Arrival& arrival, Turn& turn);
void on_mld_records(const Ipv6Arrival& arrival, Turn& turn);
void on_igmp_query(const Ipv4Arrival& arrival, Turn& turn);
void on_igmp_report(const Ipv4Arrival& arrival, Turn& turn);

/// The interface is that of a router no more: its leaving is reported while it still may be (RFC 4861 6.2.5).
void leave_router_groups(InterfaceId interface, Turn& turn);

/// Sends the reports and queries that are due.
void step(InterfaceId interface, Turn& turn);

}  // namespace tunstack::groups
