// Router advertisements and their options, octet by octet.
#include "protocols/wire/router_options.hpp"

#include <gtest/gtest.h>

#include "protocols/wire/emit.hpp"
#include "tests/support/packets.hpp"

namespace tunstack::test::router_options_test {
namespace {

static_assert(Message<RouterAdvertisementMessage>);

Ipv6Address address(std::string_view text) { return parse_address(text)->ipv6(); }

/// An option as it is written over octets that are not 0.
Packet written(const auto& option) {
  Packet bytes(300, 0xee);
  bytes.resize(option.write(bytes));
  return bytes;
}

std::vector<std::string> names_of(const DnsslView& list) {
  std::vector<std::string> names;
  DomainNameReader reader = list.names();
  while (const auto name = reader.next()) names.push_back(domain_name_text(*name));
  return names;
}

TEST(RouterOptions, ND_RA_004_a_prefix_is_sent_without_host_bits) {
  const PrefixInformation told{address("2001:db8:1:ff::7"), 60};
  EXPECT_EQ(written(told), hex("03 04 3c c0 00278d00 00093a80 00000000 20010db8 000100f0 00000000 00000000"));
  EXPECT_EQ(first_bits(address("2001:db8:1:ff::7"), 128), address("2001:db8:1:ff::7"));
  EXPECT_EQ(first_bits(address("ffff::ffff"), 0), address("::"));
  EXPECT_EQ(first_bits(address("ffff::ffff"), 1), address("8000::"));
}

TEST(RouterOptions, ND_RA_004_flags_and_lifetimes_of_a_prefix) {
  const PrefixInformation none{address("2001:db8::"), 64, false, false, 1, 0};
  EXPECT_EQ(written(none), hex("03 04 40 00 00000001 00000000 00000000 20010db8 00000000 00000000 00000000"));
  const PrefixInformation on_link{address("2001:db8::"), 64, true, false};
  EXPECT_EQ(written(on_link)[3], 0x80);
}

TEST(RouterOptions, ND_RA_009_a_route_is_as_long_as_its_prefix_needs) {
  const Ipv6Address prefix = address("2001:db8:1:2:3:4:5:6");
  EXPECT_EQ(written(RouteInformation{prefix, 0, RouterPreference::high, 1}), hex("18 01 00 08 00000001"));
  EXPECT_EQ(written(RouteInformation{prefix, 48, RouterPreference::low, 2}),
            hex("18 02 30 18 00000002 20010db8 00010000"));
  EXPECT_EQ(written(RouteInformation{prefix, 96, RouterPreference::medium, 3}),
            hex("18 03 60 00 00000003 20010db8 00010002 00030004 00000000"));
}

TEST(RouterOptions, ND_RA_003_the_mtu) { EXPECT_EQ(written(MtuOption{1400}), hex("05 01 0000 00000578")); }

TEST(RouterOptions, ND_RA_010_rdnss) {
  const Rdnss list{1800, {address("2001:db8::53"), address("fe80::53")}};
  const Packet bytes = written(list);
  EXPECT_EQ(bytes, hex("19 05 0000 00000708 20010db8000000000000000000000053 fe800000000000000000000000000053"));
  EXPECT_EQ(list.size(), bytes.size());
  const auto view = RdnssView::parse({bytes});
  ASSERT_TRUE(view);
  EXPECT_EQ(view->lifetime(), 1800U);
  ASSERT_EQ(view->count(), 2U);
  EXPECT_EQ(view->server(0), address("2001:db8::53"));
  EXPECT_EQ(view->server(1), address("fe80::53"));
}

TEST(RouterOptions, ND_RA_010_rdnss_has_whole_addresses_and_one_at_least) {
  for (const std::size_t size : {8U, 16U, 32U, 48U}) {
    Packet bytes(size);
    EXPECT_FALSE(RdnssView::parse({bytes})) << size;
  }
  for (const std::size_t size : {24U, 40U, 56U}) {
    Packet bytes(size);
    EXPECT_TRUE(RdnssView::parse({bytes})) << size;
  }
}

TEST(RouterOptions, ND_RA_010_dnssl) {
  const Dnssl list{7, {"example.com", "lab"}};
  const Packet bytes = written(list);
  EXPECT_EQ(bytes, hex("1f 04 0000 00000007 07 6578616d706c65 03 636f6d 00 03 6c6162 00 000000000000"));
  EXPECT_EQ(list.size(), bytes.size());
  EXPECT_EQ(written(Dnssl{7, {"abcde.fghijklm"}}).size(), 24U) << "no padding where none is needed";
}

TEST(RouterOptions, ND_RA_010_dnssl_is_read_again) {
  const Packet bytes = written(Dnssl{7, {"example.com", "lab"}});
  const auto view = DnsslView::parse({bytes});
  ASSERT_TRUE(view);
  EXPECT_EQ(view->lifetime(), 7U);
  EXPECT_EQ(names_of(*view), (std::vector<std::string>{"example.com", "lab"}));
}

TEST(RouterOptions, ND_RA_010_dnssl_without_names_or_with_bad_ones) {
  EXPECT_FALSE(DnsslView::parse({hex("1f 01 0000 00000007")}));
  EXPECT_FALSE(DnsslView::parse({hex("1f 02 0000 00000007 00000000 00000000")}));
  EXPECT_FALSE(DnsslView::parse({hex("1f 02 0000 00000007 01 61 00 00 01 61 00 00")})) << "a name behind the padding";
  EXPECT_FALSE(DnsslView::parse({hex("1f 02 0000 00000007 07 61 61 61 61 61 61 61")})) << "without an end";
}

TEST(RouterOptions, ND_RA_010_pref64_has_a_code_for_each_length) {
  const Ipv6Address prefix = address("64:ff9b:1122:3344:5566:7788:99aa:bbcc");
  struct Case {
    std::uint8_t length;
    const char* option;
  };
  for (const Case& c : {
           Case{96, "26 02 0708 0064ff9b 11223344 55667788"},
           Case{64, "26 02 0709 0064ff9b 11223344 00000000"},
           Case{56, "26 02 070a 0064ff9b 11223300 00000000"},
           Case{48, "26 02 070b 0064ff9b 11220000 00000000"},
           Case{40, "26 02 070c 0064ff9b 11000000 00000000"},
           Case{32, "26 02 070d 0064ff9b 00000000 00000000"},
       }) {
    const Packet bytes = written(Pref64{prefix, c.length, 1800});
    EXPECT_EQ(bytes, hex(c.option)) << int{c.length};
    const auto read = Pref64::parse({bytes});
    ASSERT_TRUE(read);
    EXPECT_EQ(read->length, c.length);
    EXPECT_EQ(read->lifetime, 1800U);
    EXPECT_EQ(read->prefix, first_bits(prefix, c.length));
  }
}

TEST(RouterOptions, ND_RA_010_pref64_lifetimes_are_multiples_of_8_s) {
  struct Case {
    std::uint32_t lifetime, sent;
  };
  for (const Case& c : {Case{0, 0}, Case{1, 8}, Case{8, 8}, Case{9, 16}, Case{65'521, 65'528}, Case{65'528, 65'528}})
    EXPECT_EQ(Pref64::parse({written(Pref64{{}, 64, c.lifetime})})->lifetime, c.sent) << c.lifetime;
}

TEST(RouterOptions, ND_RA_010_pref64_malformed) {
  EXPECT_FALSE(Pref64::parse({hex("26 02 070e 0064ff9b 00000000 00000000")})) << "reserved code 6";
  EXPECT_FALSE(Pref64::parse({hex("26 02 070f 0064ff9b 00000000 00000000")})) << "reserved code 7";
  EXPECT_FALSE(Pref64::parse({Packet(8)}));
  EXPECT_FALSE(Pref64::parse({Packet(24)}));
  EXPECT_EQ(Pref64::parse({hex("26 02 0709 0064ff9b 11223344 55667788")})->prefix, address("64:ff9b:1122:3344::"))
      << "what lies behind the length is ignored";
}

TEST(RouterAdvertisementMessage, ND_RA_003_every_field) {
  RouterAdvertisementMessage message;
  message.header = {.hop_limit = 33,
                    .managed = true,
                    .other = true,
                    .preference = RouterPreference::high,
                    .lifetime = 1800,
                    .reachable_time = 30'000,
                    .retransmit_time = 1000};
  message.source_mac = MacAddress{{2, 0, 0, 0, 0, 1}};
  const Packet options = written(MtuOption{1400});
  message.options = options;
  Packet bytes(message.size(), 0);
  message.write(bytes);
  EXPECT_EQ(bytes, hex("86 00 0000 21 c8 0708 00007530 000003e8 01 01 020000000001 05 01 0000 00000578"));
}

TEST(RouterAdvertisementMessage, ND_GEN_007_no_address_of_the_router_where_it_has_none) {
  const RouterAdvertisementMessage message;
  Packet bytes(message.size(), 0);
  message.write(bytes);
  EXPECT_EQ(bytes, hex("86 00 0000 00 00 0000 00000000 00000000"));
}

}  // namespace
}  // namespace tunstack::test::router_options_test
