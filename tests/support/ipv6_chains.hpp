// IPv6 messages behind extension headers and in fragments, and the packet that fragments make.
#pragma once

#include "tests/support/host.hpp"
#include "tests/support/ipv6_parts.hpp"

namespace tunstack::test {

using Chain = std::vector<Part>;

/// Headers that hold nothing but padding.
inline Part hop_by_hop() { return hop_by_hop("0104 00000000"); }
inline Part destination_options(const Packet& options = hex("0104 00000000")) { return destination(options); }

/// `ip.next_header` says what stands behind the chain.
inline Packet chained(const Ipv6Fields& ip, const Chain& chain, const Packet& payload) {
  return with_headers(ipv6(ip, payload), chain);
}

/// Messages behind a chain.
inline Packet chained_udp(const Chain& chain, Ipv6Fields ip = {}, unsigned port = 33434) {
  ip.next_header = 17;
  return chained(ip, chain, udp(ip, 40000, port, counting(16)));
}
inline Packet chained_icmp(const Chain& chain, unsigned type, const Packet& data = {}, const Ipv6Fields& ip = {}) {
  return chained(ip, chain, icmpv6(ip, type, 0, 0, data));
}

/// Octets [begin, end) of a payload in a fragment of their own.
inline Packet fragment6(const Ipv6Fields& ip, const Packet& payload, std::size_t begin, std::size_t end) {
  return chained(ip, {fragment_header(begin, end < payload.size())}, part(payload, begin, end - begin));
}

/// The whole payload in fragments with `size` octets of it each.
inline std::vector<Packet> fragments6(const Ipv6Fields& ip, const Packet& payload, std::size_t size) {
  std::vector<Packet> made;
  for (std::size_t begin = 0; begin < payload.size(); begin += size)
    made.push_back(fragment6(ip, payload, begin, std::min(begin + size, payload.size())));
  return made;
}

/// The packet of which these are all fragments, in the order of sending (RFC 8200 4.5).
inline Packet joined6(const std::vector<Packet>& sent) {
  EXPECT_GE(sent.size(), 2U) << "no fragments";
  if (sent.empty()) return {};
  Packet whole = part(sent[0], 0, 40);
  for (std::size_t i = 0; i < sent.size(); ++i) {
    const Packet& fragment = sent[i];
    EXPECT_EQ(be16(fragment, 4), fragment.size() - 40) << "payload length";
    EXPECT_EQ(fragment.at(6), 44) << "a fragment header";
    EXPECT_EQ(part(fragment, 7, 34), part(sent[0], 7, 34)) << "hop limit, addresses, next header";
    EXPECT_EQ(fragment.at(41), 0) << "reserved (V6-FRAG-014)";
    EXPECT_EQ(be16(fragment, 42), (whole.size() - 40) | (i + 1 < sent.size() ? 1U : 0U)) << "offset, reserved and M";
    EXPECT_EQ(be32(fragment, 44), be32(sent[0], 44)) << "identification";
    EXPECT_TRUE(i + 1 == sent.size() || fragment.size() % 8 == 0) << "units of 8 octets";
    whole = whole + from(fragment, 48);
  }
  whole[6] = sent[0].at(40);
  set_be16(whole, 4, static_cast<unsigned>(whole.size() - 40));
  EXPECT_TRUE(checksums_are_right(whole)) << "of the joined packet";
  return whole;
}

}  // namespace tunstack::test
