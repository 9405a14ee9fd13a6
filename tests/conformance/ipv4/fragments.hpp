// Fragments as tests write them, and a host that takes and sends them.
#pragma once

#include <random>

#include "tests/conformance/node/interfaces.hpp"

namespace tunstack::test {

using Packets = std::vector<Packet>;

/// Octets that do not repeat; the same for the same seed.
inline Packet noise(std::size_t size, unsigned seed = 1) {
  std::mt19937 random(seed);
  Packet bytes(size);
  for (std::uint8_t& octet : bytes) octet = static_cast<std::uint8_t>(random());
  return bytes;
}

/// Octets [begin, end) of a datagram's payload. MF is set unless they are the last ones (RFC 791 3.1).
inline Packet fragment(Ipv4Fields ip, const Packet& payload, std::size_t begin, std::size_t end) {
  ip.flags_and_offset |= static_cast<unsigned>(begin / 8) | (end < payload.size() ? 0x2000U : 0U);
  return ipv4(ip, part(payload, begin, end - begin));
}

/// The whole payload in fragments of `size` octets.
inline Packets fragments(const Ipv4Fields& ip, const Packet& payload, std::size_t size) {
  Packets made;
  for (std::size_t begin = 0; begin < payload.size(); begin += size)
    made.push_back(fragment(ip, payload, begin, std::min(begin + size, payload.size())));
  return made;
}

/// The datagram of which these are all fragments, in the order of sending.
inline Packet joined(const Packets& sent) {
  if (sent.empty()) return {};
  Packet whole = part(sent[0], 0, (sent[0].at(0) & 0x0fU) * 4);
  const std::size_t header = whole.size();
  for (std::size_t i = 0; i < sent.size(); ++i) {
    EXPECT_LE(sent[i].size(), 1500U);
    EXPECT_EQ(be16(sent[i], 2), sent[i].size()) << "total length";
    EXPECT_EQ(be16(sent[i], 4), be16(sent[0], 4)) << "identification";
    EXPECT_EQ((be16(sent[i], 6) & 0x1fffU) * 8, whole.size() - header) << "offset";
    EXPECT_EQ((be16(sent[i], 6) & 0x2000U) != 0, i + 1 < sent.size()) << "more fragments";
    whole = whole + from(sent[i], (sent[i].at(0) & 0x0fU) * 4);
  }
  set_be16(whole, 2, static_cast<unsigned>(whole.size()));
  set_be16(whole, 6, 0);
  mend_header_checksum(whole);
  EXPECT_TRUE(checksums_are_right(whole)) << "of the joined datagram";
  return whole;
}

inline bool is_ipv4_fragment(const Packet& packet) {
  return packet.at(0) >> 4 == 4 && (be16(packet, 6) & 0x3fffU) != 0;
}
inline bool header_checksum_is_right(const Packet& packet) {
  return plain_checksum(part(packet, 0, (packet.at(0) & 0x0fU) * 4)) == 0;
}

/// A host of 192.0.2.2/24. What it sends may be in fragments.
class FragmentLine : public Driver {
 public:
  explicit FragmentLine(const NodeConfig& config) : Driver(config) {}
  explicit FragmentLine(std::initializer_list<std::string_view> settings = {})
      : FragmentLine(node_with({{"192.0.2.2/24"}}, settings)) {}

  Packets send(const Packet& packet) { return send(Packets{packet}); }
  Packets send(const Packets& packets) { return packets_of(receive(packets)); }
  Packets send_in_group_frames(const Packets& packets) { return packets_of(receive(packets, InterfaceId{0}, true)); }
  /// Time passes, and whatever is due is done right when it is due; what is sent meanwhile.
  Packets wait(Duration duration) { return packets_of(run_for(duration)); }
};

// An echo request in fragments, as most tests need one.
constexpr std::uint32_t echo_id_seq = 0x05010001;
inline Packet echo_request(const Packet& data) { return icmpv4(8, 0, echo_id_seq, data); }
inline Packet echo_reply(const Packet& data) { return icmpv4(0, 0, echo_id_seq, data); }

/// One packet was sent, with this ICMP message behind a header without options.
inline void expect_message(const Packets& sent, const Packet& message) {
  ASSERT_THAT(sent, testing::SizeIs(1));
  EXPECT_EQ(from(sent[0], 20), message);
}

/// One ICMP error with this quote.
inline void expect_error(const Packets& sent, unsigned type, unsigned code, const Packet& quote) {
  ASSERT_THAT(sent, testing::SizeIs(1));
  EXPECT_EQ(icmp4_type(sent[0]), type);
  EXPECT_EQ(icmp4_code(sent[0]), code);
  EXPECT_EQ(be32(sent[0], 24), 0U) << "the unused field";
  EXPECT_EQ(from(sent[0], 28), quote);
}

/// That the host does what it did before all this.
inline void expect_alive(FragmentLine& line) { EXPECT_THAT(line.send(echo4()), testing::SizeIs(1)) << "a plain echo"; }

}  // namespace tunstack::test
