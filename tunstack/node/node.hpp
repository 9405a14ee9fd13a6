// A host: interfaces, options, limits and counters. Sans-I/O: bytes, a time and a seed go in, packets come out.
#pragma once

#include <cstdint>
#include <vector>

#include "protocols/base/outbox.hpp"
#include "protocols/discovery/neighbors/ethernet_rules.hpp"
#include "protocols/icmp/quote.hpp"
#include "protocols/icmp/rate_limit.hpp"
#include "protocols/ip/reassembly.hpp"
#include "protocols/verdict.hpp"
#include "protocols/wire/arp.hpp"
#include "protocols/wire/emit.hpp"
#include "protocols/wire/ndp.hpp"
#include "tunstack/node/counters.hpp"
#include "tunstack/node/interface_config.hpp"
#include "tunstack/node/node_state.hpp"
#include "tunstack/node/observer.hpp"

namespace tunstack {

struct NodeConfig {
  std::vector<InterfaceConfig> interfaces;
  NodeOptions options;
  std::uint64_t seed = 0;                            // of all randomness of the node
  std::chrono::milliseconds time_of_day_at_start{};  // UT since midnight, at the Instant zero
};

/// A packet as a device delivers it. The bytes are read during the call only.
struct Received {
  InterfaceId interface{};
  Bytes bytes;  // from the first octet of the IP header; a whole frame where the link has addresses
  Instant now;
  bool link_layer_group = false;  // came in a link-layer broadcast or multicast frame
};

class Node {
  /// What a decision is about.
  struct Happening {
    Instant now;
    Bytes packet;
    bool arrived = true;
  };

 public:
  explicit Node(const NodeConfig& config);
  Node(const Node&) = delete;  // its parts share one stream of random numbers
  Node& operator=(const Node&) = delete;

  /// What is to become of a packet, and why. Pure: decides on (state, packet) and changes nothing.
  Verdict decide(const Received& received) const;

  /// Decides, acts, counts and tells the observer. Any bytes are good input; what is sent is added to `out`. Does
  /// what tick() does first, should it be due.
  void receive(const Received& received, Outbox& out);
  /// Does what is due by now: fragments that have waited too long are given up, perhaps with an error.
  void tick(Instant now, Outbox& out);
  /// Takes leave of the hosts that this node advertises itself to as a router.
  void farewell(Instant now, Outbox& out);
  /// When tick() will have something to do.
  Instant next_deadline() const { return deadline_; }

  const NodeState& state() const { return state_; }
  /// Whether addresses are still being checked.
  bool is_settling() const { return state_.addresses.has_tentative() || state_.is_beginning(); }
  const Counters& counters() const { return counters_; }
  const ip::Reassembler& reassembly(Family family) const {
    return family == Family::ipv4 ? reassembler4_ : reassembler6_;
  }
  const icmp::ErrorLimiter& error_limiter(Family family) const {
    return family == Family::ipv4 ? error_limiter4_ : error_limiter6_;
  }
  /// Counts what happened to a packet after it left the node.
  void count(Reason reason) { ++counters_.by_reason[index_of(reason)]; }
  /// `observer` (or nullptr) must outlive the node or be taken back.
  void observe(Observer* observer) { observer_ = observer; }

 private:
  MaybeReason refuses(const Ipv4Arrival& arrival) const;
  MaybeReason refuses(const Ipv6Arrival& arrival) const;
  template <class View>
  Arrival<View> classify(const Received& received, const View& ip) const;

  // Frames, where the link has addresses.
  bool has_frames(InterfaceId interface) const { return has_ethernet_ && state_.link_address(interface).has_value(); }
  /// What the frame carries, or why nobody looks into it.
  std::expected<Received, Reason> unwrap(const Received& frame) const;
  Verdict decide_datagram(const Received& received) const;
  Verdict decide_frame(const Received& frame) const;
  void receive_datagram(const Received& received, Outbox& out);
  void receive_frame(const Received& frame, Outbox& out);
  Verdict judge_arp(const Received& received) const;
  void receive_arp(const Received& received, Outbox& out);
  void take_arp(const ArpPacket& packet, const Verdict& verdict, const Received& received, Outbox& out);

  // Options, extension headers and fragments: nothing for the plain datagrams that nearly all are.
  bool is_unusual(const Ipv4Arrival& arrival) const;
  bool is_unusual(const Ipv6Arrival& arrival) const { return is_ipv6_extension(arrival.protocol()); }
  std::optional<Verdict> judge_unusual(const Ipv4Arrival& arrival) const;
  /// Moves the arrival along to its upper layer.
  std::optional<Verdict> judge_unusual(Ipv6Arrival& arrival) const;

  // What every packet passes is inlined into receive(): the calls cost a tenth of an echo.
  template <class Arrival>
  [[gnu::always_inline]] void process(Arrival& arrival, Outbox& out);
  template <class Arrival>
  [[gnu::noinline]] void act_unusual(const Verdict& verdict, const Arrival& arrival, Outbox& out);
  template <class Arrival>
  [[gnu::always_inline]] void act(const Verdict& verdict, const Arrival& arrival, Outbox& out);
  void conclude(const Happening& happening, const Verdict& verdict, MaybeReason withheld,
                std::span<const OutgoingPacket> sent);
  template <class Arrival>
  void count_icmp_in(const Arrival& arrival);
  template <class IpHeader, class Message>
  MaybeReason send(const IpHeader& header, const Message& message, const Link& link, Instant now, Outbox& out);
  /// Gives the packets from the `first` on, which go to one stop, the link-layer address of the next hop, or keeps them
  /// until that is known.
  [[gnu::noinline]] MaybeReason hand_over(std::size_t first, const IpAddress& stop, InterfaceId interface, Instant now,
                                          Outbox& out);
  std::optional<MacAddress> group_mac(InterfaceId interface, const IpAddress& destination) const;
  void send_arp(const ArpPacket& packet, const MacAddress& to, InterfaceId interface, Outbox& out);
  void originate_arp(Reason reason, const ArpPacket& packet, const MacAddress& to, InterfaceId interface, Instant now,
                     Outbox& out);

  // Neighbors.
  void step_neighbors(Instant now, Outbox& out);
  void solicit(const discovery::NeighborCache::Solicitation& solicitation, Instant now, Outbox& out);
  void send_waiting(const discovery::NeighborKey& key, Instant now, Outbox& out);
  bool is_from_us(Bytes packet, InterfaceId interface) const;
  void count_lost();
  void lose_neighbor(const discovery::NeighborKey& key, Instant now);
  void mention(const discovery::NeighborKey& key, const MacAddress& mac, Instant now);
  void note(const discovery::NeighborNews& news, Instant now);
  void note_solicitor(const Ipv6Arrival& arrival);
  NeighborAdvertisement advertisement_for(const Ipv6Address& target, const Ipv6Address& solicitor,
                                          InterfaceId interface, std::uint8_t flags) const;
  MaybeReason answer_solicitation(const Ipv6Arrival& arrival, Outbox& out);
  MaybeReason delay_answer(const Ipv6Arrival& arrival);
  void send_delayed_answers(InterfaceId interface, Instant now, Outbox& out);
  void confirm_neighbor(const discovery::NeighborKey& key, Instant now);
  void note_advertisement(const Ipv6Arrival& arrival);
  void note_untracked(const Ipv6Arrival& arrival);
  void count_out(Bytes datagram);

  // Own addresses.
  void step_addresses(InterfaceId interface, Instant now, Outbox& out);
  void take_address_event(InterfaceId interface, const discovery::Autoconfiguration::Event& event, Instant now);
  void take_address_event(InterfaceId interface, const discovery::CheckedIpv4Addresses::Event& event, Instant now);
  void send_detection(InterfaceId interface, const discovery::Autoconfiguration::Due& due, Instant now, Outbox& out);
  void send_detection(InterfaceId interface, const discovery::CheckedIpv4Addresses::Due& due, Instant now, Outbox& out);
  void tell_address(Reason reason, InterfaceId interface, const IpAddress& address, Instant now);
  MaybeReason hear_about_tentative(const Ipv6Arrival& arrival);

  // Groups.
  void step_groups(InterfaceId interface, Instant now, Outbox& out);
  std::optional<Ipv6Address> link_local_source(InterfaceId interface) const;
  void query_listeners(InterfaceId interface, Instant now, Outbox& out);
  void note_listener(InterfaceId interface, const Ipv6Address& reporter, const MldListenerRecord& record, Instant now);
  void hear_listeners(const Ipv6Arrival& arrival);
  void send_report(InterfaceId interface, const discovery::MldMembership::Due& sending, Instant now, Outbox& out);
  void send_report(InterfaceId interface, const discovery::IgmpMembership::Due& sending, Instant now, Outbox& out);
  void hear_query(const Ipv6Arrival& arrival);
  void hear_query(const Ipv4Arrival& arrival);
  void hear_report(const Ipv6Arrival& arrival);
  void hear_report(const Ipv4Arrival& arrival);

  // Routers.
  void step_links(Instant now, Outbox& out);
  void advertise(InterfaceId interface, Instant now, Outbox& out);
  void advertise4(InterfaceId interface, Instant now, Outbox& out);
  void solicit_routers(InterfaceId interface, Instant now, Outbox& out);
  void solicit_routers4(InterfaceId interface, Instant now, Outbox& out);
  void hear_router(const Ipv6Arrival& arrival);
  void hear_router4(const Ipv4Arrival& arrival);
  void hear_router_solicitation(const Ipv6Arrival& arrival);
  void take_redirect(const Ipv6Arrival& arrival);
  void take_redirect(const Ipv4Arrival& arrival);
  /// Whether somebody here took a message of discovery.
  bool take_discovery(Reason reason, const Ipv4Arrival& arrival);
  bool take_discovery(Reason reason, const Ipv6Arrival& arrival);

  template <class IpHeader, class Message>
  void originate(Reason reason, const IpHeader& header, const Message& message, const Link& link, Instant now,
                 Outbox& out);

  // One overload for each verdict. They return why what the verdict asked for was not done.
  template <class Arrival>
  MaybeReason apply(const Drop& drop, const Arrival& arrival, Outbox& out);
  MaybeReason apply(const Reply& reply, const Ipv4Arrival& arrival, Outbox& out);
  MaybeReason apply(const Reply& reply, const Ipv6Arrival& arrival, Outbox& out);
  MaybeReason apply(const Error& error, const Ipv4Arrival& arrival, Outbox& out);
  MaybeReason apply(const Error& error, const Ipv6Arrival& arrival, Outbox& out);
  template <class Arrival>
  MaybeReason apply(const Hold& hold, const Arrival& arrival, Outbox& out);
  template <class Arrival>
  MaybeReason apply(const Deliver& deliver, const Arrival& arrival, Outbox& out);

  template <class Arrival>
  void report_error(const Arrival& arrival);
  void learn_mask(const Ipv4Arrival& arrival);
  void ask_for_mask(const icmp::MaskLearner::Due& request, Instant now, Outbox& out);
  ip::Reassembler& reassembler(Family family) { return family == Family::ipv4 ? reassembler4_ : reassembler6_; }
  const ip::ReassemblyPolicy& fragment_policy(Family family) const {
    return family == Family::ipv4 ? state_.options.fragments4 : state_.options.fragments6;
  }
  std::chrono::seconds path_mtu_age(Family family) const {
    return std::chrono::seconds(family == Family::ipv4 ? state_.options.path_mtu_age
                                                       : state_.options.ipv6_path_mtu_age);
  }
  void refuse_others(const Ipv4Arrival&) {}
  /// Later fragments of a packet whose first one was refused are refused too (RFC 7112 5).
  void refuse_others(const Ipv6Arrival& first_fragment);
  template <class View>
  void hold(const Verdict& verdict, const Arrival<View>& arrival, Outbox& out);
  /// After whatever may have evicted a datagram.
  void note_reassembly();
  template <class View>
  void process_whole(const ip::Reassembled& datagram, Instant now, Outbox& out);
  template <class View>
  void give_up(const ip::Reassembled& first_fragment, Instant now, Outbox& out);
  template <class View>
  void give_up_all_due(Instant now, Outbox& out);

  MaybeReason refuses_reply(const Reply& reply, const Ipv4Arrival& arrival);
  MaybeReason refuses_reply(const Reply& reply, const Ipv6Arrival& arrival);
  Ipv4Address source_back(const Ipv4Arrival& arrival) const;
  Ipv6Address source_back(const Ipv6Arrival& arrival) const;
  Ipv4Header header_back(const Ipv4Arrival& arrival, std::uint8_t protocol, Ipv4Address source) const;
  Ipv6Header header_back(const Ipv6Arrival& arrival, std::uint8_t next_header, const Ipv6Address& source) const;
  [[gnu::noinline]] MaybeReason follow_options(const Ipv4Arrival& arrival, ip::ReplyOptions echoed, Ipv4Header& header,
                                               ip::OptionStorage& storage) const;
  template <class Arrival, class IpHeader>
  MaybeReason send_extended(const Arrival& arrival, const IpHeader& header, const IcmpError& message, std::size_t room,
                            const Link& link, Outbox& out);
  std::size_t link_mtu(InterfaceId interface) const { return state_.link_mtus[static_cast<std::size_t>(interface)]; }
  // A quoted packet shows the hop that it was on its way to.
  static Ipv4Address next_stop(const Ipv4Header& header) { return header.first_hop.value_or(header.destination); }
  static const Ipv6Address& next_stop(const Ipv6Header& header) { return header.destination; }
  std::uint16_t next_identification(const Ipv4Header& header) {
    return state_.identification.next(header.source, next_stop(header), header.protocol);
  }
  Link link_for(const Ipv4Header& header, const Ipv4Arrival& arrival) const {
    return link_to(next_stop(header), arrival.interface, arrival.now);
  }
  Link link_for(const Ipv6Header& header, const Ipv6Arrival& arrival) const {
    return link_to(header.destination, arrival.interface, arrival.now);
  }
  void prepare_large(Ipv6Header& header, std::size_t payload, const Link& link);
  std::size_t link_mtu(InterfaceId interface, Ipv4Address) const { return link_mtu(interface); }
  std::size_t link_mtu(InterfaceId interface, const Ipv6Address&) const {
    return state_.ipv6_mtus[static_cast<std::size_t>(interface)];
  }
  template <class Address>
  Link link_to(const Address& destination, InterfaceId interface, Instant now) const {
    return {interface, state_.path_mtus.to(destination, link_mtu(interface, destination), now)};
  }

  /// After whatever may have changed it.
  void update_deadline() {
    links_deadline_ = Instant::max();
    for (const LinkDiscovery& link : state_.links) links_deadline_ = std::min(links_deadline_, link.next_deadline());
    deadline_ = std::min({reassembler4_.next_deadline(), reassembler6_.next_deadline(),
                          state_.mask_learner.next_deadline(), state_.neighbors.next_deadline(), links_deadline_});
  }

  // What every packet touches stands together: pages cost more than instructions right after a system call.
  Observer* observer_ = nullptr;
  Instant deadline_ = Instant::max();
  Instant links_deadline_ = Instant::max();
  bool has_ethernet_;
  Bytes frame_;                                  // the one that is looked into
  std::optional<discovery::NeighborKey> heard_;  // who that came from: what waits for it can go
  Random random_;
  NodeState state_;
  icmp::TokenBucket reply_bucket4_;
  icmp::TokenBucket reply_bucket6_;
  Counters counters_;
  icmp::ErrorLimiter error_limiter4_;
  icmp::ErrorLimiter error_limiter6_;
  icmp::ErrorLimiter probe_limiter_;
  ip::Reassembler reassembler4_;
  ip::Reassembler reassembler6_;
};

inline void Node::conclude(const Happening& happening, const Verdict& verdict, MaybeReason withheld,
                           std::span<const OutgoingPacket> sent) {
  count(reason_of(verdict));
  if (withheld) count(*withheld);
  if (observer_) [[unlikely]]
    observer_->decided({happening.now, happening.packet, happening.arrived, verdict, withheld, sent,
                        happening.arrived ? frame_ : Bytes{}});
}

}  // namespace tunstack
