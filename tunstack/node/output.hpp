// The output module: whatever leaves a node leaves here, and whatever is counted is counted and told here. Fed by
// Answers and the services; emptied by whoever owns the Outbox of the turn.
#pragma once

#include "protocols/wire/arp.hpp"
#include "protocols/wire/emit.hpp"
#include "tunstack/node/counters.hpp"
#include "tunstack/node/egress.hpp"
#include "tunstack/node/observer.hpp"
#include "tunstack/node/state.hpp"

namespace tunstack {

class Output;

/// One call of a node, from its input to its outbox: what rooms hand on to each other.
struct Turn {
  NodeState& state;
  Output& output;
  Random& random;
  Outbox& outbox;
  Instant now;
  PacketNumber cause = 0;          // the packet that is looked at; 0 while time alone is the cause
  Bytes frame = {};                // that it came in, where the link has addresses
  bool changes_deadlines = false;  // something happened that may have
};

/// A packet that something was decided about.
struct Subject {
  Bytes packet;
  InterfaceId interface{};
  PacketIds ids = {};
  bool arrived = true;  // just now, as it is; otherwise it was held before
};

class Output {
 public:
  explicit Output(NodeId node) : node_(node) {}

  /// For a packet that has arrived or is made.
  PacketNumber next_number() { return ++last_number_; }

  /// Writes one datagram, resolves its next hop, counts. The reason tells why nothing left, or not yet.
  template <class IpHeader, class Message>
  MaybeReason send(const IpHeader& header, const Message& message, const Egress& egress, Turn& turn);
  /// The same of the node's own accord: it is told too.
  template <class IpHeader, class Message>
  void originate(Reason reason, const IpHeader& header, const Message& message, InterfaceId from, Turn& turn);
  /// An ARP packet: false if there was no room.
  bool send_arp(const ArpPacket& packet, const MacAddress& to, InterfaceId interface, Turn& turn);
  void originate_arp(Reason reason, const ArpPacket& packet, const MacAddress& to, InterfaceId interface, Turn& turn);
  /// Sends what waited for a neighbor whose link-layer address has become known.
  void flush(Turn& turn);
  /// What waits for the neighbor is lost (RFC 4861 7.2.2).
  void drop_waiting(const discovery::NeighborKey& key, Turn& turn);

  /// Counts a decision and tells it.
  [[gnu::always_inline]] void record(const Subject& subject, const Verdict& verdict, MaybeReason withheld,
                                     std::span<const OutgoingPacket> sent, const Turn& turn) {
    count(reason_of(verdict));
    if (withheld) count(*withheld);
    if (observer_) [[unlikely]]
      tell(subject, verdict, withheld, sent, turn);
  }
  /// Counts what is no decision about a packet, and tells it.
  void note(Reason reason, InterfaceId interface, const Turn& turn, const std::optional<IpAddress>& address = {});
  /// The same behind a turn, of a packet that had left.
  void note(const Note& note);
  void report(const icmp::ErrorReport& error) const {
    if (observer_) observer_->error_reported(error);
  }

  void count_in() { ++counters_.packets_in; }
  [[gnu::always_inline]] void count_icmp_in(Family family, Bytes message) {
    if (message.size() >= 2) counters_.icmp(family).add_in(message[0], message[1]);
  }
  const Counters& counters() const { return counters_; }
  /// `observer` (or nullptr) must outlive the node or be taken back.
  void observe(Observer* observer) { observer_ = observer; }

 private:
  void count(Reason reason) { ++counters_.by_reason[index_of(reason)]; }
  [[gnu::noinline]] void tell(const Subject& subject, const Verdict& verdict, MaybeReason withheld,
                              std::span<const OutgoingPacket> sent, const Turn& turn);
  void tell_origination(Reason reason, std::span<const OutgoingPacket> sent, const Turn& turn);
  void identify(std::size_t first, Turn& turn) {
    for (std::size_t i = first; i < turn.outbox.packets().size(); ++i)
      turn.outbox.identify(i, {next_number(), turn.cause});
  }
  /// Gives the packets from the `first` on the link-layer address of the next hop, or keeps them until it is known.
  [[gnu::noinline]] MaybeReason resolve(std::size_t first, const Egress& egress, Turn& turn);
  void send_waiting(const discovery::NeighborKey& key, const MacAddress& to, Turn& turn);
  void count_out(Bytes datagram);
  void note_evicted_packets(Turn& turn);

  Observer* observer_ = nullptr;
  PacketNumber last_number_ = 0;
  NodeId node_;
  Counters counters_;
};

// ---- for those who send ----

inline bool is_icmp(const Ipv4Header& header) { return header.protocol == protocol_number::icmpv4; }
inline bool is_icmp(const Ipv6Header& header) { return header.next_header == protocol_number::icmpv6; }
constexpr Family family_of(const Ipv4Header&) { return Family::ipv4; }
constexpr Family family_of(const Ipv6Header&) { return Family::ipv6; }

/// Where a datagram goes first: a source route may lead elsewhere than to its destination.
inline Ipv4Address first_hop(const Ipv4Header& header) { return header.first_hop.value_or(header.destination); }
inline const Ipv6Address& first_hop(const Ipv6Header& header) { return header.destination; }

/// For a datagram that may be cut into fragments. Those of IPv6 are drawn where one is cut.
inline void give_identification(Ipv4Header& header, NodeState& state) {
  header.identification = state.identification.next(header.source, first_hop(header), header.protocol);
}
inline void give_identification(const Ipv6Header&, NodeState&) {}

template <class IpHeader, class Message>
MaybeReason Output::send(const IpHeader& header, const Message& message, const Egress& egress, Turn& turn) {
  if (egress.refused) [[unlikely]]
    return egress.refused;
  const std::size_t before = turn.outbox.packets().size();
  if (const auto failed = emit(header, message, egress.link, turn.outbox)) return failed;
  identify(before, turn);
  if (egress.next_hop || egress.group_mac) [[unlikely]]
    if (const auto waits = resolve(before, egress, turn)) return waits;
  const std::size_t packets = turn.outbox.packets().size() - before;
  counters_.packets_out += packets;
  const std::size_t headers = header_size(header) + (packets > 1 ? fragment_header_size(header) : 0);
  const Bytes written = turn.outbox.packets()[before].bytes.subspan(headers);
  if (is_icmp(header)) counters_.icmp(family_of(header)).add_out(written[0], written[1]);
  return {};
}

template <class IpHeader, class Message>
void Output::originate(Reason reason, const IpHeader& header, const Message& message, InterfaceId from, Turn& turn) {
  const std::size_t before = turn.outbox.packets().size();
  IpHeader identified = header;
  give_identification(identified, turn.state);
  const Egress egress = egress_to(first_hop(header), from, turn.now, turn.state);
  if (const auto failed = send(identified, message, egress, turn)) {
    note(reason, from, turn);
    return note(*failed, from, turn, IpAddress(header.destination));
  }
  tell_origination(reason, turn.outbox.packets().subspan(before), turn);
}

}  // namespace tunstack
