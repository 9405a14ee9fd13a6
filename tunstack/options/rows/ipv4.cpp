#include "tunstack/options/rows/rows.hpp"

namespace tunstack::option {

namespace {

constexpr Choice source_routes[] = {{"process", ip::SourceRoutes::process, "accepted if the route ends at this node"},
                                    {"drop", ip::SourceRoutes::drop, "dropped, wherever the route ends"}};

constexpr SpecialNumber no_option[] = {{0, "none", "no option is required"}};

constexpr Choice overlaps[] = {{"drop", ip::Overlap::drop, "the whole datagram is discarded"},
                               {"first", ip::Overlap::first, "the octets that arrived first are kept"},
                               {"last", ip::Overlap::last, "the octets that arrived last are kept"}};

constexpr OptionRow ipv4_options[] = {
    {"ip4.ttl", Number{1, 255, "hops", [](NodeOptions& o) { return &o.ipv4_ttl; }}, "64", "64", "RFC 1122 3.2.1.7",
     "time to live of IPv4 datagrams that this node originates, where no protocol fixes another"},
    {"ip4.strong_es", Flag{[](NodeOptions& o) { return &o.ipv4.strong_es; }}, "off", "off", "RFC 1122 3.3.4.2(A)",
     "drop IPv4 datagrams to an address of another interface than the one on which they arrive"},
    {"ip4.zero_broadcast", Flag{[](NodeOptions& o) { return &o.ipv4.zero_broadcast; }}, "off", "off", "RFC 1122 3.3.6",
     "take 0.0.0.0 and the all-zeros address of a connected IPv4 prefix for broadcast addresses", "D-14"},
    {"ip4.source_route", OneOf{source_routes, [](NodeOptions& o) { return &o.ipv4_options.source_route; }}, "process",
     "drop", "RFC 1122 3.2.1.8(c)", "treatment of IPv4 datagrams with a source route", "D-11"},
    {"ip4.require_option", Number{1, 255, "", [](NodeOptions& o) { return &o.ipv4_options.required; }, no_option},
     "none", "none", "RFC 1122 3.2.2.5",
     "type of an option that every IPv4 datagram must carry; without it, parameter problem code 1 is returned"},
    {"ip4.frag.overlap", OneOf{overlaps, [](NodeOptions& o) { return &o.fragments4.overlap; }}, "drop", "drop",
     "RFC 791 3.2", "treatment of IPv4 fragments that overlap with different octets", "D-06"},
    {"ip4.frag.timeout", Number{1, 120, "seconds", [](NodeOptions& o) { return &o.fragments4.timeout; }}, "60", "30",
     "RFC 1122 3.3.2", "time in which all fragments of an IPv4 datagram must arrive, counted from the first one",
     "D-07"},
    {"ip4.frag.largest", Number{576, 65535, "octets", [](NodeOptions& o) { return &o.fragments4.largest; }}, "65535",
     "65535", "RFC 1122 3.3.2", "size of the largest IPv4 datagram that is reassembled from fragments"},
    {"ip4.frag.memory", Number{256, 65536, "KiB", [](NodeOptions& o) { return &o.reassembly4.kibioctets; }}, "4096",
     "4096", "RFC 1122 3.3.2", "memory for IPv4 fragments that wait for reassembly"},
    {"ip4.frag.datagrams", Number{1, 65000, "datagrams", [](NodeOptions& o) { return &o.reassembly4.datagrams; }},
     "1024", "1024", "RFC 1122 3.3.2", "number of incomplete IPv4 datagrams held at the same time"},
    {"ip4.frag.datagrams_of_source",
     Number{1, 65000, "datagrams", [](NodeOptions& o) { return &o.reassembly4.datagrams_of_source; }}, "64", "64",
     "RFC 1122 3.3.2", "number of incomplete IPv4 datagrams held at the same time from one source address"},
    {"ip4.pmtu.min", Number{68, 65535, "octets", [](NodeOptions& o) { return &o.path_mtu_minimum; }}, "552", "552",
     "RFC 1191 3",
     "smallest IPv4 path MTU that errors make this node believe in: a forged one costs no more than this"},
    {"ip4.pmtu.age", Number{300, 86400, "seconds", [](NodeOptions& o) { return &o.path_mtu_age; }}, "600", "600",
     "RFC 1191 6.3",
     "time without an ICMP fragmentation needed error after which the MTU of the link is tried again on an IPv4 path"},
};

}  // namespace

std::span<const OptionRow> ipv4_rows() { return ipv4_options; }

}  // namespace tunstack::option
