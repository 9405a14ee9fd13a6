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

inline bool is_icmp(const Ipv4Header& header) { return header.protocol == protocol_number::icmpv4; }
inline bool is_icmp(const Ipv6Header& header) { return header.next_header == protocol_number::icmpv6; }
constexpr Family family_of(const Ipv4Header&) { return Family::ipv4; }
constexpr Family family_of(const Ipv6Header&) { return Family::ipv6; }

/// One call of a node, from its input to its outbox: what rooms hand on to each other.
struct Turn {
  NodeState& state;
  Output& output;
  Random& random;  // for what services wait and make up
  Random& limits;  // for what errors cost, which strangers see
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
  bool is_looped_back = false;
};

class Output {
 public:
  explicit Output(NodeId node) : node_(node) {}

  /// For a packet that has arrived or is made.
  PacketNumber next_number() { return ++last_number_; }
  /// The nodes of a network number their packets in one row.
  PacketNumber last_number() const { return last_number_; }
  void number_after(PacketNumber last) { last_number_ = last; }

  /// Writes one datagram, resolves its next hop, counts. The reason tells why nothing left, or not yet.
  template <class IpHeader, class Message>
  MaybeReason send(const IpHeader& header, const Message& message, const Egress& egress, Turn& turn);
  /// The same of one that is no larger than the MTU of the way.
  template <class IpHeader, class Message>
  [[gnu::always_inline]] MaybeReason send_whole(const IpHeader& header, const Message& message, const Egress& egress,
                                                Turn& turn);
  /// The same where nothing is to be resolved.
  template <class IpHeader, class Message>
  [[gnu::always_inline]] MaybeReason send_at_once(const IpHeader& header, const Message& message, InterfaceId interface,
                                                  Turn& turn);
  /// The same of the node's own accord: it is told too.
  template <class IpHeader, class Message>
  void originate(Reason reason, const IpHeader& header, const Message& message, InterfaceId from, Turn& turn);
  /// What somebody gave to be sent as it is, and may. It is told, too.
  MaybeReason send_given(Bytes packet, LinkPayload payload, const Egress& egress, Turn& turn);
  /// Of somebody else: what the outbox holds from `before` on, written and numbered.
  [[gnu::always_inline]] MaybeReason send_in_transit(std::size_t before, const Egress& egress, Turn& turn) {
    const std::size_t packets = turn.outbox.packets().size() - before;
    if (egress.next_hop || egress.group_mac) [[unlikely]]
      if (const auto waits = resolve(before, egress, turn, discovery::WaitingFor::sender)) return waits;
    counters_.packets_out += packets;
    return {};
  }
  /// What the outbox holds from `first` on for this node itself is marked: it never leaves.
  static void keep_own(std::size_t first, const Turn& turn);
  /// Such a one has come back.
  void count_back() { --counters_.packets_out; }
  /// An ARP packet: false if there was no room.
  bool send_arp(const ArpPacket& packet, const MacAddress& to, InterfaceId interface, Turn& turn);
  void originate_arp(Reason reason, const ArpPacket& packet, const MacAddress& to, InterfaceId interface, Turn& turn);
  /// Sends what waited for a neighbor whose link-layer address has become known.
  void flush(Turn& turn);
  /// What waits for the neighbor is lost (RFC 4861 7.2.2). `refuse` takes what was to be forwarded, whose sender is
  /// told: a copy, for what it sends may wait itself, and push others out.
  template <class Refuse>
  void drop_waiting(const discovery::NeighborKey& key, Reason why, Turn& turn, const Refuse& refuse);
  void drop_waiting(const discovery::NeighborKey& key, Reason why, Turn& turn) {
    drop_waiting(key, why, turn, [&](const discovery::WaitingPacket& waiting) { drop(waiting, key, why, turn); });
  }

  /// Counts a decision about a datagram and tells it, with the packets from `before` on that it made.
  template <class View>
  [[gnu::always_inline]] void record(const Arrival<View>& arrival, const PacketIds& ids, const Verdict& verdict,
                                     MaybeReason withheld, std::size_t before, const Turn& turn) {
    count(verdict, withheld);
    if (listener_.observer) [[unlikely]]
      tell({arrival.ip.bytes(), arrival.interface, ids, !arrival.was_held, is_looped_back(arrival)}, verdict, withheld,
           turn.outbox.packets().subspan(before), turn);
  }
  /// The same of what is none, or has no arrival any more.
  void record(const Subject& subject, const Verdict& verdict, MaybeReason withheld,
              std::span<const OutgoingPacket> sent, const Turn& turn) {
    count(verdict, withheld);
    if (listener_.observer) tell(subject, verdict, withheld, sent, turn);
  }
  /// Counts what is no decision about a packet, and tells it.
  void note(Reason reason, InterfaceId interface, const Turn& turn, const std::optional<IpAddress>& address = {});
  /// The same behind a turn, of a packet that had left.
  void note(const Note& note);
  void report(const icmp::ErrorReport& error) const {
    if (listener_.observer) listener_.observer->error_reported(error);
  }

  void count_in() { ++counters_.packets_in; }
  [[gnu::always_inline]] void count_icmp_in(Family family, Bytes message) {
    if (message.size() >= 2) counters_.icmp(family).add_in(message[0], message[1]);
  }
  const Counters& counters() const { return counters_; }
  /// `observer` (or nullptr) must outlive the node or be taken back.
  void observe(Observer* observer) { listener_.observer = observer; }

 private:
  void count(Reason reason) { ++counters_.by_reason[index_of(reason)]; }
  void count(const Verdict& verdict, MaybeReason withheld) {
    count(reason_of(verdict));
    if (withheld) [[unlikely]]
      count(*withheld);
  }
  [[gnu::noinline]] void tell(const Subject& subject, const Verdict& verdict, MaybeReason withheld,
                              std::span<const OutgoingPacket> sent, const Turn& turn);
  void tell_origination(Reason reason, std::span<const OutgoingPacket> sent, const Turn& turn);
  template <class IpHeader, class Message>
  MaybeReason send_in_fragments(const IpHeader& header, const Message& message, const Egress& egress, Turn& turn);
  /// Gives the packets from the `first` on the link-layer address of the next hop, or keeps them until it is known.
  /// (By value: so the way need not lie in memory where there is no next hop.)
  [[gnu::noinline]] MaybeReason resolve(std::size_t first, Egress egress, Turn& turn,
                                        discovery::WaitingFor whose = discovery::WaitingFor::node);
  void drop(const discovery::WaitingPacket& waiting, const discovery::NeighborKey& key, Reason why, Turn& turn) {
    record({waiting.bytes, key.interface, waiting.ids, false}, Drop{why}, {}, {}, turn);
  }
  void send_waiting(const discovery::NeighborKey& key, const MacAddress& to, Turn& turn);
  /// `upper`, or the start of it, left in some packets.
  template <class IpHeader>
  [[gnu::always_inline]] void count_out(const IpHeader& header, Bytes upper, std::size_t packets) {
    counters_.packets_out += packets;
    if (is_icmp(header)) counters_.icmp(family_of(header)).add_out(upper[0], upper[1]);
  }
  void count_out(Bytes datagram);
  void note_evicted_packets(Turn& turn);

  /// Nobody is told of copies but who asks for it.
  struct Listener {
    Observer* observer = nullptr;
    Listener() = default;
    Listener(const Listener&) {}
    Listener& operator=(const Listener&) = delete;
    Listener(Listener&&) = default;
    Listener& operator=(Listener&&) = default;
    ~Listener() = default;
  };
  Listener listener_;
  PacketNumber last_number_ = 0;
  NodeId node_;
  Counters counters_;
};

template <class Refuse>
void Output::drop_waiting(const discovery::NeighborKey& key, Reason why, Turn& turn, const Refuse& refuse) {
  while (const auto waiting = turn.state.neighbors.first_waiting(key)) {
    if (waiting->whose != discovery::WaitingFor::sender) {
      drop(*waiting, key, why, turn);
      turn.state.neighbors.remove_waiting(key);
      continue;
    }
    const std::vector<std::uint8_t> octets(waiting->bytes.begin(), waiting->bytes.end());
    const discovery::WaitingPacket taken{octets, waiting->ids, waiting->whose};
    turn.state.neighbors.remove_waiting(key);
    refuse(taken);
  }
}

// ---- for those who send ----

/// Where a datagram goes first: a source route may lead elsewhere than to its destination.
inline Ipv4Address first_hop(const Ipv4Header& header) { return header.first_hop.value_or(header.destination); }
inline const Ipv6Address& first_hop(const Ipv6Header& header) { return header.destination; }

/// For a datagram that may be cut into fragments. Those of IPv6 are drawn where one is cut.
inline void give_identification(Ipv4Header& header, std::size_t size, Turn& turn) {
  header.identification = static_cast<std::uint16_t>(
      turn.state.identifications4.next(first_hop(header), {size, header.protocol}, turn.now));
}
inline void give_identification(const Ipv6Header&, std::size_t, Turn&) {}

template <class IpHeader, class Message>
MaybeReason Output::send(const IpHeader& header, const Message& message, const Egress& egress, Turn& turn) {
  const bool fits = header_size(header) + message.size() <= egress.link.mtu;
  if (fits || egress.refused) return send_whole(header, message, egress, turn);
  return send_in_fragments(header, message, egress, turn);
}

template <class IpHeader, class Message>
inline MaybeReason Output::send_whole(const IpHeader& header, const Message& message, const Egress& egress,
                                      Turn& turn) {
  if (egress.refused) [[unlikely]]
    return egress.refused;
  if (!egress.next_hop && !egress.group_mac) return send_at_once(header, message, egress.link.interface, turn);
  const PacketIds ids{next_number(), turn.cause};
  const Bytes packet = emit_whole(header, message, egress.link.interface, ids, turn.outbox);
  if (packet.empty()) return Reason::outbox_full;
  if (const auto waits = resolve(turn.outbox.packets().size() - 1, egress, turn)) return waits;
  count_out(header, packet.subspan(header_size(header)), 1);
  return {};
}

template <class IpHeader, class Message>
inline MaybeReason Output::send_at_once(const IpHeader& header, const Message& message, InterfaceId interface,
                                        Turn& turn) {
  const PacketIds ids{next_number(), turn.cause};
  const Bytes packet = emit_whole(header, message, interface, ids, turn.outbox);
  if (packet.empty()) [[unlikely]]
    return Reason::outbox_full;
  count_out(header, packet.subspan(header_size(header)), 1);
  return {};
}

template <class IpHeader, class Message>
MaybeReason Output::send_in_fragments(const IpHeader& header, const Message& message, const Egress& egress,
                                      Turn& turn) {
  const std::size_t before = turn.outbox.packets().size();
  if (const auto failed = emit_in_fragments(header, message, egress.link, turn.outbox)) return failed;
  const std::span<OutgoingPacket> fragments = turn.outbox.from(before);
  for (OutgoingPacket& fragment : fragments) fragment.ids = {next_number(), turn.cause};
  if (egress.next_hop || egress.group_mac)
    if (const auto waits = resolve(before, egress, turn)) return waits;
  const std::size_t headers = header_size(header) + fragment_header_size(header);
  count_out(header, fragments[0].bytes.subspan(headers), fragments.size());
  return {};
}

template <class IpHeader, class Message>
void Output::originate(Reason reason, const IpHeader& header, const Message& message, InterfaceId from, Turn& turn) {
  const std::size_t before = turn.outbox.packets().size();
  IpHeader identified = header;
  give_identification(identified, header_size(header) + message.size(), turn);
  const Egress egress = egress_to(first_hop(header), from, turn.now, turn.state);
  if (const auto failed = send(identified, message, egress, turn)) {
    note(reason, from, turn);
    return note(*failed, from, turn, IpAddress(header.destination));
  }
  tell_origination(reason, turn.outbox.packets().subspan(before), turn);
}

}  // namespace tunstack
