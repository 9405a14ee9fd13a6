#include "tunstack/options/rows/rows.hpp"

namespace tunstack::option {

namespace {

constexpr SpecialNumber no_padding_limit[] = {{0, "unlimited", "padding of any length is taken"}};

constexpr OptionRow ipv6_options[] = {
    {"ip6.hop_limit", Number{1, 255, "hops", [](NodeOptions& o) { return &o.ipv6_hop_limit; }}, "64", "64",
     "RFC 8200 3", "hop limit of IPv6 packets that this node originates, where no protocol or router fixes another"},
    {"ip6.ext.max_headers", Number{1, 32, "headers", [](NodeOptions& o) { return &o.ipv6_chain.headers; }}, "8", "8",
     "RFC 8504 5.3", "number of extension headers in an IPv6 packet; a packet with more is dropped and reported",
     "D-20"},
    {"ip6.ext.max_options", Number{1, 255, "options", [](NodeOptions& o) { return &o.ipv6_chain.options.options; }},
     "8", "8", "RFC 8504 5.3",
     "number of options in one IPv6 extension header, without padding; a packet with more is dropped and reported",
     "D-20"},
    {"ip6.ext.max_chain", Number{48, 1920, "octets", [](NodeOptions& o) { return &o.ipv6_chain.octets; }}, "1280",
     "1280", "RFC 8504 5.3",
     "size of the IPv6 header with all extension headers; a packet with more is dropped and reported", "D-20"},
    {"ip6.ext.max_padding",
     Number{1, 255, "octets", [](NodeOptions& o) { return &o.ipv6_chain.options.padding; }, no_padding_limit},
     "unlimited", "7", "RFC 8504 5.3",
     "padding in a row within one IPv6 extension header; a packet with more, or with 17 padding options in one header, "
     "is dropped and reported",
     "D-20"},
    {"ip6.jumbo", Flag{[](NodeOptions& o) { return &o.ipv6_chain.options.jumbo; }}, "off", "off", "RFC 2675 3",
     "report how the jumbo payload option of an IPv6 packet is misused, instead of treating the option as "
     "unrecognized",
     "D-21"},
    {"ip6.frag.timeout", Number{1, 120, "seconds", [](NodeOptions& o) { return &o.fragments6.timeout; }}, "60", "30",
     "RFC 8200 4.5", "time in which all fragments of an IPv6 packet must arrive, counted from the first one", "D-07"},
    {"ip6.frag.memory", Number{256, 65536, "KiB", [](NodeOptions& o) { return &o.reassembly6.kibioctets; }}, "4096",
     "4096", "RFC 8900 6.4", "memory for IPv6 fragments that wait for reassembly"},
    {"ip6.frag.datagrams", Number{1, 65000, "packets", [](NodeOptions& o) { return &o.reassembly6.datagrams; }}, "1024",
     "1024", "RFC 8900 6.4", "number of incomplete IPv6 packets held at the same time"},
    {"ip6.frag.datagrams_of_source",
     Number{1, 65000, "packets", [](NodeOptions& o) { return &o.reassembly6.datagrams_of_source; }}, "64", "64",
     "RFC 8900 6.4", "number of incomplete IPv6 packets held at the same time from one source address"},
    {"ip6.pmtu.age", Number{300, 86400, "seconds", [](NodeOptions& o) { return &o.ipv6_path_mtu_age; }}, "600", "600",
     "RFC 8201 4",
     "time without an ICMPv6 packet too big error after which the MTU of the link is tried again on an IPv6 path"},
};

}  // namespace

std::span<const OptionRow> ipv6_rows() { return ipv6_options; }

}  // namespace tunstack::option
