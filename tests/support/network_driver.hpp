// A network in virtual time: packets come in by doors, time goes on from event to event, and what leaves is collected
// with its door and time, as is what each node tells. Everything is checked for what it must always fulfil.
#pragma once

#include <memory>

#include "tests/support/driver.hpp"
#include "tests/support/planned_network.hpp"
#include "tunstack/network/network.hpp"

namespace tunstack::test {

/// A packet that left by a door; a whole frame where the link there has frames.
struct Left {
  Duration at;  // since the call began
  std::size_t door;
  Packet octets;
  PacketNumber number;
  bool is_frame;
  friend bool operator==(const Left&, const Left&) = default;
};
void PrintTo(const Left& left, std::ostream* out);
std::vector<Packet> packets_of(const std::vector<Left>& left);

/// What a node told.
struct Event {
  enum class Kind : std::uint8_t { decided, originated, noted };
  struct Sent {
    InterfaceId interface;
    PacketIds ids;
    Packet octets;
    friend bool operator==(const Sent&, const Sent&) = default;
  };

  Kind kind;
  Instant time;
  NodeId node;
  InterfaceId interface;  // not of what was originated
  Reason reason;          // that decided
  PacketIds ids;          // of a note, the cause alone
  Packet packet;          // that was decided upon
  bool arrived = false;
  bool is_forwarded = false;
  std::vector<Sent> sent;
  friend bool operator==(const Event&, const Event&) = default;
};

class NetworkDriver : private Observer {
 public:
  explicit NetworkDriver(const NetworkPlan& plan, Outbox out = Outbox());
  ~NetworkDriver() override;
  NetworkDriver(const NetworkDriver&) = delete;
  NetworkDriver& operator=(const NetworkDriver&) = delete;

  // ---- what happens: each returns what leaves meanwhile ----

  /// Packets come in by a door, all at once.
  std::vector<Left> receive(const std::vector<Packet>& packets, std::size_t door = 0);
  std::vector<Left> send(const Packet& packet, std::size_t door = 0) {
    return receive(std::vector<Packet>{packet}, door);
  }
  /// Time passes, and whatever is due happens right when it is due.
  std::vector<Left> run_for(Duration duration);
  std::vector<Left> set_link(bool up, std::size_t door = 0);
  std::vector<Left> shut_down();
  std::vector<Left> act(std::string_view node, const Network::Change& change);
  /// The one packet that leaves, by `to`; a failure and an empty one if there is not exactly one.
  Packet one_out(const Packet& packet, std::size_t from, std::size_t to);
  /// Of something that happened to a packet at a door.
  void note_at_door(Reason reason, std::size_t door = 0);

  // ---- what is known ----

  const Network& network() const { return network_; }
  Network& network() { return network_; }
  const Node& node(std::string_view name) const { return network_.node(network_.find_node(name).value()); }
  Instant now() const { return now_; }
  std::uint64_t count(Reason reason) const { return network_.counters().count(reason); }
  std::uint64_t count(std::string_view node_name, Reason reason) const {
    return node(node_name).counters().count(reason);
  }
  /// Since the last call.
  std::vector<Event> take_events() { return std::exchange(events_, {}); }
  /// Those of `events` about one reason.
  static std::vector<Event> about(const std::vector<Event>& events, Reason reason);

  /// It hears what nodes tell, from now on.
  void observe(Observer& observer) { others_.add(observer); }

 private:
  void decided(const Decision& decision) override;
  void originated(const Origination& origination) override;
  void noted(const Note& note) override;
  void error_reported(const icmp::ErrorReport& report) override { others_.error_reported(report); }
  NodeListener* listener_of(NodeId node) { return listeners_[static_cast<std::size_t>(node)].get(); }
  void add(Event event);

  void begin() { start_ = now_; }
  /// What is due now and had no room.
  void settle();
  void collect();
  std::vector<Left> take();

  Network network_;
  Outbox out_;
  Instant now_, start_;
  bool corrupts_ = false;  // some link does, or some node
  std::vector<Left> left_;
  std::vector<Event> events_;
  Instant last_told_;
  std::vector<std::unique_ptr<NodeListener>> listeners_;  // of each node
  Observers others_;
};

}  // namespace tunstack::test
