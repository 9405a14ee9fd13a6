// A node: a host or a router of IPv4 and IPv6 on any number of links. Sans-I/O: bytes, a time and a seed go in, packets
// come out. Whoever owns the links (a run loop, a replay, a network, a test) feeds it by its calls and sends what
// they leave in the outbox.
//
// Inside, one way: the input module (reception) judges what arrived without changing anything; act() hands the verdict
// to the room that it is for; what leaves, leaves by Output.
#pragma once

#include "tunstack/node/answers.hpp"
#include "tunstack/node/fragments.hpp"
#include "tunstack/node/reception.hpp"

namespace tunstack {

struct OptionRow;

class Node {
 public:
  explicit Node(const NodeConfig& config);

  /// What is to become of a packet, and why. Pure: the same function that receive() asks, and nothing changes. `trace`
  /// hears of each table of rules that is asked.
  Verdict decide(const Received& received, RuleTrace* trace = nullptr) const {
    return judge_received(received, state_, trace);
  }

  /// Decides, acts, counts and tells the observer. Any bytes are good input; what is sent is added to `out`. Does
  /// what tick() does first, should it be due.
  void receive(const Received& received, Outbox& out);
  /// Does what is due by now: fragments that have waited too long are given up, perhaps with an error; services send.
  [[gnu::noinline]] void tick(Instant now, Outbox& out);
  /// The link of an interface came up or went down: what is known of it is forgotten but for the configuration, and
  /// begins anew when it is up (RFC 4862 5.3, RFC 4861 6.3.7, RFC 5227 2.1). Nothing happens if it is so already.
  void link_changed(InterfaceId interface, bool up, Instant now, Outbox& out);
  /// Other options from now on; they begin as a copy of those that the node has (state().options). What is read as
  /// packets come counts at once. Where an interface is made with what changed (option::Effect::with_links), all links
  /// begin anew as when they come up; a router that stops advertising says so first (RFC 4861 6.2.5). If one is fixed
  /// at the start nothing changes, and its row is returned; otherwise null.
  const OptionRow* change(const NodeOptions& options, Instant now, Outbox& out);
  /// An interface becomes that of a router or of a host, and its link begins anew. Who was a router withdraws what it
  /// advertised and leaves the groups of all routers; its neighbors hear that it is none any more as its addresses are
  /// announced again (RFC 4861 6.2.5). Nothing happens if it is so already.
  void set_role(InterfaceId interface, Role role, Instant now, Outbox& out);
  /// Other addresses of an interface from now on, and what follows from them: routers withdraw what they said of those
  /// that go, from the old link-local address if that goes (RFC 4861 6.2.8). Others stay as they are. Why one of them
  /// is refused, or nothing; a copy can be asked beforehand.
  MaybeReason set_addresses(InterfaceId interface, const std::vector<IpPrefix>& addresses, Instant now, Outbox& out);
  /// Another MTU of a link from now on, in octets of a datagram, of `ipv4_minimum_mtu` at least.
  void set_mtu(InterfaceId interface, std::size_t mtu) { state_.interface(interface).set_mtu(mtu); }
  /// A route beside those of the links from now on; it takes the place of the one to the same prefix by the same way.
  void add_route(const ip::Route& route, Instant now, Outbox& out);
  /// All to the prefix by the interface.
  void remove_route(const IpPrefix& prefix, InterfaceId interface, Instant now, Outbox& out);
  /// When tick() will have something to do.
  Instant next_deadline() const { return deadline_; }
  /// Sends a datagram on `interface` that somebody gave, complete as it is and in every octet: on links with addresses
  /// to its next hop there, once that is resolved. It is told as an origination (sent_on_request). Returns why nothing
  /// left, or not yet; what is larger than the MTU of the link is refused.
  MaybeReason send_packet(InterfaceId interface, Bytes datagram, Instant now, Outbox& out);
  /// Sends a datagram of a program of this host by its routes. What is for this node itself is received at once, and
  /// what the node answers to itself likewise; none of it leaves (RFC 1122 3.2.1.3(g)). A whole one of IPv4 whose
  /// identification is 0 gets one of the node's, so that errors and redirects about it are believed as about its own
  /// (RFC 5927 4.1, RFC 1122 3.2.2.2).
  MaybeReason send_of_program(Bytes datagram, Instant now, Outbox& out);
  /// The same as send_packet() of a whole frame, on links with addresses alone.
  MaybeReason send_frame(InterfaceId interface, Bytes frame, Instant now, Outbox& out);
  /// Ends the advertising of a router: hosts are told that it is none any more.
  void shut_down(Instant now, Outbox& out);

  /// The number of the packet that arrived or was made last; the next one gets the next.
  PacketNumber last_number() const { return output_.last_number(); }
  void number_after(PacketNumber last) { output_.number_after(last); }

  const NodeState& state() const { return state_; }
  /// Whether addresses are still being checked.
  bool has_tentative_addresses() const { return state_.is_checking_addresses() || state_.is_starting(start_); }
  const Counters& counters() const { return output_.counters(); }
  const ip::Reassembler& reassembly(Family family) const { return fragments_.reassembler(family); }
  const icmp::ErrorLimiter& error_limiter(Family family) const { return answers_.error_limiter(family); }
  /// Counts and tells what happened to a packet after it left the node.
  void note(const Note& note) { output_.note(note); }
  /// `observer` (or nullptr) must outlive the node or be taken back.
  void observe(Observer* observer) { output_.observe(observer); }

 private:
  Turn turn_at(Instant now, Outbox& out) { return {state_, output_, random_, limits_, out, now}; }
  /// Where the link is down, or has addresses.
  [[gnu::noinline]] void receive_rarely(const Received& received, Turn& turn);
  void receive_frame(const Received& frame, Turn& turn);

  /// What is for this node itself of what the outbox holds from `first` on, until nothing is left. It is received as
  /// by the interface that has the address.
  void receive_own(std::size_t first, Turn& turn);
  void receive_own(const OutgoingPacket& packet, Turn& turn);

  // What every packet passes is inlined into receive(): the calls cost a tenth of an echo.
  [[gnu::always_inline]] void receive_datagram(const Received& received, Turn& turn);
  /// A datagram that has no view.
  [[gnu::noinline]] void receive_misshapen(const Received& received, const Drop& misshapen, const PacketIds& ids,
                                           Turn& turn);
  template <class View>
  [[gnu::always_inline]] void process(Arrival<View>& arrival, const PacketIds& ids, Turn& turn);
  /// The same where it is not inlined.
  template <class View>
  [[gnu::noinline]] void process_rarely(Arrival<View>& arrival, const PacketIds& ids, Turn& turn);
  /// Replies, errors and drops.
  template <class View>
  [[gnu::always_inline]] void act(const Verdict& verdict, const Arrival<View>& arrival, const PacketIds& ids,
                                  Turn& turn);
  /// What changes more than counters, or goes on to others.
  template <class View>
  [[gnu::noinline]] void act_rarely(const Verdict& verdict, const Arrival<View>& arrival, const PacketIds& ids,
                                    Turn& turn);
  template <class View>
  void hold(const Verdict& verdict, const Arrival<View>& fragment, const PacketIds& ids, Turn& turn);
  template <class View>
  void process_whole(const ip::Reassembled& datagram, Turn& turn);
  template <class View>
  void give_up_fragments(Turn& turn);

  void report_unreachable(const discovery::WaitingPacket& waiting, Turn& turn);
  template <class View>
  void report_unreachable(const View& packet, Reason reason, const PacketIds& ids, Turn& turn);

  using SendGiven = MaybeReason (*)(Bytes, InterfaceId, Turn&);
  MaybeReason send_given(SendGiven send, InterfaceId interface, Bytes bytes, Instant now, Outbox& out);
  void begin_anew(InterfaceId interface, const InterfaceConfig& config, Turn& turn);
  void step(Turn& turn);
  /// Ends a turn: sends what was released, and computes the deadline where it may have changed.
  void finish(Turn& turn);
  void update_deadline();

  // What every packet touches stands together: pages cost more than instructions right after a system call.
  Instant deadline_ = Instant::max();
  Instant interfaces_deadline_ = Instant::max();
  Instant start_;
  Random keys_;
  Random random_;
  Random limits_;
  NodeState state_;
  Output output_;
  Answers answers_;
  Fragments fragments_;
};

// A network holds many of them in a vector. A copy answers what the node would, and nobody hears of it: so one can be
// asked without changing the other.
static_assert(std::is_nothrow_move_constructible_v<Node>);
static_assert(std::is_copy_constructible_v<Node>);

}  // namespace tunstack
