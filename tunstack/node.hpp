// A host: interfaces, options, limits and counters. Sans-I/O: bytes, a time and a seed go in, packets come out.
#pragma once

#include <cstdint>
#include <vector>

#include "protocols/base/outbox.hpp"
#include "protocols/icmp/quote.hpp"
#include "protocols/icmp/rate_limit.hpp"
#include "protocols/ip/reassembly.hpp"
#include "protocols/verdict.hpp"
#include "protocols/wire/emit.hpp"
#include "tunstack/counters.hpp"
#include "tunstack/interface.hpp"
#include "tunstack/node_state.hpp"
#include "tunstack/observer.hpp"

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
  Bytes bytes;  // from the first octet of the IP header
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

  /// What is to become of a packet, and why. Pure: decides on (state, packet) and changes nothing.
  Verdict decide(const Received& received) const;

  /// Decides, acts, counts and tells the observer. Any bytes are good input; what is sent is added to `out`. Does
  /// what tick() does first, should it be due.
  void receive(const Received& received, Outbox& out);
  /// Does what is due by now: fragments that have waited too long are given up, perhaps with an error.
  void tick(Instant now, Outbox& out);
  /// When tick() will have something to do.
  Instant next_deadline() const { return deadline_; }

  const Counters& counters() const { return counters_; }
  /// Counts what happened to a packet after it left the node.
  void count(Reason reason) { ++counters_.by_reason[index_of(reason)]; }
  /// `observer` (or nullptr) must outlive the node or be taken back.
  void observe(Observer* observer) { observer_ = observer; }

 private:
  MaybeReason refuses(const Ipv4Arrival& arrival) const;
  MaybeReason refuses(const Ipv6Arrival& arrival) const;
  template <class View>
  Arrival<View> classify(const Received& received, const View& ip) const;

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
  MaybeReason send(const IpHeader& header, const Message& message, const Link& link, Outbox& out);

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
  void ask_for_mask(const icmp::MaskLearner::Request& request, Instant now, Outbox& out);
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
  [[gnu::noinline]] MaybeReason follow_options(const Ipv4Arrival& arrival, ip::EchoedOptions echoed, Ipv4Header& header,
                                               ip::OptionStorage& storage) const;
  template <class Arrival, class IpHeader>
  MaybeReason send_extended(const Arrival& arrival, const IpHeader& header, const IcmpError& message, std::size_t room,
                            const Link& link, Outbox& out);
  std::size_t link_mtu(InterfaceId interface) const { return state_.link_mtus[static_cast<std::size_t>(interface)]; }
  // A quoted packet shows the hop that it was on its way to.
  static Ipv4Address next_stop(const Ipv4Header& header) { return header.first_hop.value_or(header.destination); }
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
  template <class Address>
  Link link_to(const Address& destination, InterfaceId interface, Instant now) const {
    return {interface, state_.path_mtus.to(destination, link_mtu(interface), now)};
  }

  /// After whatever may have changed it.
  void update_deadline() {
    deadline_ =
        std::min({reassembler4_.next_deadline(), reassembler6_.next_deadline(), state_.mask_learner.next_deadline()});
  }

  // What every packet touches stands together: pages cost more than instructions right after a system call.
  Observer* observer_ = nullptr;
  Instant deadline_ = Instant::max();
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

}  // namespace tunstack
