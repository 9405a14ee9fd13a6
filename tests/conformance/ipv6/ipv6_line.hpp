// A host for IPv6 packets in parts, and what is expected of its answers.
#pragma once

#include "tests/conformance/ipv4/fragments.hpp"
#include "tests/support/ipv6_parts.hpp"

namespace tunstack::test {

/// 2001:db8::2/64.
class Line6 : public FragmentLine {
 public:
  explicit Line6(const NodeConfig& config) : FragmentLine(config) {}
  explicit Line6(std::initializer_list<std::string_view> settings = {})
      : FragmentLine(node_with({{"2001:db8::2/64"}}, settings)) {}
};

/// That the host does what it did before all this.
inline void expect_alive(Line6& line) { EXPECT_THAT(line.send(echo6()), testing::SizeIs(1)) << "a plain echo"; }

/// One packet was sent: the reply to echo6() with this data.
inline void expect_echo_reply(const Packets& sent, const Packet& data) {
  ASSERT_THAT(sent, testing::SizeIs(1));
  const Ipv6Fields back{.source = "2001:db8::2", .destination = "2001:db8::1"};
  EXPECT_EQ(sent[0], ipv6(back, icmpv6(back, 129, 0, 0x05010001, data)));
}

/// One ICMPv6 error, quoting as much of `quoted` as fits into 1280 octets (RFC 4443 2.4(c)).
inline void expect_error6(const Packets& sent, unsigned type, unsigned code, std::uint32_t rest, const Packet& quoted) {
  ASSERT_THAT(sent, testing::SizeIs(1));
  EXPECT_EQ(be16(sent[0], 6) >> 8, 58U);
  EXPECT_EQ(icmp6_type(sent[0]), type);
  EXPECT_EQ(icmp6_code(sent[0]), code);
  EXPECT_EQ(be32(sent[0], 44), rest) << "pointer, or unused";
  EXPECT_EQ(from(sent[0], 48), part(quoted, 0, std::min<std::size_t>(quoted.size(), 1232)));
}

/// A packet and what comes of it: a parameter problem, silence or an echo reply.
struct Outcome {
  enum Kind : std::uint8_t { problem, silence, reply } kind;
  unsigned code = 0;
  std::uint32_t pointer = 0;
};
inline Outcome problem(unsigned code, std::uint32_t pointer) { return {Outcome::problem, code, pointer}; }
inline constexpr Outcome silence{Outcome::silence};
inline constexpr Outcome reply{Outcome::reply};

struct OutcomeRow {
  std::string what;
  Packet packet;
  Outcome outcome;
};

/// Each packet alone, at a fresh host.
inline void expect_outcomes(const std::vector<OutcomeRow>& rows,
                            std::initializer_list<std::string_view> settings = {}) {
  for (const OutcomeRow& row : rows) {
    SCOPED_TRACE(row.what);
    Host host(settings);
    const Packets sent = host.send(row.packet);
    if (row.outcome.kind == Outcome::problem)
      expect_error6(sent, 4, row.outcome.code, row.outcome.pointer, row.packet);
    else if (row.outcome.kind == Outcome::silence)
      EXPECT_THAT(sent, testing::IsEmpty());
    else
      EXPECT_TRUE(sent.size() == 1 && icmp6_type(sent[0]) == 129) << sent.size() << " packets";
    EXPECT_THAT(host.send(echo6()), testing::SizeIs(1)) << "a plain echo after it";
  }
}

}  // namespace tunstack::test
