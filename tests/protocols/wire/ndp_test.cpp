#include "protocols/wire/ndp.hpp"

#include "tests/support/frames.hpp"

namespace tunstack::test::ndp_test {
namespace {

constexpr std::uint8_t source_type = 1, target_type = 2;

/// Types of the options that the reader finds, one after the other.
std::vector<unsigned> types_in(const Packet& options) {
  std::vector<unsigned> types;
  NdOptionReader reader(options);
  while (const auto option = reader.next()) types.push_back(option->type());
  return types;
}

TEST(NdOptions, ND_GEN_004_one_after_the_other) {
  const Packet options = nd_option_of(200, counting(20)) + source_option(peer_mac) + nd_option_of(0, Packet(6));
  EXPECT_EQ(types_in(options), (std::vector<unsigned>{200, 1, 0}));
  NdOptionReader reader(options);
  EXPECT_EQ(reader.next()->bytes.size(), 24U);
  const auto second = reader.next();
  EXPECT_EQ(Packet(second->bytes.begin(), second->bytes.end()), source_option(peer_mac));
  reader.next();
  EXPECT_FALSE(reader.next());
  EXPECT_FALSE(reader.is_malformed());
  EXPECT_TRUE(types_in({}).empty());
  EXPECT_TRUE(nd_options_are_well_formed(Packet{}));
}

TEST(NdOptions, ND_GEN_003_malformed) {
  const Packet good = source_option(peer_mac);
  for (const Packet& bad :
       {hex("01"), hex("01 00"), hex("01 01"), hex("01 00 00 00 00 00 00 00"), hex("01 02 00 00 00 00 00 00"),
        hex("01 ff 00 00 00 00 00 00"), hex("01 01 00 00 00 00 00"), hex("c8 00 00 00 00 00 00 00")}) {
    EXPECT_FALSE(nd_options_are_well_formed(bad));
    EXPECT_FALSE(nd_options_are_well_formed(good + bad));
    EXPECT_EQ(types_in(good + bad), (std::vector<unsigned>{1})) << "what stands before it is read";
    EXPECT_TRUE(nd_options_are_well_formed(good));
  }
}

// Any octets are good input, and every step goes forward.
TEST(NdOptions, ND_GEN_003_largest_and_smallest) {
  for (unsigned length = 1; length < 256; ++length) {
    Packet option(length * 8);
    option[1] = static_cast<std::uint8_t>(length);
    EXPECT_TRUE(nd_options_are_well_formed(option)) << length;
    option.pop_back();
    EXPECT_FALSE(nd_options_are_well_formed(option)) << length;
  }
}

TEST(NdOptions, ND_GEN_004_the_first_of_a_type) {
  const Packet options = nd_option_of(14, counting(6)) + source_option(peer_mac) + source_option(other_mac);
  const auto found = find_nd_option(options, source_type);
  ASSERT_TRUE(found);
  EXPECT_EQ(MacAddress::load(found->bytes, 2), mac_address(peer_mac));
  EXPECT_FALSE(find_nd_option(options, target_type));
  EXPECT_TRUE(find_nd_option(options, 14));
}

TEST(NdOptions, ND_GEN_005_link_layer_addresses) {
  const Packet long_one = nd_option_of(1, other_mac + Packet(8));
  EXPECT_EQ(find_link_layer_address(source_option(peer_mac), source_type), mac_address(peer_mac));
  EXPECT_FALSE(find_link_layer_address(source_option(peer_mac), target_type));
  EXPECT_FALSE(find_link_layer_address(long_one, source_type));
  EXPECT_EQ(find_link_layer_address(long_one + source_option(peer_mac), source_type), mac_address(peer_mac));
  EXPECT_EQ(find_link_layer_address(source_option(peer_mac) + source_option(other_mac), source_type),
            mac_address(peer_mac));
  EXPECT_FALSE(find_link_layer_address(source_option(broadcast_mac), source_type));
  EXPECT_EQ(find_link_layer_address(source_option(broadcast_mac) + source_option(peer_mac), source_type),
            mac_address(peer_mac));
}

// ---- messages that leave ----

/// The message as it is written over other octets; its checksum is emit's affair.
template <class Message>
Packet written(const Message& message) {
  Packet bytes(message.size(), 0xee);
  message.write(bytes);
  return bytes;
}

TEST(NdMessages, ND_NS_007_solicitation) {
  const Packet target = octets_of("2001:db8::1");
  const Ipv6Address address = Ipv6Address::load(target, 0);
  const Packet head = hex("87 00 00 00 00 00 00 00") + target;
  EXPECT_EQ(written(NeighborSolicitation{{}, address, {}, {}}), head);
  EXPECT_EQ(written(NeighborSolicitation{{}, address, mac_address(own_mac), {}}), head + hex("01 01") + own_mac);
  const std::array<std::uint8_t, 6> nonce{1, 2, 3, 4, 5, 6};
  EXPECT_EQ(written(NeighborSolicitation{{}, address, {}, nonce}), head + hex("0e 01 01 02 03 04 05 06"));
  EXPECT_EQ(written(NeighborSolicitation{{}, address, mac_address(own_mac), nonce}),
            head + hex("01 01") + own_mac + hex("0e 01 01 02 03 04 05 06"));
}

TEST(NdMessages, ND_NA_001_advertisement) {
  const Packet target = octets_of("2001:db8::2");
  const Ipv6Address address = Ipv6Address::load(target, 0);
  EXPECT_EQ(written(NeighborAdvertisement{{}, 0x60, address, mac_address(own_mac)}),
            hex("88 00 00 00 60 00 00 00") + target + hex("02 01") + own_mac);
  EXPECT_EQ(written(NeighborAdvertisement{{}, 0xe0, address, {}}), hex("88 00 00 00 e0 00 00 00") + target);
  EXPECT_EQ(na_router | na_solicited | na_override, 0xe0);
}

TEST(NdMessages, ND_GEN_006_router_solicitation) {
  EXPECT_EQ(written(RouterSolicitation{{}, {}}), hex("85 00 00 00 00 00 00 00"));
  EXPECT_EQ(written(RouterSolicitation{{}, mac_address(own_mac)}), hex("85 00 00 00 00 00 00 00 01 01") + own_mac);
}

}  // namespace
}  // namespace tunstack::test::ndp_test
