// An ICMPv4 error taken apart.
#include "protocols/icmp/error_report.hpp"

#include "tests/support/host.hpp"

namespace tunstack::test::error_report_test {
namespace {

const IpAddress router = parse_address("203.0.113.77").value();

/// What an error of `type` and `code` with a body tells; the body must outlive it.
std::expected<icmp::ErrorReport, Reason> report_of(const Packet& message) {
  return icmp::parse_error(router, Icmpv4View::parse(message).value());
}

const Packet quoted =
    hex("45b8 0054 beef 4000 0111 0000 c0000202 cb007105"  // TTL 1, as it was when it was dropped
        "9c40 829a 0040 1234");

TEST(ErrorReport, ICMP4_RX_003_every_field) {
  const Packet message = icmpv4(3, 13, 0, quoted);
  const auto report = report_of(message);
  ASSERT_TRUE(report);
  EXPECT_EQ(to_text(report->reporter), "203.0.113.77");
  EXPECT_EQ(report->type, 3);
  EXPECT_EQ(report->code, 13);
  EXPECT_EQ(report->pointer, 0U);
  EXPECT_EQ(report->mtu, 0U);
  EXPECT_EQ(to_text(report->source), "192.0.2.2");
  EXPECT_EQ(to_text(report->destination), "203.0.113.5");
  EXPECT_EQ(report->protocol, 17);
  EXPECT_EQ(report->identification, 0xbeef);
  EXPECT_EQ(report->header_size, 20U);
  EXPECT_EQ(report->total_length, 84U);
  EXPECT_EQ(report->transport.data(), message.data() + 28) << "a view of the message";
  EXPECT_EQ(report->transport.size(), 8U);
  EXPECT_EQ(report->body.quote.size(), 28U);
  EXPECT_TRUE(report->body.extensions.empty());
}

// ICMP4-RX-005: the pointer is an octet, the MTU 16 bits, and each belongs to one kind of error.
TEST(ErrorReport, ICMP4_RX_005_pointer_and_mtu) {
  struct Case {
    unsigned type, code;
    std::uint32_t rest, pointer, mtu;
  };
  for (const Case& c : {Case{12, 0, 0x15000000, 21, 0}, Case{12, 0, 0xff00ffff, 255, 0}, Case{12, 1, 0x01000000, 1, 0},
                        Case{3, 4, 0x00000514, 0, 1300}, Case{3, 4, 0xff00ffff, 0, 65535}, Case{3, 4, 0, 0, 0},
                        Case{3, 3, 0xff000514, 0, 0}, Case{11, 4, 0xff000514, 0, 0}, Case{11, 0, 7, 0, 0}}) {
    const auto report = report_of(icmpv4(c.type, c.code, c.rest, quoted));
    ASSERT_TRUE(report) << c.type << " " << c.code;
    EXPECT_EQ(report->pointer, c.pointer) << c.type << " " << c.code;
    EXPECT_EQ(report->mtu, c.mtu) << c.type << " " << c.code;
  }
}

TEST(ErrorReport, ICMP4_RX_003_header_and_8_octets_at_least) {
  for (unsigned words = 5; words <= 15; ++words) {
    Packet quote = part(quoted, 0, 20) + Packet((words - 5) * 4, 1) + from(quoted, 20);
    quote[0] = static_cast<std::uint8_t>(0x40 | words);
    for (std::size_t size = 0; size < quote.size(); ++size) {
      const auto report = report_of(icmpv4(11, 0, 0, part(quote, 0, size)));
      ASSERT_FALSE(report) << words << " words, " << size;
      EXPECT_EQ(report.error(), Reason::icmp4_error_quote_cut_short);
    }
    const Packet message = icmpv4(11, 0, 0, quote);
    const auto report = report_of(message);
    ASSERT_TRUE(report) << words;
    EXPECT_EQ(report->header_size, words * 4);
    EXPECT_EQ(report->transport.data(), message.data() + 8 + words * 4);
    EXPECT_EQ(report->transport.size(), 8U);
  }
}

TEST(ErrorReport, ICMP4_RX_003_quotes_of_another_kind) {
  for (unsigned first = 0; first < 256; ++first) {
    if (first >= 0x45 && first <= 0x4f) continue;
    Packet quote = quoted + Packet(100);
    quote[0] = static_cast<std::uint8_t>(first);
    EXPECT_FALSE(report_of(icmpv4(3, 1, 0, quote))) << first;
  }
}

// What an error quotes is bounded by its length octet (RFC 4884 5.4).
TEST(ErrorReport, ICMP4_RX_003_extensions_are_no_part_of_the_transport) {
  const Packet extensions = hex("2000 da0d 0008 0101 03e80101");
  const Packet message = icmpv4(11, 0, 32U << 16, quoted + Packet(100) + extensions);
  const auto report = report_of(message);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->transport.size(), 108U);
  EXPECT_EQ(report->body.quote.size(), 128U);
  EXPECT_EQ(report->body.extensions.data(), message.data() + 136);
  EXPECT_EQ(report->body.extensions.size(), 12U);
}

}  // namespace
}  // namespace tunstack::test::error_report_test
