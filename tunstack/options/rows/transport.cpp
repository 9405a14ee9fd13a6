#include "tunstack/options/rows/rows.hpp"

namespace tunstack::option {

namespace {

constexpr Choice closed_ports[] = {{"rst", transport::ClosedTcp::rst, "a TCP reset"},
                                   {"port", transport::ClosedTcp::port, "an ICMP port unreachable error"},
                                   {"drop", transport::ClosedTcp::drop, "no answer"}};

constexpr OptionRow transport_options[] = {
    {"udp.echo", Flag{[](NodeOptions& o) { return &o.udp_services.echo; }}, "off", "off", "RFC 862",
     "run a service on UDP port 7 that sends back the data of each datagram"},
    {"udp.discard", Flag{[](NodeOptions& o) { return &o.udp_services.discard; }}, "off", "off", "RFC 863",
     "run a service on UDP port 9 that discards each datagram"},
    {"tcp.closed", OneOf{closed_ports, [](NodeOptions& o) { return &o.closed_tcp; }}, "rst", "drop",
     "RFC 9293 3.10.7.1", "reply to TCP segments for a closed port", "D-15"},
};

}  // namespace

std::span<const OptionRow> transport_rows() { return transport_options; }

}  // namespace tunstack::option
