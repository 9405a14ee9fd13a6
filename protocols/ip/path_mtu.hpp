// What is known of the MTU of paths (RFC 1191): estimates for single destinations, of bounded number, that grow old. A
// node lowers them as errors say, and asks before it sends. Tables are made when the first estimate, or large packet,
// comes.
#pragma once

#include <array>
#include <expected>

#include "protocols/base/address_table.hpp"
#include "protocols/base/late.hpp"
#include "protocols/base/reason.hpp"
#include "protocols/base/time.hpp"

namespace tunstack::ip {

/// A router's report that a datagram was too large. All in octets.
struct TooBig {
  std::size_t reported = 0;  // the MTU of the next link; 0 if the router does not say
  std::size_t quoted_length = 0;
  std::size_t quoted_header = 0;
};

/// The MTU that a report leads to, where `estimate` is held so far; or why it is not believed (RFC 1191 3, 5 and 7,
/// RFC 5927 7). Never less than `minimum`: nobody is made to send in pieces smaller than that.
std::expected<std::size_t, Reason> believed_path_mtu(const TooBig& report, std::size_t estimate, std::size_t minimum);

/// The MTU that a report of IPv6 leads to, where routers always say which one they mean (RFC 8201 4).
std::expected<std::size_t, Reason> believed_ipv6_path_mtu(const TooBig& report, std::size_t estimate);

class PathMtus {
 public:
  explicit PathMtus(Random& random) : key_(SipHashKey::draw(random)), estimates_(random) {}

  /// The MTU towards `destination` over a link of `link_mtu`, in octets.
  template <class Address>
  std::size_t to(const Address& destination, std::size_t link_mtu, Instant now) const {
    if (latest_ > now) [[unlikely]]
      return estimate_of(destination, link_mtu, now);
    return link_mtu;
  }
  /// After `until` the path is tried again with the MTU of its link (RFC 1191 6.3).
  void lower(const IpAddress& destination, std::size_t mtu, Instant until);
  /// Calls `each` with every destination, the MTU towards it and when that is over.
  template <class Each>
  void for_each(Instant now, const Each& each) const {
    estimates_.for_each([&](const IpAddress& destination, const Estimate& estimate) {
      if (estimate.until > now) each(destination, estimate.mtu, estimate.until);
    });
  }

  /// Remembers that a packet went to `destination` that not every path takes, so that a forged report about others is
  /// found out (RFC 8201 4). Forgotten when another destination comes to its place.
  void note_large_packet(const Ipv6Address& destination) {
    if (destination == latest_large_) return;  // as nearly always
    if (!large_packets_) large_packets_.make();
    const std::uint64_t hash = keyed_hash(destination, key_);
    (*large_packets_)[place_of(hash)] = tag_of(hash);
    latest_large_ = destination;
  }
  bool sent_large_packet(const Ipv6Address& destination) const {
    if (!large_packets_) return false;
    const std::uint64_t hash = keyed_hash(destination, key_);
    return (*large_packets_)[place_of(hash)] == tag_of(hash);
  }

 private:
  struct Estimate {
    std::size_t mtu = 0;
    Instant until = Instant::min();
  };
  std::size_t estimate_of(const IpAddress& destination, std::size_t link_mtu, Instant now) const;

  static constexpr std::size_t large_packets = 4096;
  static std::size_t place_of(std::uint64_t hash) { return (hash >> 32) % large_packets; }
  static std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash) | 1U; }  // 0 is nobody's

  SipHashKey key_;
  Ipv6Address latest_large_{};                                    // no packet goes to the unspecified address
  Late<std::array<std::uint32_t, large_packets>> large_packets_;  // tags by place, once there was one
  Instant latest_ = Instant::min();  // when the last estimate will be over: nearly always nothing is looked up
  AddressTable<Estimate> estimates_;
};

}  // namespace tunstack::ip
