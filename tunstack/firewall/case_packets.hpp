// The octets of a case's packets: lines of docs/packets.md whose names stand for who is who in this run. Fed by the
// catalogue and by users, emptied by the bench.
#pragma once

#include "tunstack/firewall/case.hpp"
#include "tunstack/notation/names.hpp"
#include "tunstack/notation/packet_text.hpp"

namespace tunstack::firewall {

/// Who is who in a run, in one family. Names that lines may use where the notation has an address:
///   host (the machine under test), peer (its neighbor and gateway), far (somebody far away, a fresh one for each
///   case, with whom the live conversation is held), other (somebody else far away), other-peer (another neighbor),
///   broadcast (of the host's prefix), host-link, peer-link (link-local), host-group (where neighbors ask for the
///   host, solicited-node), router (= host, on the outside), inside-router, client (inside), server (inside, publishes
///   what is open), inside-broadcast, flow-source (of the live conversation, as it is seen on the wire outside: the
///   client's, or the router's own where it translates addresses),
/// and where it has a port: open (a service that the rules must allow), blocked (one that listens and must be
/// blocked), closed (nobody listens), local, remote (of the live conversation, as they are seen on the wire; `local` of
/// an echo request is its identifier).
/// In brackets, as a quote: flow (the packet that opened the live conversation, as it was seen on the wire; of TCP a
/// segment within its window, since stacks ignore errors about others), "flow first 28": its first octets.
using notation::Names;

/// All packets of a case in the order in which they are sent.
std::expected<std::vector<std::vector<std::uint8_t>>, notation::TextFault> packets_of(const Case& a_case,
                                                                                      const Names& names);

/// The documentation addresses of the catalogue for case number `index` (which makes `far` a fresh one), with
/// conversations that look like real ones; for tests and for `list`.
Names example_names(Family family, unsigned index);
/// The same with the conversation of this case, and the machine in its place.
Names example_names(const Case& a_case, unsigned index);

}  // namespace tunstack::firewall
