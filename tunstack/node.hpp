// A host: interfaces, options, limits and counters. Sans-I/O: bytes, a time and a seed go in, packets come out.
#pragma once

#include <cstdint>
#include <vector>

#include "protocols/base/outbox.hpp"
#include "protocols/icmp/rate_limit.hpp"
#include "protocols/ip/ipv4_identification.hpp"
#include "protocols/ip/local_addresses.hpp"
#include "protocols/verdict.hpp"
#include "protocols/wire/emit.hpp"
#include "tunstack/counters.hpp"
#include "tunstack/interface.hpp"
#include "tunstack/observer.hpp"
#include "tunstack/options.hpp"

namespace tunstack {

struct NodeConfig {
  std::vector<InterfaceConfig> interfaces;
  NodeOptions options;
  std::uint64_t seed = 0;  // of all randomness of the node
};

/// A packet as a device delivers it. The bytes are read during the call only.
struct Received {
  InterfaceId interface{};
  Bytes bytes;  // from the first octet of the IP header
  Instant now;
  bool link_layer_group = false;  // came in a link-layer broadcast or multicast frame
};

class Node {
 public:
  explicit Node(const NodeConfig& config);

  /// What is to become of a packet, and why. Pure: decides on (state, packet) and changes nothing.
  Verdict decide(const Received& received) const;

  /// Decides, acts, counts and tells the observer. Any bytes are good input; what is sent is added to `out`.
  void receive(const Received& received, Outbox& out);

  const Counters& counters() const { return counters_; }
  /// Counts what happened to a packet after it left the node.
  void count(Reason reason) { ++counters_.by_reason[index_of(reason)]; }
  /// `observer` (or nullptr) must outlive the node or be taken back.
  void observe(Observer* observer) { observer_ = observer; }

 private:
  MaybeReason refuses(const Ipv4Arrival& arrival) const;
  MaybeReason refuses(const Ipv6Arrival& arrival) const;
  Ipv4Arrival classify(const Received& received, const Ipv4View& ip) const;
  Ipv6Arrival classify(const Received& received, const Ipv6View& ip) const;

  template <class Arrival>
  void process(const Arrival& arrival, const Received& received, Outbox& out);
  void conclude(const Received& received, const Verdict& verdict, MaybeReason withheld,
                std::span<const OutgoingPacket> sent);
  template <class Arrival>
  void count_icmp_in(const Arrival& arrival);
  template <class IpHeader, class Message>
  MaybeReason send(const IpHeader& header, const Message& message, InterfaceId interface, Outbox& out);

  // One overload for each verdict. They return why what the verdict asked for was not sent.
  template <class Arrival>
  MaybeReason apply(const Drop& drop, const Arrival& arrival, const Received& received, Outbox& out);
  MaybeReason apply(const Reply& reply, const Ipv4Arrival& arrival, const Received& received, Outbox& out);
  MaybeReason apply(const Reply& reply, const Ipv6Arrival& arrival, const Received& received, Outbox& out);
  MaybeReason apply(const Error& error, const Ipv4Arrival& arrival, const Received& received, Outbox& out);
  MaybeReason apply(const Error& error, const Ipv6Arrival& arrival, const Received& received, Outbox& out);

  Ipv4Header header_back(const Ipv4Arrival& arrival, std::uint8_t protocol, Ipv4Address source);
  Ipv6Header header_back(const Ipv6Arrival& arrival, std::uint8_t next_header, const Ipv6Address& source) const;
  Ipv4Address source_back(const Ipv4Arrival& arrival, InterfaceId interface) const;
  Ipv6Address source_back(const Ipv6Arrival& arrival, InterfaceId interface) const;
  Link link(InterfaceId interface) const { return {interface, mtus_[static_cast<std::size_t>(interface)]}; }

  // What every packet touches stands together: pages cost more than instructions right after a system call.
  Observer* observer_ = nullptr;
  NodeOptions options_;
  std::vector<std::size_t> mtus_;  // by interface
  ip::LocalAddresses addresses_;
  icmp::TokenBucket reply_bucket4_;
  icmp::TokenBucket reply_bucket6_;
  Counters counters_;
  Random random_;
  ip::Ipv4Identification identification_;
  icmp::ErrorLimiter error_limiter4_;
  icmp::ErrorLimiter error_limiter6_;
};

}  // namespace tunstack
