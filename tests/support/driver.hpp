// One node in virtual time, on links of any kind: packets and time go in, and what the node sends comes out, checked
// for what every packet must fulfil. Whatever a test makes a node do, it does by way of this class.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>

#include "tests/support/packets.hpp"
#include "tunstack/node/node.hpp"
#include "tunstack/options/options.hpp"

namespace tunstack::test {

struct SentPacket {
  Duration at;  // since the call began
  InterfaceId interface;
  Packet to;  // link-layer address, where the link has any
  Packet octets;
  bool is_arp = false;
  bool is_frame = false;  // a whole one that was given

  /// Type of the ICMP message, 0x400 added for IPv4 and 0x600 for IPv6; 0 for ARP.
  unsigned type() const;
  /// Whom a question of ARP or Neighbor Discovery asks for; "" for anything else.
  std::string asks_for() const;
};
void PrintTo(const SentPacket& sent, std::ostream* out);

/// Octets of each, one after the other.
std::vector<Packet> packets_of(const std::vector<SentPacket>& sent);

/// Told of all that one node tells, and at last shown the node.
class NodeListener : public Observer {
 public:
  virtual void ended(const Node& node) = 0;
};
using MakeListener = std::function<std::unique_ptr<NodeListener>()>;
/// Whose listener, if it makes one, hears the node of every driver, and each one of a network, from now on. Returns who
/// made them so far.
MakeListener listen_to_every_node(MakeListener make);
/// For what drives nodes in another way.
MakeListener who_listens_to_every_node();

/// Shown the node of every driver, and what it is about to receive, from now on; for who asks copies of it.
using BeforePacket = std::function<void(const Node&, const Received&)>;
void before_every_packet(BeforePacket look);

class Driver {
 public:
  explicit Driver(const NodeConfig& config, Outbox out = Outbox());
  ~Driver();
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  // ---- who is there ----

  /// Somebody who answers ARP and neighbor solicitations from now on, with or without the router flag.
  void add_station(std::string_view address, const Packet& mac, bool is_router = true,
                   InterfaceId interface = InterfaceId{0});
  void remove_station(std::string_view address);
  /// "" if there is none.
  std::string station_with(const Packet& mac) const;
  std::optional<Packet> mac_of_station(std::string_view address) const;

  // ---- what happens: each returns what the node sends meanwhile ----

  /// Packets come in, or frames where the link has addresses, all at once.
  std::vector<SentPacket> receive(const std::vector<Packet>& packets, InterfaceId interface = InterfaceId{0},
                                  bool link_layer_group = false);
  /// Time passes, and whatever is due is done right when it is due.
  std::vector<SentPacket> run_for(Duration duration);
  /// The link of an interface comes up or goes down.
  std::vector<SentPacket> set_link(bool up, InterfaceId interface = InterfaceId{0});
  /// tick() is called, due or not.
  std::vector<SentPacket> tick();
  std::vector<SentPacket> shut_down();
  /// Options change while the node runs; `fixed` is the one that does not, if there is such.
  struct Changed {
    const OptionRow* fixed;
    std::vector<SentPacket> sent;
  };
  Changed change(const NodeOptions& options);
  std::vector<SentPacket> set_role(Role role, InterfaceId interface = InterfaceId{0});
  /// Others are configured from now on; `refused` is why one of them is not.
  struct Readdressed {
    MaybeReason refused;
    std::vector<SentPacket> sent;
  };
  Readdressed set_addresses(std::initializer_list<std::string_view> prefixes, InterfaceId interface = InterfaceId{0});
  /// Somebody has the node send a datagram, or a whole frame, as it is: nothing is held against it.
  struct Given {
    MaybeReason unsent;
    std::vector<SentPacket> sent;
  };
  Given send_packet(const Packet& datagram, InterfaceId interface = InterfaceId{0});
  Given send_frame(const Packet& frame, InterfaceId interface = InterfaceId{0});
  /// A program of this host sends a datagram.
  Given send_of_program(const Packet& datagram);
  /// Time passes, and nobody is there to call tick().
  void wait_asleep(Duration duration) { now_ += duration; }

  /// As receive() and tick(), but nothing is copied, checked or answered by stations: for tests that measure. Valid
  /// until the next call.
  std::span<const OutgoingPacket> receive_unchecked(const Packet& packet);
  std::span<const OutgoingPacket> tick_unchecked();
  /// Another place for what is sent, which may be small or hold something. Returns the one so far.
  Outbox replace_outbox(Outbox out) { return std::exchange(out_, std::move(out)); }

  // ---- what the node knows ----

  const Node& node() const { return node_; }
  /// For whoever drives it by the clock of a capture.
  Node& node_for_replay() { return node_; }
  Instant now() const { return now_; }
  Verdict decide(const Packet& packet) const { return node_.decide(received(packet)); }
  std::uint64_t count(Reason reason) const { return node_.counters().count(reason); }
  /// Of something that happened to a packet after it left.
  void count_outside(Reason reason) { node_.note({.time = now_, .reason = reason}); }

  /// The neighbor on the first interface.
  discovery::NeighborKey key(std::string_view neighbor) const;
  const discovery::Neighbor* neighbor(std::string_view address) const;
  discovery::NeighborState state(std::string_view address) const;

  /// It must outlive the driver or be taken back.
  void observe(Observer& observer);
  void stop_observing(Observer& observer);

 private:
  struct Station {
    std::string address;
    Packet mac;
    bool is_router;
    InterfaceId interface;
  };

  Received received(const Packet& packet, InterfaceId interface = InterfaceId{0}, bool link_layer_group = false) const {
    return {.interface = interface, .bytes = packet, .now = now_, .link_layer_group = link_layer_group};
  }
  void arrive(const Received& packet);
  void begin() { start_ = now_; }
  void collect();
  std::vector<SentPacket> take();
  void answer(const SentPacket& question);
  void expect_right(const SentPacket& sent) const;
  void tell_observers();

  Node node_;
  std::vector<std::optional<MacAddress>> link_addresses_;
  Outbox out_;
  Instant now_;
  Instant start_;
  std::vector<Station> stations_;
  std::vector<Packet> given_;
  std::vector<SentPacket> sent_;

  std::unique_ptr<NodeListener> listener_;
  std::vector<Observer*> observers_;
  Observers told_;
};

}  // namespace tunstack::test
