// What traceroute is asked for: the letters of traceroute 2.1, and a few words of our own.
#pragma once

#include "tunstack/clients/words.hpp"

namespace tunstack::clients {

/// What probes are. By default: UDP to a port where nobody listens.
enum class TraceMethod : std::uint8_t { udp, udp_service, icmp, tcp, raw };

struct TraceArguments {
  std::string target_word;
  IpAddress target, source;
  TraceMethod method = TraceMethod::udp;
  std::uint8_t raw_protocol = 0;
  std::uint16_t port = 0;             // of the destination; of echo the first sequence number
  std::uint16_t source_port = 0;      // 0: drawn
  std::size_t size = 0;               // octets of a whole datagram
  std::vector<std::uint8_t> pattern;  // that data is filled with

  unsigned first_hop = 1, most_hops = 30, probes = 3, parallel = 16;
  double wait = 5;                               // seconds for an answer at most,
  double times_as_here = 3, times_as_near = 10;  // and as long as others of that hop, or of later ones, took; 0: off
  double pause = 0;                              // seconds between probes
  unsigned tos = 0;
  std::uint32_t flow_label = 0;
  std::vector<Ipv4Address> gateways;

  bool is_numeric = false, refuses_fragments = false, finds_mtu = false, shows_extensions = false,
       shows_way_back = false;
  /// All probes belong to one flow, so that where there are several paths they take the same one.
  bool is_one_flow = true;
  /// Probes of UDP are told apart by what no router chooses by and no translator changes.
  bool is_dublin = false;
  bool json = false;
  FamilyChoice family;
};

/// Octets of an IP header with the source route, if there is one; and of what the method puts behind it.
std::size_t trace_ip_header_size(const TraceArguments& trace);
std::size_t trace_method_header_size(TraceMethod method);

/// Throws UsageFault.
TraceArguments read_trace_arguments(const std::vector<std::string>& words, const ClientPlace& place);
std::string trace_help();

}  // namespace tunstack::clients
