#include "tunstack/options/rows/rows.hpp"

namespace tunstack::option {

namespace {

constexpr Choice reverse_paths[] = {
    {"off", ip::ReversePath::off, "not checked"},
    {"loose", ip::ReversePath::loose, "some route must lead to the source"},
    {"strict", ip::ReversePath::strict, "the route to the source must lead to the interface of arrival"}};

constexpr Choice hop_by_hop[] = {{"ignore", ip::HopByHop::ignore, "forwarded, and not looked at"},
                                 {"process", ip::HopByHop::process, "judged as at their destination"},
                                 {"drop", ip::HopByHop::drop, "dropped with their packet"}};

constexpr Choice equal_routes[] = {
    {"flow", ip::EqualRoutes::flow, "one for each flow: addresses, protocol, ports or flow label"},
    {"packet", ip::EqualRoutes::packet, "each in turn"},
    {"first", ip::EqualRoutes::first, "the first whose link is up"}};

constexpr Choice icmp_in_transit[] = {
    {"all", ip::IcmpInTransit::all, "whatever they are"},
    {"rfc4890", ip::IcmpInTransit::rfc4890, "errors about traffic, echoes, and those of Mobile IPv6"}};

constexpr SpecialNumber no_parse_limit[] = {{0, "unlimited", "however long they are"}};
constexpr SpecialNumber any_precedence[] = {{0, "any", "whatever it is"}};

// Options of IPv4 that routers write into, that they follow, and that only pass them.
constexpr Choice written[] = {{"pass", ip::OptionInTransit::pass, "this router adds itself, and forwards them"},
                              {"ignore", ip::OptionInTransit::ignore, "forwarded as they are"},
                              {"drop", ip::OptionInTransit::drop, "dropped with their datagram"}};
constexpr Choice followed[] = {{"pass", ip::OptionInTransit::pass, "followed where they lead on from this router"},
                               {"ignore", ip::OptionInTransit::ignore, "forwarded as they are, and not followed"},
                               {"drop", ip::OptionInTransit::drop, "dropped with their datagram"}};
constexpr Choice carried[] = {{"pass", ip::OptionInTransit::pass, "forwarded as they are"},
                              {"drop", ip::OptionInTransit::drop, "dropped with their datagram"}};

template <ip::OptionKind kind>
constexpr OneOf treatment(std::span<const Choice> choices) {
  return {choices, [](NodeOptions& o) { return &o.forwarding4.options.of(kind); }};
}

constexpr OptionRow forwarding_options[] = {
    {"ip4.forward.enable", Flag{[](NodeOptions& o) { return &o.forwarding4.enabled; }}, "on", "on", "RFC 1812 5.3.11",
     "forward IPv4 datagrams that are for others; needs --role router"},
    {"ip6.forward.enable", Flag{[](NodeOptions& o) { return &o.forwarding6.enabled; }}, "on", "on", "RFC 4861 6.2.1",
     "forward IPv6 packets that are for others; needs --role router"},
    {"ip4.forward.rpf", OneOf{reverse_paths, [](NodeOptions& o) { return &o.forwarding4.reverse_path; }}, "off",
     "strict", "RFC 1812 5.3.8",
     "reverse path check of the source of IPv4 datagrams that reach a router; what fails it is dropped", "D-25"},
    {"ip6.forward.rpf", OneOf{reverse_paths, [](NodeOptions& o) { return &o.forwarding6.reverse_path; }}, "off",
     "strict", "RFC 3704 2",
     "reverse path check of the source of IPv6 packets that reach a router; what fails it is dropped", "D-25"},
    {"ip4.forward.rpf_error", Flag{[](NodeOptions& o) { return &o.forwarding4.reports_reverse_path; }}, "off", "off",
     "RFC 1812 5.2.7.1", "report to the source of an IPv4 datagram that failed ip4.forward.rpf that it is prohibited"},
    {"ip6.forward.rpf_error", Flag{[](NodeOptions& o) { return &o.forwarding6.reports_reverse_path; }}, "off", "off",
     "RFC 4443 3.1", "report to the source of an IPv6 packet that failed ip6.forward.rpf that its address is refused"},
    {"ip4.forward.directed_broadcast", Flag{[](NodeOptions& o) { return &o.forwarding4.directed_broadcast; }}, "off",
     "off", "RFC 2644 2", "forward IPv4 datagrams to the broadcast address of another link of this router", "D-13"},
    {"ip4.forward.option.record_route", treatment<ip::OptionKind::record_route>(written), "pass", "pass",
     "RFC 7126 4.5", "treatment of record route options of forwarded IPv4 datagrams"},
    {"ip4.forward.option.timestamp", treatment<ip::OptionKind::timestamp>(written), "pass", "pass", "RFC 7126 4.7",
     "treatment of timestamp options of forwarded IPv4 datagrams"},
    {"ip4.forward.option.loose_source_route", treatment<ip::OptionKind::loose_source_route>(followed), "pass", "pass",
     "RFC 7126 4.3", "treatment of loose source routes of forwarded IPv4 datagrams, where ip4.source_route is process"},
    {"ip4.forward.option.strict_source_route", treatment<ip::OptionKind::strict_source_route>(followed), "pass", "pass",
     "RFC 7126 4.4",
     "treatment of strict source routes of forwarded IPv4 datagrams, where ip4.source_route is process"},
    {"ip4.forward.option.router_alert", treatment<ip::OptionKind::router_alert>(carried), "pass", "pass",
     "RFC 7126 4.8", "treatment of router alert options of forwarded IPv4 datagrams"},
    {"ip4.forward.option.security", treatment<ip::OptionKind::security>(carried), "pass", "pass", "RFC 7126 4.12",
     "treatment of security options of forwarded IPv4 datagrams: types 130, 133 and 134"},
    {"ip4.forward.option.stream_id", treatment<ip::OptionKind::stream_id>(carried), "pass", "pass", "RFC 7126 4.6",
     "treatment of stream identifier options of forwarded IPv4 datagrams"},
    {"ip4.forward.option.quick_start", treatment<ip::OptionKind::quick_start>(carried), "pass", "pass", "RFC 7126 4.21",
     "treatment of quick-start options of forwarded IPv4 datagrams"},
    {"ip4.forward.option.traceroute", treatment<ip::OptionKind::traceroute>(carried), "pass", "pass", "RFC 7126 4.11",
     "treatment of traceroute options of forwarded IPv4 datagrams"},
    {"ip4.forward.option.experiment", treatment<ip::OptionKind::experiment>(carried), "pass", "pass", "RFC 7126 4.22",
     "treatment of options for experiments of forwarded IPv4 datagrams: types 30, 94, 158 and 222"},
    {"ip4.forward.option.other", treatment<ip::OptionKind::other>(carried), "pass", "pass", "RFC 7126 4",
     "treatment of options of forwarded IPv4 datagrams that have no option of their own here"},
    {"ip6.forward.hbh", OneOf{hop_by_hop, [](NodeOptions& o) { return &o.forwarding6.hop_by_hop; }}, "ignore", "ignore",
     "RFC 9673 5", "treatment of hop-by-hop options of forwarded IPv6 packets", "D-17"},
    {"ip4.forward.ecmp", OneOf{equal_routes, [](NodeOptions& o) { return &o.forwarding4.equal_routes; }}, "flow",
     "flow", "RFC 2991 2", "choice among several routes to one prefix for forwarded IPv4 datagrams"},
    {"ip6.forward.ecmp", OneOf{equal_routes, [](NodeOptions& o) { return &o.forwarding6.equal_routes; }}, "flow",
     "flow", "RFC 6438 3", "choice among several routes to one prefix for forwarded IPv6 packets"},
    {"ip6.forward.icmp", OneOf{icmp_in_transit, [](NodeOptions& o) { return &o.forwarding6.icmp; }}, "all", "rfc4890",
     "RFC 4890 4.3", "ICMPv6 messages that are forwarded"},
    {"ip6.forward.inspect", Flag{[](NodeOptions& o) { return &o.forwarding6.inspects_chain; }}, "off", "off",
     "RFC 8883 2.2", "drop IPv6 packets in transit whose extension headers lead to a header that is not known"},
    {"ip6.forward.parse_limit",
     Number{40, 65535, "octets", [](NodeOptions& o) { return &o.forwarding6.parse_limit; }, no_parse_limit},
     "unlimited", "unlimited", "RFC 8883 3", "length of the headers before the upper layer of forwarded IPv6 packets"},
    {"ip4.forward.least_precedence",
     Number{1, 6, "", [](NodeOptions& o) { return &o.forwarding4.least_precedence; }, any_precedence}, "any", "any",
     "RFC 1812 5.3.3.3", "precedence that IPv4 datagrams must have at least to be forwarded"},
};

}  // namespace

std::span<const OptionRow> forwarding_rows() { return forwarding_options; }

}  // namespace tunstack::option
