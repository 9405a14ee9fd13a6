// The messages that tell a configuration, and how its options are divided over them.
#include "protocols/discovery/routers/advertising/advertisement_parts.hpp"

#include <gtest/gtest.h>

#include "tests/support/packets.hpp"

namespace tunstack::test::advertisement_parts_test {
namespace {

using discovery::AdvertisementParts;
using discovery::AdvertisingConfig;
using std::chrono::seconds;

const MacAddress mac{{2, 0, 0, 0, 0, 1}};

Ipv6Address address(std::string_view text) { return parse_address(text)->ipv6(); }

Packet written(const RouterAdvertisementMessage& message) {
  Packet bytes(message.size(), 0);
  message.write(bytes);
  return bytes;
}

AdvertisingConfig with_prefixes(unsigned count) {
  AdvertisingConfig config;
  for (unsigned i = 0; i < count; ++i) {
    PrefixInformation told{address("2001:db8::"), 64};
    told.prefix.octets[7] = static_cast<std::uint8_t>(i);
    config.prefixes.push_back(told);
  }
  return config;
}

/// The options of type `type` in all parts, in their order.
std::vector<Packet> options_of(const AdvertisementParts& parts, std::uint8_t type) {
  std::vector<Packet> found;
  for (std::size_t i = 0; i < parts.count(); ++i) {
    const Packet message = written(parts.part(i, false));
    NdOptionReader reader(Bytes(message).subspan(router_advertisement_size));
    while (const auto option = reader.next())
      if (option->type() == type) found.emplace_back(option->bytes.begin(), option->bytes.end());
    EXPECT_FALSE(reader.is_malformed()) << "part " << i;
  }
  return found;
}

AdvertisingConfig everything() {
  AdvertisingConfig config{.router_lifetime = seconds(9000),
                           .hop_limit = 33,
                           .managed = true,
                           .preference = RouterPreference::high,
                           .reachable_time = 30'000,
                           .retransmit_time = 1000,
                           .mtu = 1400};
  config.prefixes = {{address("2001:db8:1::7"), 64}};
  config.routes = {{address("2001:db8:2::"), 48, RouterPreference::high, 600}};
  config.rdnss = {{1800, {address("2001:db8::53")}}};
  config.dnssl = {{1800, {"lab"}}};
  config.pref64 = {{address("64:ff9b::"), 96, 1800}};
  return config;
}

const char* const options_but_routes[] = {
    "01 01 020000000001 05 01 0000 00000578 03 04 40 c0 00278d00 00093a80 00000000 20010db8000100000000000000000000",
    "19 03 0000 00000708 20010db8000000000000000000000053 1f 02 0000 00000708 03 6c6162 00 000000"
    "26 02 0708 0064ff9b 00000000 00000000"};

TEST(AdvertisementParts, ND_RA_003_every_field_and_option) {
  const AdvertisementParts parts(everything(), mac, 1500);
  ASSERT_EQ(parts.count(), 1U);
  EXPECT_EQ(written(parts.part(0, false)), hex("86 00 0000 21 88 2328 00007530 000003e8") + hex(options_but_routes[0]) +
                                               hex("18 02 30 08 00000258 20010db8 00020000") +
                                               hex(options_but_routes[1]));
}

// RFC 4861 6.2.5; RFC 4191 2.2: with lifetime 0 the preference is 00.
TEST(AdvertisementParts, ND_RA_006_a_final_one) {
  const AdvertisementParts parts(everything(), mac, 1500);
  EXPECT_EQ(written(parts.part(0, true)), hex("86 00 0000 21 80 0000 00007530 000003e8") + hex(options_but_routes[0]) +
                                              hex("18 02 30 08 00000000 20010db8 00020000") +
                                              hex(options_but_routes[1]));
}

TEST(AdvertisementParts, ND_RA_007_a_router_that_does_not_forward_says_what_a_final_one_says) {
  AdvertisingConfig config = everything();
  config.forwards = false;
  const AdvertisementParts parts(config, mac, 1500);
  EXPECT_EQ(written(parts.part(0, false)), written(AdvertisementParts(everything(), mac, 1500).part(0, true)));
}

TEST(AdvertisementParts, ND_RA_003_without_options) {
  const AdvertisementParts parts({}, std::nullopt, 1280);
  ASSERT_EQ(parts.count(), 1U);
  EXPECT_EQ(written(parts.part(0, false)), hex("86 00 0000 40 00 0708 00000000 00000000"));
}

TEST(AdvertisementParts, ND_RA_005_fifty_prefixes_over_1280_octets) {
  const AdvertisingConfig config = with_prefixes(50);
  const AdvertisementParts parts(config, mac, 1280);
  EXPECT_EQ(parts.count(), 2U);
  for (std::size_t i = 0; i < parts.count(); ++i) {
    EXPECT_LE(parts.part(i, false).size() + 40, 1280U);
    EXPECT_EQ(parts.part(i, true).size(), parts.part(i, false).size());
    EXPECT_EQ(parts.part(i, false).header.lifetime, 1800);
    EXPECT_EQ(parts.part(i, true).header.lifetime, 0);
  }
  const auto sent = options_of(parts, nd_option::prefix_information);
  ASSERT_EQ(sent.size(), 50U);
  for (std::size_t i = 0; i < sent.size(); ++i) EXPECT_EQ(sent[i][23], i) << "each once, in order";
  EXPECT_EQ(options_of(parts, nd_option::source_link_layer_address).size(), 2U) << "in each part";
}

// Behind the headers (56 octets) and the address of the router (8), 38 prefixes fill a packet of 1280 octets exactly.
TEST(AdvertisementParts, ND_RA_005_a_packet_may_be_full) {
  struct Case {
    unsigned prefixes;
    std::size_t mtu, parts;
  };
  for (const Case& c : {Case{38, 1280, 1}, Case{39, 1280, 2}, Case{76, 1280, 2}, Case{77, 1280, 3}, Case{39, 1311, 2},
                        Case{39, 1312, 1}})
    EXPECT_EQ(AdvertisementParts(with_prefixes(c.prefixes), mac, c.mtu).count(), c.parts)
        << c.prefixes << " prefixes over " << c.mtu;
}

TEST(AdvertisementParts, ND_RA_005_the_largest_options_that_are_not_refused) {
  AdvertisingConfig config;
  config.rdnss.assign(3, {1, std::vector<Ipv6Address>(75, address("fe80::53"))});
  config.dnssl.assign(2, {1, std::vector<std::string>(151, "abcdef")});
  ASSERT_EQ(discovery::fault_of(config), std::nullopt);
  const AdvertisementParts parts(config, mac, 1280);
  EXPECT_EQ(parts.count(), 5U);
  for (std::size_t i = 0; i < parts.count(); ++i) EXPECT_LE(parts.part(i, false).size() + 40, 1280U);
  EXPECT_EQ(options_of(parts, nd_option::rdnss).size(), 3U);
  EXPECT_EQ(options_of(parts, nd_option::dnssl).size(), 2U);
}

// The sum over pseudo-header and message is all ones (RFC 4443 2.3).
TEST(AdvertisementParts, ND_RA_003_the_checksum) {
  const Ipv6Fields ip{.source = "fe80::1", .destination = "ff02::1", .hop_limit = 255};
  const AdvertisementParts parts(everything(), mac, 1500);
  Packet bytes = written(parts.part(0, false));
  const ChecksumSum sum = pseudo_header_sum(address(ip.source), address(ip.destination), 58, bytes.size());
  set_be16(bytes, RouterAdvertisementMessage::checksum_offset, RouterAdvertisementMessage::checksum(bytes, sum));
  EXPECT_TRUE(checksums_are_right(ipv6(ip, bytes)));
}

}  // namespace
}  // namespace tunstack::test::advertisement_parts_test
