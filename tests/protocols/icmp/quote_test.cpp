// How much of a packet an error quotes.
#include "protocols/icmp/quote.hpp"

#include <gtest/gtest.h>

#include "tests/support/packets.hpp"

namespace tunstack::test::quote_test {
namespace {

using icmp::Ipv4Quote;

Packet quoted(const Packet& received, Ipv4Quote amount) {
  const Ipv4View view = Ipv4View::parse(received).value();
  const std::size_t room = icmp::room_for_error(Family::ipv4, 20, 1500);
  icmp::QuoteStorage storage;
  const Bytes quote = icmp::quote(Ipv4Arrival{.ip = view}, icmp::quote_limit(view, amount, room), storage);
  return {quote.begin(), quote.end()};
}

Packet quoted(const Packet& received) {
  const std::size_t room = icmp::room_for_error(Family::ipv6, 40, 1500);
  icmp::QuoteStorage storage;
  const Bytes quote = icmp::quote(Ipv6Arrival{.ip = Ipv6View::parse(received).value()}, room - 8, storage);
  return {quote.begin(), quote.end()};
}

Packet first(const Packet& packet, std::size_t size) {
  return {packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(size)};
}

TEST(Quote, ICMP4_ERR_002_fills_a_datagram_of_576) {
  for (const std::size_t payload : {0U, 8U, 527U, 528U, 529U, 1400U}) {
    const Packet packet = ipv4({}, counting(payload));
    const std::size_t expected = std::min<std::size_t>(packet.size(), 576 - 20 - 8);
    EXPECT_EQ(quoted(packet, Ipv4Quote::datagram_of_576), first(packet, expected)) << payload;
  }
}

TEST(Quote, ICMP4_ERR_002_header_and_8_octets) {
  for (const std::size_t payload : {0U, 7U, 8U, 9U, 1400U}) {
    const Packet packet = ipv4({}, counting(payload));
    EXPECT_EQ(quoted(packet, Ipv4Quote::header_and_8), first(packet, std::min<std::size_t>(packet.size(), 28)))
        << payload;
  }
}

TEST(Quote, ICMP4_ERR_001_options_belong_to_the_header) {
  const Packet packet = ipv4({.options = Packet(40, 1)}, counting(100));
  EXPECT_EQ(quoted(packet, Ipv4Quote::header_and_8), first(packet, 68));
  EXPECT_EQ(quoted(packet, Ipv4Quote::datagram_of_576), packet);
}

TEST(Quote, ICMP6_ERR_001_fills_a_datagram_of_1280) {
  for (const std::size_t payload : {0U, 60U, 1191U, 1192U, 1193U, 1400U}) {
    const Packet packet = ipv6({}, counting(payload));
    EXPECT_EQ(quoted(packet), first(packet, std::min<std::size_t>(packet.size(), 1280 - 40 - 8))) << payload;
  }
}

// Octets of the frame behind the datagram are not the sender's to see again.
TEST(Quote, TUN_008_nothing_beyond_the_datagram_is_quoted) {
  const Packet padding(100, 0xaa);
  EXPECT_EQ(quoted(ipv4({}, counting(4)) + padding, Ipv4Quote::datagram_of_576), ipv4({}, counting(4)));
  EXPECT_EQ(quoted(ipv4({}, counting(4)) + padding, Ipv4Quote::header_and_8), ipv4({}, counting(4)));
  EXPECT_EQ(quoted(ipv6({}, counting(4)) + padding), ipv6({}, counting(4)));
}

}  // namespace
}  // namespace tunstack::test::quote_test
