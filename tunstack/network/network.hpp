// Nodes and the links between them, in one process and on one clock: a Machine, as a node is. Fed at its doors by
// whoever owns what is outside (a run loop, a replay, a test); what leaves by a door is left in the outbox with the
// door's number.
//
// A packet goes from outbox to outbox: what nodes send is looked at in waves, and where a link takes no time the next
// node reads it where it lies. Where a link takes time, the packet is copied once and waits in `InFlight`.
#pragma once

#include <array>
#include <functional>
#include <memory>

#include "protocols/base/deadlines.hpp"
#include "tunstack/network/misdeeds.hpp"
#include "tunstack/network/network_plan.hpp"
#include "tunstack/node/place_names.hpp"

namespace tunstack {

/// Hears of packets on their way: as they come in by a door, right before a node gets them, as they leave by a door. A
/// single node at its doors has no way: of that only the second is told.
class TrafficWatcher {
 public:
  virtual ~TrafficWatcher() = default;
  virtual void enters(InterfaceId /*door*/, Bytes /*packet*/, PacketNumber, Instant) {}
  virtual void arrives(NodeId, const Received&) {}
  virtual void leaves(InterfaceId /*door*/, PacketNumber, Instant) {}
};

class Network {
 public:
  /// Throws std::invalid_argument for what no network can be made of (`plan_fault`).
  explicit Network(const NetworkPlan& plan);
  /// A node alone, in the state that it is in.
  explicit Network(const Node& node);
  /// A copy answers what the network would, without what is on its way, and nobody hears of it.
  Network(const Network& other);
  Network& operator=(const Network&) = delete;
  Network(Network&&) = default;
  Network& operator=(Network&&) = delete;
  ~Network() = default;

  // A Machine; interfaces are doors.
  void receive(const Received& received, Outbox& out);
  /// All at the time of the first: they travel side by side, and what a node needs of the CPU's caches is fetched once.
  void receive_together(std::span<const Received> packets, Outbox& out);
  bool takes_many() const { return !is_single_; }
  void tick(Instant now, Outbox& out);
  Instant next_deadline() const {
    return is_single_ ? nodes_[0].next_deadline() : std::min(deadlines_.next(), in_flight_.next_due());
  }
  /// From here on doors are behind their links: what comes in has been delayed, lost or altered already, as captures
  /// have it.
  void enter_behind_links() { enters_behind_links_ = true; }
  /// Where a link has one node, that hears of it.
  void link_changed(InterfaceId door, bool up, Instant now, Outbox& out);
  void shut_down(Instant now, Outbox& out);
  void note(const Note& note);

  std::size_t size() const { return nodes_.size(); }
  const Node& node(NodeId id) const { return nodes_[static_cast<std::size_t>(id)]; }
  const std::string& name(NodeId id) const { return names_[static_cast<std::size_t>(id)]; }
  const std::vector<std::string>& node_names() const { return names_; }
  std::optional<NodeId> find_node(std::string_view name) const;
  /// The interface of a node behind a door: the first one at its link.
  const LinkEnd& first_node_at(InterfaceId door) const;
  NodeId node_at(InterfaceId door) const { return NodeId(first_node_at(door).node); }
  /// The door at the link of an interface, if there is one.
  std::optional<InterfaceId> door_at(NodeId node, InterfaceId interface) const;
  /// Whether the link there has frames.
  bool has_frames_at(InterfaceId door) const {
    return links_[doors_[static_cast<std::size_t>(door)].link].has_frames();
  }
  /// That of the first interface there.
  const std::string& name_of(InterfaceId door) const;
  std::size_t doors() const { return doors_.size(); }
  bool is_single() const { return is_single_; }
  /// Addresses of some node are still being checked.
  bool has_tentative_addresses() const {
    return std::ranges::any_of(nodes_, [](const Node& node) { return node.has_tentative_addresses(); });
  }
  using Change = std::function<void(Node&, Instant, Outbox&)>;
  /// Has something done to a node, and sends on what that sends.
  void act(NodeId id, Instant now, Outbox& out, const Change& change);
  PlaceNames place_names() const;
  /// Of all nodes together; packets are those that passed doors.
  Counters counters() const;
  /// Whether nodes may begin to do something wrong: not a single one on its own links, unless its plan says so.
  bool may_misbehave() const { return !is_single_; }
  /// What a node does wrong, and from now on.
  Misbehaviour misbehaviour(NodeId id) const;
  void misbehave(NodeId id, const Misbehaviour& misbehaviour);
  // Changes of a link, by its number in the plan, for packets that set out from now on.
  std::optional<std::size_t> find_link(std::string_view name) const;
  std::vector<std::string> link_names() const;
  const std::vector<LinkEnd>& ends_of(std::size_t link) const { return links_[link].ends; }
  void impair_link(std::size_t link, const Impairments& impairments);
  const Impairments& impairments(std::size_t link) const { return links_[link].impairments; }
  void set_link_mtu(std::size_t link, std::size_t mtu);
  /// As nodes at it see it; one with doors has no say over what is outside.
  void set_link_up(std::size_t link, bool up, Instant now, Outbox& out);
  /// All links are good ones from now on, for who asks a copy.
  void repair_links() {
    for (Link& link : links_) link.impairers.clear();
  }
  std::size_t packets_on_their_way() const { return in_flight_.packets(); }
  /// Memory that they have, or had.
  std::size_t octets_on_their_way() const { return in_flight_.octets(); }
  /// `observer` and `watcher` (or nullptr) must outlive the network or be taken back.
  void observe(Observer* observer);
  void watch_traffic(TrafficWatcher* watcher) { watcher_ = watcher; }

  /// How often packets are handed on at one instant: several times the 255 hops of a packet, and of what it brings
  /// about.
  static constexpr std::size_t most_waves_at_once = 2048;

 private:
  struct Link {
    std::string name;
    std::vector<LinkEnd> ends;
    std::vector<MacAddress> addresses;  // of the ends, where the link has frames; those of doors are unknown
    std::vector<Impairer> impairers;    // by the end that sends; none where the link is a good one
    Impairments impairments = {};
    Seed seed = 0;  // of its own
    bool has_frames() const { return !addresses.empty(); }
  };
  /// An end of a link: what each packet that sets out there needs.
  struct Port {
    std::uint32_t link = 0;
    std::uint16_t end = 0;
    bool is_direct = false;  // one other end, which gets everything at once and as it is
    LinkEnd other = {};      // where it is direct
  };
  /// Packets that nodes sent at one instant, in their order.
  struct Wave {
    explicit Wave(bool is_used) : box(is_used ? Outbox() : Outbox(0, 0)) {}
    bool empty() const { return senders.empty(); }
    void clear() {
      box.clear();
      senders.clear();
    }
    Outbox box;
    std::vector<EntryIndex> senders;  // of each packet
  };

  const Port& port_of(std::size_t node, InterfaceId interface) const {
    return ports_[first_port_[node] + static_cast<std::size_t>(interface)];
  }
  Network(std::vector<Node> nodes, const NetworkPlan& plan);
  void attach(const NetworkPlan& plan);
  void attach(const PlannedLink& planned, const Seed& seed);
  Port& port_at(const LinkEnd& end);

  void tick_alone(Instant now, Outbox& out);
  /// All that is due by then happens, in the order of time.
  void run_until(Instant now, Outbox& out);
  void enter(const Received& received, Instant now, Outbox& out);
  /// Sends on what nodes have sent, until nothing moves any more at this instant.
  void settle(Instant now, Outbox& out);
  void end_packets_of(Wave& wave, Instant now);
  void set_out(std::size_t sender, const OutgoingPacket& packet, Instant now, Outbox& out);
  [[gnu::noinline]] void set_out_rarely(const Port& port, const LinkEnd& from, const OutgoingPacket& packet,
                                        Instant now, Outbox& out);
  void set_out_over(const Port& port, const LinkEnd& from, const OutgoingPacket& packet, Instant now, Outbox& out);
  void impair(Impairer& impairer, const Port& port, const LinkEnd& from, Bytes packet, PacketNumber number,
              Instant now);
  MutableBytes keep(const Port& port, const LinkEnd& from, Bytes packet, PacketNumber number, Instant due);
  void arrive(const Link& link, std::size_t from, const Received& packet, Outbox& out);
  void hand_over(const LinkEnd& end, const Received& packet, Outbox& out);
  /// What a node does wrong, and what it must remember for that.
  struct Wrongdoer {
    Misbehaviour misbehaviour;
    misdeeds::ErrorsOfSecond errors = {};
  };
  Wrongdoer* find_wrongdoer(std::size_t node) {
    if (wrongdoers_.empty()) return nullptr;
    std::optional<Wrongdoer>& wrongdoer = wrongdoers_[node];
    return wrongdoer ? &*wrongdoer : nullptr;
  }
  static std::vector<std::optional<Wrongdoer>> wrongdoers_of(const NetworkPlan& plan);
  void set_out_badly(const Port& port, const LinkEnd& from, const OutgoingPacket& packet, Instant now, Outbox& out);
  void hand_over_badly(const LinkEnd& end, const Received& packet);
  void give(const LinkEnd& end, const Received& received);
  void leave(std::size_t door, Bytes packet, PacketNumber number, Instant now, Outbox& out);
  void note_at(const LinkEnd& end, Reason reason, PacketNumber cause, Instant now, bool ends_packet = false);
  /// As it travels on the link: in a frame where that has frames.
  Bytes on_link(const Link& link, const OutgoingPacket& packet);

  template <class Act>
  void let_act(std::size_t number, const Act& act);

  std::vector<Node> nodes_;
  std::vector<std::string> names_;
  std::vector<Link> links_;
  std::vector<Port> ports_;                // by node and interface
  std::vector<std::uint32_t> first_port_;  // of each node
  std::vector<Port> doors_;
  std::vector<std::optional<Wrongdoer>> wrongdoers_;  // by node; empty where none does wrong
  Deadlines deadlines_;
  InFlight in_flight_;
  bool is_single_;  // one node, whose interfaces are the doors
  bool enters_behind_links_ = false;
  std::array<Wave, 2> waves_;  // one is looked at while the other one fills
  std::size_t filling_ = 0;
  std::unique_ptr<std::uint8_t[]> frame_;           // room for one
  std::uint64_t packets_in_ = 0, packets_out_ = 0;  // by doors
  PacketNumber last_number_ = 0;
  Instant last_event_{};
  TrafficWatcher* watcher_ = nullptr;
};

}  // namespace tunstack
