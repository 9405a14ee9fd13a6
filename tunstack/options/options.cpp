#include "tunstack/options/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "protocols/base/address_kind.hpp"
#include "tunstack/options/suggestion.hpp"

namespace tunstack {

namespace {

constexpr std::string_view on_off = "on|off";
constexpr std::string_view rate = "0..1000000 a second, 0 is no limit";
constexpr std::string_view burst = "1..1000000 messages";

constexpr OptionRow rows[] = {
    {"v4.ttl", "1..255 hops", "64", "64", "RFC 1122 3.2.1.7", "TTL of what this node sends",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv4_ttl; }},
    {"v4.strong_es", on_off, "off", "off", "RFC 1122 3.3.4.2(A)",
     "drop datagrams for the address of another interface than the one that they came in on",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv4.strong_es; }},
    {"v4.zero_broadcast", on_off, "off", "off", "RFC 1122 3.3.6, D-14",
     "take 0.0.0.0 and the all-zeros address of a connected prefix as broadcast",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv4.zero_broadcast; }},
    {"v4.source_route", "process|drop", "process", "drop", "RFC 1122 3.2.1.8(c), D-11",
     "datagrams with a source route: taken if it ends here, or all dropped",
     [](NodeOptions& o) -> OptionSlot { return ChoiceSlot{&o.ipv4_options.source_route}; }},
    {"v4.require_option", "0..255 type of an option, 0 is none", "0", "0", "RFC 1122 3.2.2.5",
     "every datagram must carry this option, or parameter problem code 1 goes back",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv4_options.required; }},
    {"v4.frag.overlap", "drop|first|last", "drop", "drop", "RFC 791 3.2, D-06",
     "fragments that overlap and differ: the datagram is given up, or the octets that came first or last count",
     [](NodeOptions& o) -> OptionSlot { return ChoiceSlot{&o.fragments4.overlap}; }},
    {"v4.frag.timeout", "1..120 seconds", "60", "30", "RFC 1122 3.3.2, D-07",
     "how long fragments wait for the others, from the first that arrived",
     [](NodeOptions& o) -> OptionSlot { return &o.fragments4.timeout; }},
    {"v4.frag.largest", "576..65535 octets", "65535", "65535", "RFC 1122 3.3.2",
     "the largest datagram that fragments are put together to",
     [](NodeOptions& o) -> OptionSlot { return &o.fragments4.largest; }},
    {"v4.frag.memory", "256..65536 KiB", "4096", "4096", "RFC 1122 3.3.2", "memory for fragments that wait",
     [](NodeOptions& o) -> OptionSlot { return &o.reassembly4.kibioctets; }},
    {"v4.frag.datagrams", "1..65000 datagrams", "1024", "1024", "RFC 1122 3.3.2", "incomplete datagrams at once",
     [](NodeOptions& o) -> OptionSlot { return &o.reassembly4.datagrams; }},
    {"v4.frag.datagrams_of_source", "1..65000 datagrams", "64", "64", "RFC 1122 3.3.2",
     "incomplete datagrams of one source at once",
     [](NodeOptions& o) -> OptionSlot { return &o.reassembly4.datagrams_of_source; }},
    {"pmtu4.age", "300..86400 seconds", "600", "600", "RFC 1191 6.3",
     "after this time without a report a path is tried again with the MTU of its link",
     [](NodeOptions& o) -> OptionSlot { return &o.path_mtu_age; }},
    {"v6.hop_limit", "1..255 hops", "64", "64", "RFC 8200 3", "hop limit of what this node sends",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv6_hop_limit; }},
    {"v6.ext.max_headers", "1..32 headers", "8", "8", "RFC 8504 5.3, D-20",
     "extension headers in a packet; more are reported",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv6_chain.headers; }},
    {"v6.ext.max_options", "1..255 options", "8", "8", "RFC 8504 5.3, D-20",
     "options in an extension header, without padding; more are reported",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv6_chain.options.options; }},
    {"v6.ext.max_chain", "48..1920 octets", "1280", "1280", "RFC 8504 5.3, D-20",
     "the fixed header and all extension headers; more are reported",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv6_chain.octets; }},
    {"v6.ext.max_padding", "0..255 octets, 0 is no limit", "0", "7", "RFC 8504 5.3, D-20",
     "padding between two options; more is reported, and so are 17 paddings in one header",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv6_chain.options.padding; }},
    {"v6.jumbo", on_off, "off", "off", "RFC 2675 3, D-21",
     "report how a jumbo payload option is misused, instead of not knowing it",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv6_chain.options.jumbo; }},
    {"v6.frag.timeout", "1..120 seconds", "60", "30", "RFC 8200 4.5, D-07",
     "how long fragments wait for the others, from the first that arrived",
     [](NodeOptions& o) -> OptionSlot { return &o.fragments6.timeout; }},
    {"v6.frag.memory", "256..65536 KiB", "4096", "4096", "RFC 8900 6.4", "memory for fragments that wait",
     [](NodeOptions& o) -> OptionSlot { return &o.reassembly6.kibioctets; }},
    {"v6.frag.datagrams", "1..65000 packets", "1024", "1024", "RFC 8900 6.4", "incomplete packets at once",
     [](NodeOptions& o) -> OptionSlot { return &o.reassembly6.datagrams; }},
    {"v6.frag.datagrams_of_source", "1..65000 packets", "64", "64", "RFC 8900 6.4",
     "incomplete packets of one source at once",
     [](NodeOptions& o) -> OptionSlot { return &o.reassembly6.datagrams_of_source; }},
    {"pmtu6.age", "300..86400 seconds", "600", "600", "RFC 8201 4",
     "after this time without a report a path is tried again with the MTU of its link",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv6_path_mtu_age; }},
    {"icmp4.echo", on_off, "on", "on", "RFC 1122 3.2.2.6", "answer echo requests",
     [](NodeOptions& o) -> OptionSlot { return &o.echo4.enabled; }},
    {"icmp4.echo_broadcast", on_off, "off", "off", "RFC 1122 3.2.2.6, D-01",
     "answer echo requests to broadcast and multicast addresses",
     [](NodeOptions& o) -> OptionSlot { return &o.echo4.to_groups; }},
    {"icmp4.echo_code", "copy|drop", "copy", "drop", "RFC 792, D-08", "echo requests with a code other than 0",
     [](NodeOptions& o) -> OptionSlot { return ChoiceSlot{&o.echo4.code}; }},
    {"icmp4.echo_df", on_off, "off", "off", "RFC 1191 3", "the DF flag of echo replies",
     [](NodeOptions& o) -> OptionSlot { return &o.echo4.dont_fragment; }},
    {"icmp4.quote", "576|8", "576", "576", "RFC 1812 4.3.2.3, D-02",
     "errors quote as much as fits in 576 octets, or the header and 8 octets",
     [](NodeOptions& o) -> OptionSlot { return ChoiceSlot{&o.ipv4_quote}; }},
    {"icmp4.error_tos", "zero|rfc1812", "zero", "zero", "RFC 1812 4.3.2.5, D-09",
     "TOS of errors: 0, or precedence 6 and the TOS bits of the packet",
     [](NodeOptions& o) -> OptionSlot { return ChoiceSlot{&o.ipv4_error_tos}; }},
    {"icmp4.timestamp", on_off, "on", "off", "RFC 1122 3.2.2.8, D-05", "answer timestamp requests",
     [](NodeOptions& o) -> OptionSlot { return &o.queries.timestamp; }},
    {"icmp4.timestamp_nonstd", on_off, "off", "off", "RFC 792", "mark the times in timestamp replies as not standard",
     [](NodeOptions& o) -> OptionSlot { return &o.queries.timestamp_nonstandard; }},
    {"icmp4.mask_agent", on_off, "on", "off", "RFC 1122 3.2.2.9, D-04", "answer address mask requests",
     [](NodeOptions& o) -> OptionSlot { return &o.queries.mask_agent; }},
    {"icmp4.mask_learn", on_off, "off", "off", "RFC 1122 3.2.2.9",
     "ask for the mask of each link at the start, and take the first acceptable answer",
     [](NodeOptions& o) -> OptionSlot { return &o.learn_mask; }},
    {"icmp4.info_reply", on_off, "off", "off", "RFC 1122 3.2.2.7, D-04", "answer information requests",
     [](NodeOptions& o) -> OptionSlot { return &o.queries.information; }},
    {"icmp4.error_rate", rate, "10", "10", "RFC 1812 4.3.2.8",
     "errors to one destination; 0 turns icmp4.error_rate_node off too",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv4_error_limits.destination.rate; }},
    {"icmp4.error_burst", burst, "10", "10", "RFC 1812 4.3.2.8", "errors to one destination at once",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv4_error_limits.destination.burst; }},
    {"icmp4.error_rate_node", rate, "1000", "1000", "RFC 1812 4.3.2.8", "errors of the whole node",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv4_error_limits.node.rate; }},
    {"icmp4.error_burst_node", burst, "50", "50", "RFC 1812 4.3.2.8", "errors of the whole node at once",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv4_error_limits.node.burst; }},
    {"icmp4.reply_rate", rate, "0", "1000", "RFC 1812 4.3.2.8, D-28",
     "replies to ICMPv4 queries; a tenth of a second's worth may come at once",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv4_reply_rate; }},
    {"icmp6.echo", on_off, "on", "on", "RFC 4443 4.2", "answer echo requests",
     [](NodeOptions& o) -> OptionSlot { return &o.echo6.enabled; }},
    {"icmp6.echo_multicast", on_off, "on", "off", "RFC 4443 4.2, D-23", "answer echo requests to multicast groups",
     [](NodeOptions& o) -> OptionSlot { return &o.echo6.to_groups; }},
    {"icmp6.reflect_flowlabel", on_off, "off", "off", "RFC 6437 2", "echo replies carry the flow label of the request",
     [](NodeOptions& o) -> OptionSlot { return &o.echo6.reflect_flow_label; }},
    {"icmp6.unreach", on_off, "on", "on", "RFC 4443 3.1", "send destination unreachable",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv6_unreachable; }},
    {"icmp6.error_rate", rate, "10", "10", "RFC 4443 2.4(f)",
     "errors to one destination; 0 turns icmp6.error_rate_node off too",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv6_error_limits.destination.rate; }},
    {"icmp6.error_burst", burst, "10", "10", "RFC 4443 2.4(f)", "errors to one destination at once",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv6_error_limits.destination.burst; }},
    {"icmp6.error_rate_node", rate, "1000", "1000", "RFC 4443 2.4(f)", "errors of the whole node",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv6_error_limits.node.rate; }},
    {"icmp6.error_burst_node", burst, "50", "50", "RFC 4443 2.4(f)", "errors of the whole node at once",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv6_error_limits.node.burst; }},
    {"icmp6.reply_rate", rate, "0", "1000", "RFC 4443 5.2, D-28",
     "replies to ICMPv6 queries; a tenth of a second's worth may come at once",
     [](NodeOptions& o) -> OptionSlot { return &o.ipv6_reply_rate; }},
    {"icmp.ext", on_off, "off", "off", "RFC 4884, RFC 5837, D-22",
     "errors tell the interface that the packet came in by",
     [](NodeOptions& o) -> OptionSlot { return &o.extensions; }},
    {"probe", on_off, "off", "off", "RFC 8335 4, D-30", "answer extended echo requests",
     [](NodeOptions& o) -> OptionSlot { return &o.probe.enabled; }},
    {"probe.reply_body", "copy|none", "copy", "none", "RFC 8335 4, D-12",
     "extended echo replies send back what follows the header of the request, or nothing",
     [](NodeOptions& o) -> OptionSlot { return ChoiceSlot{&o.probe.reply_body}; }},
    {"probe.zero_checksum", "accept|reject", "accept", "accept", "RFC 4884 7, D-12",
     "extended echo requests whose extension structure has the checksum 0",
     [](NodeOptions& o) -> OptionSlot { return ChoiceSlot{&o.probe.zero_checksum}; }},
    {"probe.allow_sources", "any, or PREFIX,PREFIX...", "any", "any", "RFC 8335 8, D-30",
     "who may send extended echo requests", [](NodeOptions& o) -> OptionSlot { return &o.probe.sources; }},
    {"probe.allow_local", "both|local|remote", "both", "local", "RFC 8335 8, D-30",
     "whether interfaces of this node, of its neighbors or both may be asked about",
     [](NodeOptions& o) -> OptionSlot { return ChoiceSlot{&o.probe.locality}; }},
    {"probe.allow_kinds", "name|index|address, one or more", "name,index,address", "address", "RFC 8335 8, D-30",
     "the ways to name the interface that may be used",
     [](NodeOptions& o) -> OptionSlot { return SetSlot{&o.probe.kinds}; }},
    {"l4.udp_echo", on_off, "off", "off", "RFC 862", "a service on UDP port 7 that sends back what it gets",
     [](NodeOptions& o) -> OptionSlot { return &o.udp_services.echo; }},
    {"l4.udp_discard", on_off, "off", "off", "RFC 863", "a service on UDP port 9 that throws away what it gets",
     [](NodeOptions& o) -> OptionSlot { return &o.udp_services.discard; }},
    {"l4.tcp_closed", "rst|port|drop", "rst", "drop", "RFC 9293 3.10.7.1, D-15",
     "closed TCP ports: a reset, ICMP port unreachable, or nothing",
     [](NodeOptions& o) -> OptionSlot { return ChoiceSlot{&o.closed_tcp}; }},
    {"nd.neighbors", "16..4096 neighbors", "1024", "1024", "RFC 4861 5.3",
     "places of the neighbor cache, for ARP and Neighbor Discovery together",
     [](NodeOptions& o) -> OptionSlot { return &o.neighbors; }},
    {"arp.retrans_ms", "10..60000 ms", "1000", "1000", "RFC 1122 2.3.2.1", "between two requests for an address",
     [](NodeOptions& o) -> OptionSlot { return &o.arp.retransmit; }},
    {"arp.reachable_ms", "100..3600000 ms", "60000", "60000", "RFC 1122 2.3.2.1",
     "how long an answer holds, on average; then the next packet is followed by a request",
     [](NodeOptions& o) -> OptionSlot { return &o.arp.reachable; }},
    {"arp.delay_ms", "10..60000 ms", "5000", "5000", "RFC 1122 2.3.2.1", "from such a packet to its request",
     [](NodeOptions& o) -> OptionSlot { return &o.arp.delay_first_probe; }},
    {"arp.requests", "1..10 requests", "3", "3", "RFC 1122 2.3.2.1", "without an answer, until an address is given up",
     [](NodeOptions& o) -> OptionSlot { return &o.arp.solicitations; }},
    {"nd.retrans_ms", "10..60000 ms", "1000", "1000", "RFC 4861 10", "between two solicitations of a neighbor",
     [](NodeOptions& o) -> OptionSlot { return &o.neighbor_discovery.retransmit; }},
    {"nd.reachable_ms", "100..3600000 ms", "30000", "30000", "RFC 4861 10",
     "how long an answer holds, on average; then the next packet is followed by a solicitation",
     [](NodeOptions& o) -> OptionSlot { return &o.neighbor_discovery.reachable; }},
    {"nd.delay_ms", "10..60000 ms", "5000", "5000", "RFC 4861 10", "from such a packet to its solicitation",
     [](NodeOptions& o) -> OptionSlot { return &o.neighbor_discovery.delay_first_probe; }},
    {"nd.solicitations", "1..10 solicitations", "3", "3", "RFC 4861 10",
     "without an answer, until a neighbor is given up",
     [](NodeOptions& o) -> OptionSlot { return &o.neighbor_discovery.solicitations; }},
    {"nd.accept_ra", on_off, "on", "on", "RFC 4861 6.3, D-29", "ask for routers and believe them; a router never does",
     [](NodeOptions& o) -> OptionSlot { return &o.accept_advertisements; }},
    {"nd.rs_backoff", on_off, "off", "off", "RFC 7559 2", "go on asking for routers, ever more slowly",
     [](NodeOptions& o) -> OptionSlot { return &o.solicits_for_ever; }},
    {"nd.accept_untracked", on_off, "off", "off", "RFC 9131 6.1",
     "a router notes neighbors that advertise themselves before there is anything to send to them",
     [](NodeOptions& o) -> OptionSlot { return &o.accepts_untracked; }},
    {"nd.accept_redirects", on_off, "on", "off", "RFC 4861 8.3", "believe redirects; a router never does",
     [](NodeOptions& o) -> OptionSlot { return &o.accept_redirects6; }},
    {"icmp4.accept_redirects", on_off, "on", "off", "RFC 1122 3.2.2.2, D-19",
     "believe redirects, those for networks as for hosts; a router never does",
     [](NodeOptions& o) -> OptionSlot { return &o.accept_redirects4; }},
    {"icmp.redirect_lifetime", "1..86400 seconds", "600", "600", "RFC 1122 3.3.1.2", "how long a redirect holds",
     [](NodeOptions& o) -> OptionSlot { return &o.redirect_lifetime; }},
    {"irdp.host", on_off, "on", "on", "RFC 1256 5.1", "ask for IPv4 routers and believe them",
     [](NodeOptions& o) -> OptionSlot { return &o.discovers_routers4; }},
    {"irdp.adv", on_off, "off", "off", "RFC 1256 4.1", "advertise this node as an IPv4 router; needs --role router",
     [](NodeOptions& o) -> OptionSlot { return &o.router4.advertises; }},
    {"irdp.adv_broadcast", on_off, "off", "off", "RFC 1256 4.1", "advertise to 255.255.255.255, not to 224.0.0.1",
     [](NodeOptions& o) -> OptionSlot { return &o.router4.by_broadcast; }},
    {"irdp.adv_max", "4..1800 seconds", "600", "600", "RFC 1256 4.1", "the longest time between two advertisements",
     [](NodeOptions& o) -> OptionSlot { return &o.router4.max_interval; }},
    {"irdp.adv_min", "0..1800 seconds, 0 is 0.75 of irdp.adv_max", "0", "0", "RFC 1256 4.1",
     "the shortest: 3 to irdp.adv_max", [](NodeOptions& o) -> OptionSlot { return &o.router4.min_interval; }},
    {"irdp.adv_lifetime", "0..9000 seconds, 0 is three times irdp.adv_max", "0", "0", "RFC 1256 4.1",
     "how long hosts may use it: at least irdp.adv_max",
     [](NodeOptions& o) -> OptionSlot { return &o.router4.lifetime; }},
    {"irdp.adv_unicast", on_off, "on", "on", "RFC 1256 4.3", "answer solicitations to their source alone",
     [](NodeOptions& o) -> OptionSlot { return &o.router4.answers_by_unicast; }},
    {"irdp.adv_pref", "0..2147483647 higher is better", "0", "0", "RFC 1256 4.1", "preference as a default router",
     [](NodeOptions& o) -> OptionSlot { return &o.router4.preference; }},
    {"dad.transmits", "0..10 solicitations, 0 checks nothing", "1", "1", "RFC 4862 5.1",
     "sent before an IPv6 address is used, on links with addresses",
     [](NodeOptions& o) -> OptionSlot { return &o.own.probes; }},
    {"dad.mode", "normal|optimistic", "normal", "normal", "RFC 4429",
     "whether addresses are used while they are checked",
     [](NodeOptions& o) -> OptionSlot { return ChoiceSlot{&o.own.mode}; }},
    {"nd.gratuitous", "0..3 advertisements", "1", "1", "RFC 4861 7.2.6", "to all nodes about a new address",
     [](NodeOptions& o) -> OptionSlot { return &o.own.advertisements; }},
    {"nd.proxy", "none, or IPv6 ADDRESS,ADDRESS...", "none", "none", "RFC 4861 7.2.8",
     "addresses of nodes elsewhere that solicitations are answered for; needs --role router",
     [](NodeOptions& o) -> OptionSlot { return &o.proxied.ipv6; }},
    {"slaac.enable", on_off, "on", "on", "RFC 4862 5.5", "make addresses of the prefixes that routers tell",
     [](NodeOptions& o) -> OptionSlot { return &o.own.autoconfigures; }},
    {"slaac.tempaddr", on_off, "off", "on", "RFC 8981 3, D-24", "and random ones that change every day",
     [](NodeOptions& o) -> OptionSlot { return &o.own.temporary; }},
    {"slaac.iid", "stable|eui64", "stable", "stable", "RFC 7217, D-24",
     "their second half: another one for each prefix, or made of the link-layer address",
     [](NodeOptions& o) -> OptionSlot { return ChoiceSlot{&o.own.identifiers}; }},
    {"slaac.secret", "none, or NAME,NAME...", "none", "none", "RFC 7217 5",
     "what keeps others from guessing stable ones", [](NodeOptions& o) -> OptionSlot { return &o.own.secret; }},
    {"arp.acd", on_off, "off", "off", "RFC 5227 2.1", "check IPv4 addresses before they are used, and announce them",
     [](NodeOptions& o) -> OptionSlot { return &o.own.checks_ipv4; }},
    {"arp.defend", "off|never|once|always", "once", "once", "RFC 5227 2.4",
     "IPv4 addresses in use that others have too: not looked at, given up, defended once in 10 s, always kept",
     [](NodeOptions& o) -> OptionSlot { return ChoiceSlot{&o.own.defence}; }},
    {"arp.proxy", "none, or IPv4 PREFIX,PREFIX...", "none", "none", "RFC 1027, RFC 1812 3.3.2",
     "prefixes of nodes elsewhere that requests are answered for; needs --role router",
     [](NodeOptions& o) -> OptionSlot { return &o.proxied.ipv4; }},
    {"mld", on_off, "on", "on", "RFC 3810 6", "tell routers which IPv6 groups this node listens to",
     [](NodeOptions& o) -> OptionSlot { return &o.own.reports_ipv6_groups; }},
    {"mld.querier", on_off, "off", "off", "RFC 3810 7",
     "ask which IPv6 groups have listeners, and keep them; needs --role router",
     [](NodeOptions& o) -> OptionSlot { return &o.router.queries_listeners; }},
    {"igmp", on_off, "off", "off", "RFC 3376 5", "tell routers which IPv4 groups this node listens to",
     [](NodeOptions& o) -> OptionSlot { return &o.own.reports_ipv4_groups; }},
    {"nd.adv", on_off, "off", "off", "RFC 4861 6.2.1", "advertise this node as a router; needs --role router",
     [](NodeOptions& o) -> OptionSlot { return &o.router.advertises; }},
    {"nd.adv_max", "4..1800 seconds", "600", "600", "RFC 4861 6.2.1", "the longest time between two advertisements",
     [](NodeOptions& o) -> OptionSlot { return &o.router.max_interval; }},
    {"nd.adv_min", "0..1350 seconds, 0 follows from nd.adv_max", "0", "0", "RFC 4861 6.2.1, D-16",
     "the shortest: 3 to 0.75 of nd.adv_max; by default 0.33 of it, or 0.75 if it is below 9 s",
     [](NodeOptions& o) -> OptionSlot { return &o.router.min_interval; }},
    {"nd.adv_lifetime", "0..65535 seconds, 65535 is three times nd.adv_max", "65535", "65535", "RFC 4861 6.2.1",
     "how long hosts may use it as a default router: 0, or nd.adv_max to 9000",
     [](NodeOptions& o) -> OptionSlot { return &o.router.lifetime; }},
    {"nd.adv_unicast", on_off, "off", "off", "RFC 4861 6.2.6", "answer solicitations to their source alone",
     [](NodeOptions& o) -> OptionSlot { return &o.router.answers_by_unicast; }},
    {"nd.adv_hop_limit", "0..255 hops, 0 tells nothing", "64", "64", "RFC 4861 6.2.1", "the hop limit told to hosts",
     [](NodeOptions& o) -> OptionSlot { return &o.router.hop_limit; }},
    {"nd.adv_managed", on_off, "off", "off", "RFC 4861 6.2.1", "the M flag: addresses come by DHCPv6",
     [](NodeOptions& o) -> OptionSlot { return &o.router.managed; }},
    {"nd.adv_other", on_off, "off", "off", "RFC 4861 6.2.1", "the O flag: other configuration comes by DHCPv6",
     [](NodeOptions& o) -> OptionSlot { return &o.router.other; }},
    {"nd.adv_pref", "medium|high|low", "medium", "medium", "RFC 4191 2.2", "preference as a default router",
     [](NodeOptions& o) -> OptionSlot { return ChoiceSlot{&o.router.preference}; }},
    {"nd.adv_reachable_ms", "0..3600000 ms, 0 tells nothing", "0", "0", "RFC 4861 6.2.1",
     "how long hosts take a neighbor for reachable", [](NodeOptions& o) -> OptionSlot { return &o.router.reachable; }},
    {"nd.adv_retrans_ms", "0..4294967295 ms, 0 tells nothing", "0", "0", "RFC 4861 6.2.1",
     "between two solicitations of hosts", [](NodeOptions& o) -> OptionSlot { return &o.router.retransmit; }},
    {"nd.adv_mtu", "0..65535 octets, 0 tells nothing", "0", "0", "RFC 4861 6.2.1",
     "the MTU of the link: 1280 to that of the interface", [](NodeOptions& o) -> OptionSlot { return &o.router.mtu; }},
    {"nd.adv_prefixes", "own, or IPv6 PREFIX,PREFIX...", "own", "own", "RFC 4861 6.2.1",
     "the prefixes told: those of the interface, or these",
     [](NodeOptions& o) -> OptionSlot { return &o.router.prefixes; }},
    {"nd.adv_on_link", on_off, "on", "on", "RFC 4861 6.2.1", "the L flag of all prefixes",
     [](NodeOptions& o) -> OptionSlot { return &o.router.on_link; }},
    {"nd.adv_autonomous", on_off, "on", "on", "RFC 4861 6.2.1", "the A flag of all prefixes",
     [](NodeOptions& o) -> OptionSlot { return &o.router.autonomous; }},
    {"nd.adv_valid", "0..4294967295 seconds, 4294967295 is for ever", "2592000", "2592000", "RFC 4861 6.2.1",
     "valid lifetime of all prefixes", [](NodeOptions& o) -> OptionSlot { return &o.router.valid; }},
    {"nd.adv_preferred", "0..4294967295 seconds, 4294967295 is for ever", "604800", "604800", "RFC 4861 6.2.1",
     "preferred lifetime of all prefixes", [](NodeOptions& o) -> OptionSlot { return &o.router.preferred; }},
    {"nd.adv_routes", "none, or IPv6 PREFIX,PREFIX...", "none", "none", "RFC 4191 2.3",
     "routes through this router that hosts are told", [](NodeOptions& o) -> OptionSlot { return &o.router.routes; }},
    {"nd.adv_rdnss", "none, or IPv6 PREFIX,PREFIX...", "none", "none", "RFC 8106 5.1", "addresses of DNS servers",
     [](NodeOptions& o) -> OptionSlot { return &o.router.dns_servers; }},
    {"nd.adv_dnssl", "none, or NAME,NAME...", "none", "none", "RFC 8106 5.2", "domains to search names in",
     [](NodeOptions& o) -> OptionSlot { return &o.router.dns_names; }},
    {"nd.adv_pref64", "none, or IPv6 PREFIX,PREFIX...", "none", "none", "RFC 8781 4",
     "prefix of a translator to IPv4: 32, 40, 48, 56, 64 or 96 bits",
     [](NodeOptions& o) -> OptionSlot { return &o.router.nat64; }},
};

/// The place of `value` among choices written "a|b|c"; what follows a comma is an explanation.
std::optional<std::uint8_t> choice_index(std::string_view choices, std::string_view value) {
  choices = choices.substr(0, choices.find(','));
  for (std::uint8_t index = 0;; ++index) {
    const auto bar = choices.find('|');
    if (choices.substr(0, bar) == value) return index;
    if (bar == std::string_view::npos) return std::nullopt;
    choices.remove_prefix(bar + 1);
  }
}

std::optional<std::uint32_t> parse_number(std::string_view text) {
  std::uint32_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

bool is_in_range(std::uint32_t number, std::string_view type) {
  const auto dots = type.find("..");
  const auto maximum = type.substr(dots + 2, type.find(' ') - dots - 2);
  return number >= parse_number(type.substr(0, dots)) && number <= parse_number(maximum);
}

/// Calls `each` with every part of a list with commas until one is refused.
template <class Each>
bool for_each_part(std::string_view list, const Each& each) {
  for (;;) {
    const auto comma = list.find(',');
    if (!each(list.substr(0, comma))) return false;
    if (comma == std::string_view::npos) return true;
    list.remove_prefix(comma + 1);
  }
}

bool assign_set(std::string_view choices, std::string_view value, std::uint8_t& bits) {
  std::uint8_t chosen = 0;
  const bool all_known = for_each_part(value, [&](std::string_view part) {
    const auto choice = choice_index(choices, part);
    if (choice) chosen |= static_cast<std::uint8_t>(1U << *choice);
    return choice.has_value();
  });
  if (all_known) bits = chosen;
  return all_known;
}

/// The word that stands for the empty list.
std::string_view empty_word(std::string_view type) { return type.substr(0, type.find(',')); }

/// One host, as far as the address alone tells.
bool is_host_address(const IpPrefix& prefix) {
  const IpAddress& address = prefix.address;
  const AddressKind kind = address.is_ipv4() ? kind_of(address.ipv4()) : kind_of(address.ipv6());
  return prefix.length == prefix.width() && kind == AddressKind::unicast;
}

bool is_of_type(std::string_view type, const IpPrefix& prefix) {
  const std::string_view other_family = prefix.address.is_ipv4() ? "IPv6" : "IPv4";
  return !type.contains(other_family) && (!type.contains("ADDRESS") || is_host_address(prefix));
}

bool assign_prefixes(std::string_view type, std::string_view value, std::vector<IpPrefix>& prefixes) {
  std::vector<IpPrefix> parsed;
  const bool all_known = value == empty_word(type) || for_each_part(value, [&](std::string_view part) {
                           const auto prefix = parse_prefix(part);
                           if (!prefix || !is_of_type(type, *prefix)) return false;
                           parsed.push_back(*prefix);
                           return true;
                         });
  if (all_known) prefixes = std::move(parsed);
  return all_known;
}

void assign_names(std::string_view empty, std::string_view value, std::vector<std::string>& names) {
  names.clear();
  if (value == empty) return;
  for_each_part(value, [&](std::string_view part) {
    names.emplace_back(part);
    return true;
  });
}

bool assign(const OptionRow& row, NodeOptions& options, std::string_view value) {
  const OptionSlot slot = row.slot(options);
  if (const auto* set = std::get_if<SetSlot>(&slot)) return assign_set(row.type, value, *set->bits);
  if (auto* const* prefixes = std::get_if<std::vector<IpPrefix>*>(&slot))
    return assign_prefixes(row.type, value, **prefixes);
  if (auto* const* names = std::get_if<std::vector<std::string>*>(&slot)) {
    assign_names(empty_word(row.type), value, **names);
    return true;
  }
  if (auto* const* number = std::get_if<std::uint32_t*>(&slot)) {
    const auto parsed = parse_number(value);
    if (!parsed || !is_in_range(*parsed, row.type)) return false;
    **number = *parsed;
    return true;
  }
  const auto choice = choice_index(row.type, value);
  if (!choice) return false;
  if (auto* const* flag = std::get_if<bool*>(&slot))
    **flag = *choice == 0;  // "on|off"
  else
    std::memcpy(std::get<ChoiceSlot>(slot).value, &*choice, 1);
  return true;
}

std::vector<std::string> keys() {
  std::vector<std::string> all;
  for (const OptionRow& row : rows) all.emplace_back(row.key);
  return all;
}

}  // namespace

std::span<const OptionRow> option_table() { return rows; }

NodeOptions options_of(Profile profile) {
  NodeOptions options;
  for (const OptionRow& row : rows) assign(row, options, profile == Profile::lab ? row.lab : row.hardened);
  return options;
}

std::optional<OptionFault> set_option(NodeOptions& options, std::string_view assignment) {
  const auto equals = assignment.find('=');
  if (equals == std::string_view::npos)
    return OptionFault{fmt::format("cannot set '{}'", assignment), "an option is set as KEY=VALUE",
                       "'tunstack options' lists keys and values"};
  const auto key = assignment.substr(0, equals);
  const auto value = assignment.substr(equals + 1);
  const auto row = std::ranges::find(rows, key, &OptionRow::key);
  if (row == std::end(rows))
    return OptionFault{fmt::format("unknown option '{}'", key), "no option has this key",
                       fmt::format("did you mean {}? 'tunstack options' lists all", nearest(key, keys()))};
  if (!assign(*row, options, value))
    return OptionFault{fmt::format("cannot set {} to '{}'", key, value), fmt::format("{} takes {}", key, row->type),
                       fmt::format("leave it out for the default, {}", row->lab)};
  return std::nullopt;
}

}  // namespace tunstack
