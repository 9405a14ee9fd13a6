// Router advertisements and solicitations of ICMPv4, octet by octet.
#include "protocols/wire/icmpv4_router_discovery.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocols/wire/emit.hpp"
#include "tests/support/packets.hpp"

namespace tunstack::test::icmpv4_router_discovery_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

static_assert(Message<Icmpv4RouterAdvertisement>);
static_assert(Message<Icmpv4RouterSolicitation>);

/// As emit does it.
template <class M>
Packet written(const M& message) {
  Packet bytes(message.size(), 0xee);
  message.write(bytes);
  set_be16(bytes, M::checksum_offset, 0);
  set_be16(bytes, M::checksum_offset, message.checksum(bytes, 0));
  return bytes;
}

std::vector<AdvertisedRouter> routers_in(const Packet& message) {
  std::vector<AdvertisedRouter> routers;
  for (const AdvertisedRouter& router : Icmpv4RouterAdvertisementView(message).routers()) routers.push_back(router);
  return routers;
}

TEST(Icmpv4RouterDiscovery, ICMP4_RD_004_the_advertisement) {
  const std::vector<AdvertisedRouter> routers{
      {{0xc0000201}, 5}, {{0xc0000202}, -1}, {{0x0a000001}, irdp_never_default}};
  const Packet message = written(Icmpv4RouterAdvertisement{1800, routers});
  EXPECT_EQ(message, icmpv4(9, 0, 0x03020708, hex("c0000201 00000005 c0000202 ffffffff 0a000001 80000000")));
  EXPECT_EQ(message.size(), 8 + 8 * routers.size());
}

TEST(Icmpv4RouterDiscovery, ICMP4_RD_004_what_is_written_is_read_again) {
  std::vector<AdvertisedRouter> routers;
  for (std::uint32_t i = 0; i < 255; ++i)
    routers.push_back({{0x0a000000 + i}, static_cast<std::int32_t>(i * 0x01010101)});
  const Packet message = written(Icmpv4RouterAdvertisement{65535, routers});
  EXPECT_EQ(Icmpv4RouterAdvertisementView(message).lifetime(), 65535);
  EXPECT_TRUE(Icmpv4RouterAdvertisementView(message).holds_all_entries());
  EXPECT_EQ(routers_in(message), routers);
}

TEST(Icmpv4RouterDiscovery, ICMP4_RD_012_the_solicitation) {
  EXPECT_EQ(written(Icmpv4RouterSolicitation{}), hex("0a00 f5ff 00000000"));
}

TEST(Icmpv4RouterDiscovery, ICMP4_RD_015_words_beyond_the_second_are_skipped) {
  const AdvertisedRouter first{{0xc0000201}, 5}, second{{0xc0000202}, -2};
  EXPECT_THAT(routers_in(icmpv4(9, 0, 0x0203000a, hex("c0000201 00000005 11111111 c0000202 fffffffe 22222222"))),
              ElementsAre(first, second));
  EXPECT_THAT(routers_in(icmpv4(9, 0, 0x0202000a, hex("c0000201 00000005 c0000202 fffffffe 33333333"))),
              ElementsAre(first, second))
      << "octets behind the entries";
  EXPECT_THAT(routers_in(icmpv4(9, 0, 0x01ff000a, hex("c0000201 00000005") + Packet(253 * 4))), ElementsAre(first));
  EXPECT_THAT(routers_in(icmpv4(9, 0, 0x0002000a, hex("c0000201 00000005"))), IsEmpty());
}

TEST(Icmpv4RouterDiscovery, ICMP4_RD_014_whether_all_entries_are_there) {
  struct Case {
    unsigned count, words;
    std::size_t octets;  // behind the header
    bool holds;
  };
  for (const Case& c :
       {Case{1, 2, 8, true}, Case{1, 2, 7, false}, Case{3, 2, 8, false}, Case{2, 3, 24, true}, Case{2, 3, 23, false},
        Case{255, 255, 255 * 255 * 4, true}, Case{255, 255, 255 * 255 * 4 - 1, false}, Case{1, 2, 100, true}}) {
    const Packet message = icmpv4(9, 0, c.count << 24 | c.words << 16, Packet(c.octets));
    EXPECT_EQ(Icmpv4RouterAdvertisementView(message).holds_all_entries(), c.holds) << c.count << " " << c.octets;
  }
}

TEST(Icmpv4RouterDiscovery, ICMP4_RD_019_the_fixed_part) {
  const Packet message = icmpv4(9, 16, 0x0102ff38, Packet(8));
  const Icmpv4RouterAdvertisementView view(message);
  EXPECT_EQ(view.code(), irdp_routes_no_common_traffic);
  EXPECT_EQ(view.lifetime(), 0xff38) << "unsigned";
}

}  // namespace
}  // namespace tunstack::test::icmpv4_router_discovery_test
