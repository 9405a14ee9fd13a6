// An ICMPv6 error taken apart.
#include "protocols/icmp/error_report.hpp"
#include "tests/support/ipv6_chains.hpp"

namespace tunstack::test::ipv6_error_report_test {
namespace {

const IpAddress router = parse_address("2001:db8:77::7").value();

/// The checksum is that of these addresses.
constexpr Ipv6Fields outer{.source = "2001:db8:77::7"};
Packet message(unsigned type, unsigned code, std::uint32_t rest, const Packet& body) {
  return icmpv6(outer, type, code, rest, body);
}

/// What an error tells; the message must outlive it.
std::expected<icmp::ErrorReport, Reason> report_of(const Packet& error) {
  const Ipv6Address source = parse_address(outer.source)->ipv6();
  const Ipv6Address destination = parse_address(outer.destination)->ipv6();
  const auto sum = pseudo_header_sum(source, destination, 58, error.size());
  return icmp::parse_error(router, Icmpv6View::parse({error, sum}).value());
}

const Packet addresses = hex("20010db8 00000000 00000000 00000002 20010db8 00050000 00000000 00000005");
const Packet quoted = hex("6b812345 0054 11 01") + addresses +  // hop limit 1, as it was when it was dropped
                      hex("9c40 829a 0054 1234");

constexpr Ipv6Fields from_us{.source = "2001:db8::2", .destination = "2001:db8:5::5"};

TEST(Ipv6ErrorReport, ICMP6_RX_003_every_field) {
  const Packet error = message(1, 3, 0, quoted);
  const auto report = report_of(error);
  ASSERT_TRUE(report);
  EXPECT_EQ(to_text(report->reporter), "2001:db8:77::7");
  EXPECT_EQ(report->family(), Family::ipv6);
  EXPECT_EQ(report->type, 1);
  EXPECT_EQ(report->code, 3);
  EXPECT_EQ(report->pointer, 0U);
  EXPECT_EQ(report->mtu, 0U);
  EXPECT_EQ(to_text(report->source), "2001:db8::2");
  EXPECT_EQ(to_text(report->destination), "2001:db8:5::5");
  EXPECT_EQ(report->protocol, 17);
  EXPECT_EQ(report->identification, 0);
  EXPECT_EQ(report->header_size, 40U);
  EXPECT_EQ(report->total_length, 124U) << "40 and the payload length";
  EXPECT_EQ(report->transport.data(), error.data() + 48) << "a view of the message";
  EXPECT_EQ(report->transport.size(), 8U);
  EXPECT_EQ(report->body.quote.size(), 48U);
  EXPECT_TRUE(report->body.extensions.empty());
  EXPECT_FALSE(report->is_too_big());
}

// All 32 bits (RFC 4443 3.2 and 3.4), and each belongs to one type, whatever the code.
TEST(Ipv6ErrorReport, ICMP6_RX_005_pointer_and_mtu) {
  struct Case {
    unsigned type, code;
    std::uint32_t rest, pointer, mtu;
  };
  for (const Case& c :
       {Case{4, 0, 0xfffefdfc, 0xfffefdfc, 0}, Case{4, 2, 42, 42, 0}, Case{4, 255, 1, 1, 0}, Case{2, 0, 1280, 0, 1280},
        Case{2, 7, 0xfffefdfc, 0, 0xfffefdfc}, Case{2, 0, 0, 0, 0}, Case{1, 4, 1280, 0, 0}, Case{3, 4, 1280, 0, 0},
        Case{0, 0, 1280, 0, 0}, Case{5, 4, 1280, 0, 0}, Case{127, 4, 0xffffffff, 0, 0}}) {
    const Packet error = message(c.type, c.code, c.rest, quoted);
    const auto report = report_of(error);
    ASSERT_TRUE(report) << c.type;
    EXPECT_EQ(report->pointer, c.pointer) << c.type << " " << c.code;
    EXPECT_EQ(report->mtu, c.mtu) << c.type << " " << c.code;
    EXPECT_EQ(report->is_too_big(), c.type == 2) << c.type << " " << c.code;
  }
}

// In IPv4 it is a code that asks for smaller packets, and type 2 means nothing.
TEST(Ipv6ErrorReport, PMTU6_001_too_big_in_each_family) {
  const auto is_too_big = [](const IpAddress& source, std::uint8_t type) {
    icmp::ErrorReport report;
    report.source = source;
    report.type = type;
    report.code = 4;
    return report.is_too_big();
  };
  EXPECT_TRUE(is_too_big(Ipv4Address{0xc0000202}, 3));
  EXPECT_FALSE(is_too_big(Ipv4Address{0xc0000202}, 2));
  EXPECT_TRUE(is_too_big(Ipv6Address{}, 2));
  EXPECT_FALSE(is_too_big(Ipv6Address{}, 3));
}

struct Row {
  const char* what;
  Packet packet;
  std::size_t headers;
  unsigned protocol;
};

// ICMP6-RX-003: RFC 8200 4.1 recommends an order, and receivers take any.
TEST(Ipv6ErrorReport, ICMP6_RX_003_quotes_with_extension_headers_cut_anywhere) {
  for (const Row& row :
       {Row{"none", chained_udp({}, from_us), 40, 17}, Row{"hop-by-hop", chained_udp({hop_by_hop()}, from_us), 48, 17},
        Row{"long options", chained_udp({destination_options(Packet(254))}, from_us), 296, 17},
        Row{"routing", chained_udp({routing(3, 9)}, from_us), 48, 17},
        Row{"first fragment", chained_udp({fragment_header(0, true)}, from_us), 48, 17},
        Row{"options on both sides of a routing header",
            chained_udp({destination_options(), routing(0, 0), destination_options()}, from_us), 64, 17},
        Row{"nine headers", chained_udp(Chain(9, destination_options()), from_us), 112, 17},
        Row{"ICMPv6", chained_icmp({hop_by_hop()}, 129, counting(8), from_us), 48, 58},
        Row{"what is not known", chained({.source = "2001:db8::2", .next_header = 51}, {hop_by_hop()}, counting(20)),
            48, 51}}) {
    SCOPED_TRACE(row.what);
    for (std::size_t size = 40; size <= row.packet.size(); ++size) {
      const Packet error = message(1, 0, 0, part(row.packet, 0, size));
      const auto report = report_of(error);
      ASSERT_TRUE(report) << size;
      EXPECT_EQ(report->total_length, row.packet.size()) << size;
      EXPECT_EQ(report->body.quote.size(), size);
      const bool reaches = size >= row.headers + 8;
      EXPECT_EQ(report->transport.empty(), !reaches) << size;
      EXPECT_EQ(report->protocol, reaches ? row.protocol : row.packet.at(6)) << size;
      EXPECT_EQ(report->header_size, reaches ? row.headers : 40) << size;
      if (!reaches) continue;
      EXPECT_EQ(report->transport.data(), error.data() + 8 + row.headers) << size;
      EXPECT_EQ(report->transport.size(), size - row.headers) << size;
    }
  }
}

TEST(Ipv6ErrorReport, ICMP6_RX_003_a_later_fragment_has_no_upper_layer) {
  for (const std::size_t offset : {8U, 1448U, 65528U})
    for (const bool more : {false, true}) {
      const Packet error = message(3, 0, 0, chained_udp({hop_by_hop(), fragment_header(offset, more)}, from_us));
      const auto report = report_of(error);
      ASSERT_TRUE(report);
      EXPECT_TRUE(report->transport.empty()) << offset;
      EXPECT_EQ(report->protocol, 0) << "that of the fixed header: hop-by-hop options";
    }
}

TEST(Ipv6ErrorReport, ICMP6_RX_003_a_header_at_least) {
  for (std::size_t size = 0; size < 40; ++size) {
    const auto report = report_of(message(1, 0, 0, part(quoted, 0, size)));
    ASSERT_FALSE(report) << size;
    EXPECT_EQ(report.error(), Reason::icmp6_error_quote_cut_short);
  }
}

TEST(Ipv6ErrorReport, ICMP6_RX_003_quotes_of_another_kind) {
  for (unsigned first = 0; first < 256; ++first) {
    Packet quote = quoted + Packet(100);
    quote[0] = static_cast<std::uint8_t>(first);
    EXPECT_EQ(report_of(message(1, 0, 0, quote)).has_value(), first >> 4 == 6) << first;
  }
}

// What an error quotes is bounded by its length octet, in types 1 and 3 (RFC 4884 4.4, 4.5, 5.4).
TEST(Ipv6ErrorReport, ICMP6_EXT_001_extensions_are_no_part_of_the_transport) {
  const Packet extensions = hex("2000 da0d 0008 0101 03e80101");
  const Packet quote = quoted + Packet(80);
  for (const unsigned type : {1U, 3U}) {
    const Packet error = message(type, 0, 16U << 24, quote + extensions);
    const auto report = report_of(error);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->body.quote.size(), 128U);
    EXPECT_EQ(report->transport.size(), 88U);
    EXPECT_EQ(report->body.extensions.data(), error.data() + 136);
    EXPECT_EQ(report->body.extensions.size(), 12U);
  }
  for (const unsigned type : {2U, 4U, 50U}) {
    const Packet error = message(type, 0, 16U << 24, quote + extensions);
    EXPECT_EQ(report_of(error)->body.quote.size(), 140U) << type;
    EXPECT_TRUE(report_of(error)->body.extensions.empty()) << type;
  }
}

}  // namespace
}  // namespace tunstack::test::ipv6_error_report_test
