// What the options of an IPv4 datagram mean to the host that it is for, and to the answer that goes back
// (RFC 791 3.1, RFC 1122 3.2.1.8 and 3.2.2.6).
#pragma once

#include <array>

#include "protocols/arrival.hpp"
#include "protocols/ip/ipv4_transit_options.hpp"
#include "protocols/ip/local_addresses.hpp"
#include "protocols/verdict.hpp"
#include "protocols/wire/ipv4_options.hpp"

namespace tunstack::ip {

/// Source routes (RFC 1122 3.2.1.8(c), RFC 7126 4.3 and 4.4): a host takes those that end here, or none.
enum class SourceRoutes : std::uint8_t { process, drop };

struct Ipv4OptionPolicy {
  SourceRoutes source_route = SourceRoutes::process;
  std::uint32_t required = 0;  // type of an option that every datagram must carry; 0 is none
};

/// Whether there is anything for judge_options() to look at.
inline bool has_options_to_judge(const Ipv4View& ip, const Ipv4OptionPolicy& policy) {
  return ip.header_size() > ipv4_header_size || policy.required != 0;
}

/// What is to become of a datagram because of its options, or nothing if they are in order. Options that are not
/// known, and those that only routers look at, are in order. `router`: by this node a source route may go on, unless it
/// ignores it.
std::optional<Verdict> judge_options(const Ipv4View& ip, const Ipv4OptionPolicy& policy,
                                     const TransitOptions* router = nullptr);
/// The same of a datagram that goes on: no option is required of it, and those that are ignored may be anything.
std::optional<Verdict> judge_options_in_transit(const Ipv4View& ip, const Ipv4OptionPolicy& policy,
                                                const TransitOptions& router);

/// Where a source route of the datagram, whose options are in order, leads next; nothing if there is none or it ends.
struct SourceRouteStep {
  Ipv4Address next;
  bool is_strict;
};
std::optional<SourceRouteStep> next_of_source_route(const Ipv4View& ip);
bool has_source_route(const Ipv4View& ip);
/// Whether it has a strict one that the router does not ignore.
bool has_strict_route(const Ipv4View& ip, const TransitOptions& router);
bool has_ignored_source_route(const Ipv4View& ip, const TransitOptions& router);

using OptionStorage = std::array<std::uint8_t, ipv4_options_largest>;

/// The options of a reply, and where it goes first.
struct ReturnRoute {
  std::optional<Ipv4Address> first_hop = {};  // of a source route
  OptionStorage storage{};
  std::size_t size = 0;  // octets; never more than the options of the request

  /// Padded with the end of the list.
  Bytes options() const { return Bytes(storage).first((size + 3) & ~std::size_t{3}); }
};

/// Which options of a request go into its reply.
enum class ReplyOptions : std::uint8_t {
  source_route,         // reversed, in any answer (RFC 1122 3.2.1.8(c))
  source_route_and_log  // and record route and timestamp, brought up to date, in answers to queries (3.2.2.6, 3.2.2.8)
};

/// What an answering node writes into the options.
struct Answerer {
  Ipv4Address source;  // of the answer
  const LocalAddresses& addresses;
  std::uint32_t time_of_day;  // ms since midnight UT, the high bit set if it is not exact
};

/// What a router does to the options of a datagram that it passes on: those that it does not ignore are in order
/// (RFC 1812 5.3.13). `source` of the answerer is its address on the link that the datagram leaves by.
struct PassingOn {
  const TransitOptions& options;
  bool steps_on = false;  // along its source route: its place there becomes the router's address
  bool logs_route = true;
};
void pass_on_options(MutableBytes options, const Answerer& router, InterfaceId came_by, PassingOn what);

/// For the answer to a datagram. Options that are not in order are left out.
ReturnRoute return_route(const Ipv4Arrival& request, const Answerer& answerer, ReplyOptions copied);

}  // namespace tunstack::ip
