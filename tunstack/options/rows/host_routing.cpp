#include "tunstack/options/rows/rows.hpp"

namespace tunstack::option {

namespace {

constexpr OptionRow host_routing_options[] = {
    {"nd.accept_ra", Flag{[](NodeOptions& o) { return &o.accept_advertisements; }}, "on", "on", "RFC 4861 6.3",
     "solicit IPv6 router advertisements and configure this node by them; only with --role host", "D-29"},
    {"nd.rs_backoff", Flag{[](NodeOptions& o) { return &o.solicits_for_ever; }}, "off", "off", "RFC 7559 2",
     "repeat router solicitations at growing intervals until an IPv6 router answers"},
    {"nd.min_hop_limit", Number{1, 255, "hops", [](NodeOptions& o) { return &o.least_hop_limit; }}, "10", "64",
     "RFC 4861 6.3.4", "lowest hop limit that an IPv6 router may set; a lower one is not used"},
    {"nd.min_prefix", Number{0, 128, "bits", [](NodeOptions& o) { return &o.least_prefix_length; }}, "48", "64",
     "RFC 4861 6.3.4", "shortest IPv6 prefix that a router may declare on-link; a shorter one is not used"},
    {"icmp6.accept_redirects", Flag{[](NodeOptions& o) { return &o.accept_redirects6; }}, "on", "off", "RFC 4861 8.3",
     "follow ICMPv6 redirects; only with --role host"},
    {"icmp4.accept_redirects", Flag{[](NodeOptions& o) { return &o.accept_redirects4; }}, "on", "off",
     "RFC 1122 3.2.2.2", "follow ICMPv4 redirects, network redirects like host redirects; only with --role host",
     "D-19"},
    {"icmp.secure_redirects", Flag{[](NodeOptions& o) { return &o.secure_redirects; }}, "off", "on", "RFC 1122 3.3.1.2",
     "follow ICMPv4 and ICMPv6 redirects to default routers of the link only"},
    {"icmp.redirect_lifetime", Number{1, 86400, "seconds", [](NodeOptions& o) { return &o.redirect_lifetime; }}, "600",
     "600", "RFC 1122 3.3.1.2", "time for which a route from an ICMPv4 or ICMPv6 redirect is used"},
    {"irdp.accept_ra", Flag{[](NodeOptions& o) { return &o.discovers_routers4; }}, "on", "off", "RFC 1256 5.1",
     "solicit IPv4 router advertisements and use the routers that they list; only with --role host"},
};

}  // namespace

std::span<const OptionRow> host_routing_rows() { return host_routing_options; }

}  // namespace tunstack::option
