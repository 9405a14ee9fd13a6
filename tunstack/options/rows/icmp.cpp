#include "tunstack/options/rows/rows.hpp"

namespace tunstack::option {

namespace {

constexpr Choice echo_codes[] = {{"copy", icmp::EchoCode::copy, "answered with the same code"},
                                 {"drop", icmp::EchoCode::drop, "dropped without an answer"}};

constexpr Choice quotes[] = {{"576", icmp::Ipv4Quote::datagram_of_576, "as much as fits into an error of 576 octets"},
                             {"8", icmp::Ipv4Quote::header_and_8, "the IPv4 header and 8 octets of data"}};

constexpr Choice error_tos[] = {
    {"auto", ErrorTos::by_role, "zero for hosts, rfc1812 for routers"},
    {"zero", ErrorTos::zero, "all bits are 0"},
    {"rfc1812", ErrorTos::rfc1812, "precedence 6, with the TOS bits of the datagram in error"}};

constexpr SpecialNumber no_limit[] = {{0, "unlimited", "all are sent"}};
constexpr SpecialNumber no_limits[] = {{0, "unlimited", "neither one destination nor the whole node has a limit"}};

constexpr OptionRow icmpv4[] = {
    {"icmp4.echo", Flag{[](NodeOptions& o) { return &o.echo4.enabled; }}, "on", "on", "RFC 1122 3.2.2.6",
     "answer ICMPv4 echo requests"},
    {"icmp4.echo_broadcast", Flag{[](NodeOptions& o) { return &o.echo4.to_groups; }}, "off", "off", "RFC 1122 3.2.2.6",
     "answer ICMPv4 echo and timestamp requests to broadcast and multicast addresses", "D-01"},
    {"icmp4.echo_code", OneOf{echo_codes, [](NodeOptions& o) { return &o.echo4.code; }}, "copy", "drop", "RFC 792",
     "treatment of ICMPv4 echo requests with a code other than 0", "D-08"},
    {"icmp4.echo_df", Flag{[](NodeOptions& o) { return &o.echo4.dont_fragment; }}, "off", "off", "RFC 1191 3",
     "set the DF flag in ICMPv4 echo replies"},
    {"icmp4.errors", Flag{[](NodeOptions& o) { return &o.ipv4_errors; }}, "on", "on", "RFC 792",
     "send ICMPv4 errors; off makes a node as silent as some on the Internet"},
    {"icmp4.quote", OneOf{quotes, [](NodeOptions& o) { return &o.ipv4_quote; }}, "576", "576", "RFC 1812 4.3.2.3",
     "part of the datagram in error that ICMPv4 errors quote", "D-02"},
    {"icmp4.error_tos", OneOf{error_tos, [](NodeOptions& o) { return &o.ipv4_error_tos; }}, "auto", "auto",
     "RFC 1812 4.3.2.5", "type of service of ICMPv4 errors", "D-09"},
    {"icmp4.errors_inbound_ifaddr", Flag{[](NodeOptions& o) { return &o.ipv4_errors_from_inbound; }}, "on", "on",
     "RFC 1812 4.3.2.4", "send ICMPv4 errors of a router from an address of the interface of arrival", "D-10"},
    {"icmp4.redirect_tos", Flag{[](NodeOptions& o) { return &o.forwarding4.redirects_by_service; }}, "off", "off",
     "RFC 1812 5.2.7.2", "send ICMPv4 redirects for a type of service where a route is for it alone"},
    {"icmp4.truncated_error", Flag{[](NodeOptions& o) { return &o.forwarding4.reports_truncated; }}, "on", "on",
     "RFC 1812 5.2.2",
     "report to the source of an IPv4 datagram that it arrived truncated: parameter problem; needs --role router"},
    {"icmp4.timestamp", Flag{[](NodeOptions& o) { return &o.queries.timestamp; }}, "on", "off", "RFC 1122 3.2.2.8",
     "answer ICMPv4 timestamp requests", "D-05"},
    {"icmp4.timestamp_nonstd", Flag{[](NodeOptions& o) { return &o.queries.timestamp_nonstandard; }}, "off", "off",
     "RFC 792", "mark the times in ICMPv4 timestamp replies as nonstandard"},
    {"icmp4.mask_agent", Flag{[](NodeOptions& o) { return &o.queries.mask_agent; }}, "on", "off", "RFC 1122 3.2.2.9",
     "answer ICMPv4 address mask requests", "D-04"},
    {"icmp4.mask_learn", Flag{[](NodeOptions& o) { return &o.learn_mask; }}, "off", "off", "RFC 1122 3.2.2.9",
     "ask for the IPv4 address mask of each link at the start, and take the first acceptable answer"},
    {"icmp4.info_reply", Flag{[](NodeOptions& o) { return &o.queries.information; }}, "off", "off", "RFC 1122 3.2.2.7",
     "answer ICMPv4 information requests", "D-04"},
    {"icmp4.error_rate",
     Number{1, 1'000'000, "errors per second", [](NodeOptions& o) { return &o.ipv4_error_limits.destination.rate; },
            no_limits},
     "10", "10", "RFC 1812 4.3.2.8", "limit on the rate of ICMPv4 errors to one destination"},
    {"icmp4.error_burst",
     Number{1, 1'000'000, "errors", [](NodeOptions& o) { return &o.ipv4_error_limits.destination.burst; }}, "10", "10",
     "RFC 1812 4.3.2.8", "number of ICMPv4 errors that may be sent to one destination at once"},
    {"icmp4.error_rate_node",
     Number{1, 1'000'000, "errors per second", [](NodeOptions& o) { return &o.ipv4_error_limits.node.rate; }, no_limit},
     "1000", "1000", "RFC 1812 4.3.2.8", "limit on the rate of ICMPv4 errors to all destinations together"},
    {"icmp4.error_burst_node",
     Number{1, 1'000'000, "errors", [](NodeOptions& o) { return &o.ipv4_error_limits.node.burst; }}, "50", "50",
     "RFC 1812 4.3.2.8", "number of ICMPv4 errors that may be sent to all destinations together at once"},
    {"icmp4.reply_rate",
     Number{1, 1'000'000, "replies per second", [](NodeOptions& o) { return &o.ipv4_reply_rate; }, no_limit},
     "unlimited", "1000", "RFC 1812 4.3.2.8",
     "limit on the rate of replies to ICMPv4 queries; a tenth of a second's worth may be sent at once", "D-28"},
};

constexpr OptionRow icmpv6[] = {
    {"icmp6.echo", Flag{[](NodeOptions& o) { return &o.echo6.enabled; }}, "on", "on", "RFC 4443 4.2",
     "answer ICMPv6 echo requests"},
    {"icmp6.echo_multicast", Flag{[](NodeOptions& o) { return &o.echo6.to_groups; }}, "on", "off", "RFC 4443 4.2",
     "answer ICMPv6 echo requests to multicast addresses", "D-23"},
    {"icmp6.reflect_flowlabel", Flag{[](NodeOptions& o) { return &o.echo6.reflect_flow_label; }}, "off", "off",
     "RFC 6437 2", "send ICMPv6 echo replies with the flow label of the request"},
    {"icmp6.errors", Flag{[](NodeOptions& o) { return &o.ipv6_errors; }}, "on", "on", "RFC 4443 2.4",
     "send ICMPv6 errors; off makes a node as silent as some on the Internet"},
    {"icmp6.unreach", Flag{[](NodeOptions& o) { return &o.ipv6_unreachable; }}, "on", "on", "RFC 4443 3.1",
     "send ICMPv6 destination unreachable errors"},
    {"icmp6.error_rate",
     Number{1, 1'000'000, "errors per second", [](NodeOptions& o) { return &o.ipv6_error_limits.destination.rate; },
            no_limits},
     "10", "10", "RFC 4443 2.4(f)", "limit on the rate of ICMPv6 errors to one destination"},
    {"icmp6.error_burst",
     Number{1, 1'000'000, "errors", [](NodeOptions& o) { return &o.ipv6_error_limits.destination.burst; }}, "10", "10",
     "RFC 4443 2.4(f)", "number of ICMPv6 errors that may be sent to one destination at once"},
    {"icmp6.error_rate_node",
     Number{1, 1'000'000, "errors per second", [](NodeOptions& o) { return &o.ipv6_error_limits.node.rate; }, no_limit},
     "1000", "1000", "RFC 4443 2.4(f)", "limit on the rate of ICMPv6 errors to all destinations together"},
    {"icmp6.error_burst_node",
     Number{1, 1'000'000, "errors", [](NodeOptions& o) { return &o.ipv6_error_limits.node.burst; }}, "50", "50",
     "RFC 4443 2.4(f)", "number of ICMPv6 errors that may be sent to all destinations together at once"},
    {"icmp6.error_rate_prefix",
     Number{1, 1'000'000, "errors per second", [](NodeOptions& o) { return &o.ipv6_error_limits.prefix.rate; },
            no_limit},
     "100", "100", "RFC 4443 2.4(f)", "limit on the rate of ICMPv6 errors to all addresses of one prefix of 64 bits"},
    {"icmp6.error_burst_prefix",
     Number{1, 1'000'000, "errors", [](NodeOptions& o) { return &o.ipv6_error_limits.prefix.burst; }}, "20", "20",
     "RFC 4443 2.4(f)", "number of ICMPv6 errors that may be sent to all addresses of one prefix of 64 bits at once"},
    {"icmp6.reply_rate",
     Number{1, 1'000'000, "replies per second", [](NodeOptions& o) { return &o.ipv6_reply_rate; }, no_limit},
     "unlimited", "1000", "RFC 4443 5.2",
     "limit on the rate of replies to ICMPv6 queries; a tenth of a second's worth may be sent at once", "D-28"},
};

constexpr OptionRow both[] = {
    {"icmp.extensions", Flag{[](NodeOptions& o) { return &o.extensions; }}, "off", "off", "RFC 4884, RFC 5837",
     "add an extension to ICMPv4 and ICMPv6 errors that names the interface on which the packet in error arrived",
     "D-22"},
    {"icmp.amplify_rate",
     Number{1, 1'000'000, "packets per second", [](NodeOptions& o) { return &o.amplification_rate; }, no_limit}, "50",
     "10", "RFC 4443 5.2",
     "limit on the rate of answers larger than requests, on each link by kind: MLD and IGMP reports, "
     "MLD group queries, router advertisements to one host, extensions"},
};

}  // namespace

std::span<const OptionRow> icmpv4_rows() { return icmpv4; }
std::span<const OptionRow> icmpv6_rows() { return icmpv6; }
std::span<const OptionRow> icmp_rows() { return both; }

}  // namespace tunstack::option
