#include "tunstack/options/rows/rows.hpp"

namespace tunstack::option {

namespace {

constexpr SpecialNumber no_solicitation_limit[] = {{0, "unlimited", "all are sent"}};

constexpr OptionRow neighbors_options[] = {
    {"neighbors.max", Number{16, 4096, "neighbors", [](NodeOptions& o) { return &o.neighbors; }}, "1024", "1024",
     "RFC 4861 5.3", "size of the neighbor cache, which ARP and Neighbor Discovery share"},
    {"neighbors.solicit_rate",
     Number{1, 100'000, "solicitations/s", [](NodeOptions& o) { return &o.solicitation_rate; }, no_solicitation_limit},
     "100", "100", "RFC 6583 6.4",
     "limit of multicast neighbor solicitations and broadcast ARP requests a second on each link, beyond which packets "
     "to "
     "unknown neighbors are dropped"},
    {"arp.retrans", Number{10, 60000, "ms", [](NodeOptions& o) { return &o.arp.retransmit; }}, "1000", "1000",
     "RFC 1122 2.3.2.1", "time between two ARP requests for the same address"},
    {"arp.reachable", Number{100, 3'600'000, "ms", [](NodeOptions& o) { return &o.arp.reachable; }}, "60000", "60000",
     "RFC 1122 2.3.2.1", "average time after an ARP reply in which the neighbor counts as reachable"},
    {"arp.delay", Number{10, 60000, "ms", [](NodeOptions& o) { return &o.arp.delay_first_probe; }}, "5000", "5000",
     "RFC 1122 2.3.2.1",
     "time from the first packet to a neighbor no longer known to be reachable until an ARP request checks the "
     "neighbor"},
    {"arp.requests", Number{1, 10, "requests", [](NodeOptions& o) { return &o.arp.solicitations; }}, "3", "3",
     "RFC 1122 2.3.2.1", "number of ARP requests without a reply after which a neighbor is given up"},
    {"arp.proxy", Prefixes{Families::ipv4, {"none", "no proxy"}, [](NodeOptions& o) { return &o.proxied.ipv4; }},
     "none", "none", "RFC 1027, RFC 1812 3.3.2",
     "destinations on other links for which this node answers ARP requests; needs --role router"},
    {"nd.retrans", Number{10, 60000, "ms", [](NodeOptions& o) { return &o.neighbor_discovery.retransmit; }}, "1000",
     "1000", "RFC 4861 10",
     "time between two neighbor solicitations for the same address, until a router sets another"},
    {"nd.reachable", Number{100, 3'600'000, "ms", [](NodeOptions& o) { return &o.neighbor_discovery.reachable; }},
     "30000", "30000", "RFC 4861 10",
     "average time after a solicited neighbor advertisement in which the neighbor counts as reachable, until a router "
     "sets another"},
    {"nd.delay", Number{10, 60000, "ms", [](NodeOptions& o) { return &o.neighbor_discovery.delay_first_probe; }},
     "5000", "5000", "RFC 4861 10",
     "time from the first packet to a stale neighbor until a neighbor solicitation checks the neighbor"},
    {"nd.solicitations",
     Number{1, 10, "solicitations", [](NodeOptions& o) { return &o.neighbor_discovery.solicitations; }}, "3", "3",
     "RFC 4861 10", "number of neighbor solicitations without an answer after which a neighbor is given up"},
    {"nd.accept_untracked", Flag{[](NodeOptions& o) { return &o.accepts_untracked; }}, "off", "off", "RFC 9131 6.1",
     "add neighbors to the cache that advertise themselves before any packet is sent to them; only with --role router"},
    {"nd.proxy",
     Addresses{
         Families::ipv6, AddressScope::unicast, {"none", "no proxy"}, [](NodeOptions& o) { return &o.proxied.ipv6; }},
     "none", "none", "RFC 4861 7.2.8",
     "addresses on other links for which this node answers neighbor solicitations; needs --role router"},
};

}  // namespace

std::span<const OptionRow> neighbor_rows() { return neighbors_options; }

}  // namespace tunstack::option
