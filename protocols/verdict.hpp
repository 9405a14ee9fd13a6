// The answer that every module gives: what is to become of a packet, and why. Deciding changes nothing;
// a Node acts on the verdict afterwards.
#pragma once

#include <variant>

#include "protocols/base/interface_id.hpp"
#include "protocols/base/problem.hpp"
#include "protocols/base/reason.hpp"
#include "protocols/wire/extended_echo.hpp"
#include "protocols/wire/icmpv4.hpp"
#include "protocols/wire/icmpv6.hpp"
#include "protocols/wire/tcp.hpp"
#include "protocols/wire/udp.hpp"

namespace tunstack {

/// Nothing more happens to the packet.
struct Drop {
  Reason reason;
};

/// When routers, and the sender itself, must not cut a reply into fragments.
enum class DontFragment : std::uint8_t { never, if_it_fits, always };

/// What the IP header of a reply takes from the request or from the kind of the reply; all else is the node's.
struct ReplyHeader {
  std::uint8_t traffic_class = 0;  // TOS in IPv4
  std::uint8_t hop_limit = 0;      // 0: that of the interface
  DontFragment dont_fragment = DontFragment::never;
  bool logs_route = false;       // record route and timestamp options come back, brought up to date (RFC 1122 3.2.2.6)
  std::uint32_t flow_label = 0;  // IPv6 alone
};

/// The ECN field of a request is not copied into the reply (RFC 3168 5).
constexpr std::uint8_t without_ecn(std::uint8_t traffic_class) { return traffic_class & 0xfc; }

/// A message goes back to the source of the packet. It refers to the packet's bytes.
struct Reply {
  using Message = std::variant<Icmpv4EchoReply, Icmpv6EchoReply, Icmpv4Query, ExtendedEchoReply, TcpReset, UdpDatagram>;
  Reason reason;
  Message message;
  ReplyHeader header = {};
};

/// A proposal to report a problem to the source: suppression rules and rate limits still decide.
struct Error {
  Reason reason;
  Problem problem;
  std::uint32_t parameter = 0;  // a pointer or an MTU, in octets
  bool refuses_rest = false;    // the packet is the first fragment of one: all others are of no use (RFC 7112 5)
};

/// The packet is a fragment, which waits for the others.
struct Hold {
  Reason reason;
};

/// The packet goes on to somebody else, by a link and to the neighbor there that is its next hop.
struct Forward {
  Reason reason;
  InterfaceId interface{};
  std::uint32_t mtu = 0;                        // of the link, octets
  IpAddress next_hop = {};                      // the destination itself where that is on the link
  bool is_redirected = false;                   // its source is told of the next hop
  bool is_for_service = false;                  // by a route for its type of service alone
  bool to_broadcast = false;                    // of the link that it leaves by
  bool is_in_turn = false;                      // by one of several routes, of which the next packet takes another one
  std::optional<Ipv4Address> destination = {};  // the next one of a source route, which replaces that in the header
};

/// The packet is for a group, and goes on to the links of the group's route that take it.
struct Copies {
  Reason reason;
  std::span<const InterfaceId> links;
  bool is_too_big_for_some = false;  // and its source is told of the least MTU
  std::uint32_t least_mtu = 0;       // octets
};

/// Who takes a packet that is delivered: the message, or what it means to this node, names the door.
enum class Recipient : std::uint8_t {
  nobody,  // it is thrown away, as the discard service does
  icmp_error,
  address_mask,
  // Neighbors.
  arp_request,
  arp_reply,
  arp_sender,  // of a packet between others
  neighbor_solicitation,
  shared_address_solicitation,  // for an address that others may answer for too
  neighbor_advertisement,
  untracked_neighbor,
  // Own addresses.
  tentative_address,
  // Routers.
  router_solicitation,
  router_advertisement,
  irdp_solicitation,
  irdp_advertisement,
  redirect,
  // Groups.
  mld_query,
  mld_report,
  mld_records,
  igmp_query,
  igmp_report,
};
inline constexpr std::size_t recipients = static_cast<std::size_t>(Recipient::igmp_report) + 1;

/// Somebody here takes the packet, and an answer is that one's affair.
struct Deliver {
  Reason reason;
  Recipient recipient = Recipient::nobody;
};

using Verdict = std::variant<Drop, Reply, Error, Hold, Deliver, Forward, Copies>;

inline Reason reason_of(const Verdict& verdict) {
  if (const auto* const reply = std::get_if<Reply>(&verdict)) [[likely]]
    return reply->reason;
  return std::visit([](const auto& v) { return v.reason; }, verdict);
}

}  // namespace tunstack
