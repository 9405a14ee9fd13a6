// What a running node knows, as JSON and as tables for people. `tunstack state` prints both.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tunstack/node/node.hpp"
#include "tunstack/outlet/outlet.hpp"

namespace tunstack {

/// Raised when a member changes its meaning or goes; new members may come at any time.
inline constexpr int state_schema = 1;

/// One object. Times are in seconds and, but for "time", count from `now`; null is without end or nothing known.
///
///   schema      1
///   time        since the start of the stack
///   interfaces  [{name, link: up|down, role: host|router, mtu, ipv6_mtu, hop_limit, link_layer_address, managed,
///                other, reachable_time, retrans_timer}]
///               the addresses of a link that is down are tentative; managed and other are the M and O flags last heard
///               (RFC 4861 4.2); the two times and ipv6_mtu are those in use, from routers or from the options
///   addresses   [{interface, address, prefix_length, state (preferred, tentative, deprecated, duplicate),
///                preferred_lifetime, valid_lifetime (null: for ever), checked_again}]
///               another node has a duplicate, which is not used until it is checked again (null: never, or not lost)
///   neighbors   [{interface, address, link_layer_address, state: incomplete|reachable|stale|delay|probe|failed,
///                is_router, packets_waiting, deadline}]
///               deadline is when the state changes if nothing is heard (RFC 4861 7.3.2)
///   routers     [{interface, address, preference, lifetime, reachability: unreachable|unknown|reachable, in_use}]
///               preference is 1 high, 0 medium, -1 low in IPv6 (RFC 4191 2.1), the preference level in IPv4
///               (RFC 1256 3), and falls by 1 from one configured router to the next; lifetime is null for those
///   prefixes    [{interface, prefix, on_link, configured, valid_lifetime}]
///   routes      [{prefix, next_hop, interface, action: blackhole|unreachable|prohibit|reject, tos}]
///               beside those of prefixes, the first thousand; null where a row says nothing of it, action: it forwards
///   redirects   [{interface, destination, next_hop, lifetime}]
///   groups      [{interface, group}]
///   queriers    [{interface, address, is_this_node}]              which router asks for listeners of IPv6 groups,
///   where
///               this node is one that can
///   listeners   [{interface, group, reporter, lifetime}]          IPv6 groups with listeners on links of such a
///   router;
///               reporter spoke of the group last
///   path_mtus   [{destination, mtu, lifetime}]                 when it ends the MTU of the link is tried again
///   reassembly  [{family: ipv4|ipv6, datagrams, memory}]          incomplete ones, octets
///   limiters    [{family, destination, rate, burst, tokens}]      of errors; destination is null for the bucket of the
///               node, the others stand here while they are not full; rate in tokens a second, 0 and null: no limit
///   counters    {packets_in, packets_out, reasons: {NAME: COUNT}, icmp: [{family, type, code, name, in, out}]}
///               without those that are 0; code 16 stands for all from 16 on
///   outlets     [{name, unit, written, left_out, state: writing|failing|ended, error}]
///               captures and explanations that leave the process; error is that of the last failure, or null
nlohmann::ordered_json state_report(const Node& node, Instant now, std::span<const OutletReport> outlets = {});

/// A report that came as text, from whoever wrote it. Nothing where it is no object, of another schema, or nested
/// deeper than reports are, which would take the stack of who copies or prints it.
std::optional<nlohmann::ordered_json> parse_report(std::string_view text);

/// Tables of what state_report() gave or parse_report() took; empty ones, and limits and memory that nobody uses, are
/// left out.
std::string state_text(const nlohmann::ordered_json& report);

/// How the state of a neighbor changes (RFC 4861 appendix C): [{state, event, actions: [...], new_state}]
nlohmann::ordered_json transitions_report();
std::string transitions_text(const nlohmann::ordered_json& transitions);

}  // namespace tunstack
