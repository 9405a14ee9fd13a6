// Addresses, prefixes and their texts.
#include "protocols/base/address.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <string>

namespace tunstack::test::address_test {
namespace {

std::string canonical(std::string_view text) {
  const auto address = parse_address(text);
  return address ? to_text(*address) : "not an address";
}

IpAddress with_flipped_bit(const IpAddress& address, std::size_t bit) {
  std::array<std::uint8_t, 16> octets{};
  copy_bytes(octets, address.octets());
  octets[bit / 8] = static_cast<std::uint8_t>(octets[bit / 8] ^ 0x80U >> bit % 8);
  return address.is_ipv4() ? IpAddress(Ipv4Address::load(octets, 0)) : IpAddress(Ipv6Address{octets});
}

TEST(Address, ipv4_text_goes_round) {
  for (const std::string_view text : {"0.0.0.0", "192.0.2.1", "10.0.0.10", "127.0.0.1", "255.255.255.255"})
    EXPECT_EQ(canonical(text), text);
}

TEST(Address, ipv6_text_that_is_canonical_goes_round) {
  for (const std::string_view text :
       {"::", "::1", "1::", "fe80::2", "2001:db8::1", "1:2:3:4:5:6:7:8", "ff02::1:ff00:2"})
    EXPECT_EQ(canonical(text), text);
}

// The examples of RFC 5952 4 and 5.
TEST(Address, ipv6_text_becomes_canonical) {
  EXPECT_EQ(canonical("2001:0db8::0001"), "2001:db8::1") << "4.1 leading zeros";
  EXPECT_EQ(canonical("2001:db8:0:0:0:0:2:1"), "2001:db8::2:1") << "4.2.1 as short as possible";
  EXPECT_EQ(canonical("2001:db8::1:1:1:1:1"), "2001:db8:0:1:1:1:1:1") << "4.2.2 not for a single field";
  EXPECT_EQ(canonical("2001:0:0:1:0:0:0:1"), "2001:0:0:1::1") << "4.2.3 the longest run";
  EXPECT_EQ(canonical("2001:db8:0:0:1:0:0:1"), "2001:db8::1:0:0:1") << "4.2.3 the first of equal runs";
  EXPECT_EQ(canonical("2001:DB8::AbCd"), "2001:db8::abcd") << "4.3 lower case";
  EXPECT_EQ(canonical("::FFFF:c000:0201"), "::ffff:192.0.2.1") << "5 embedded IPv4";
  EXPECT_EQ(canonical("0:0:0:0:0:0:0:0"), "::");
}

std::string text_of_libc(const IpAddress& address) {
  char text[INET6_ADDRSTRLEN];
  return inet_ntop(address.is_ipv4() ? AF_INET : AF_INET6, address.octets().data(), text, sizeof text);
}

// Zeros, numbers of each length and what stands before embedded IPv4, in all places.
TEST(Address, text_is_that_of_the_C_library) {
  constexpr std::uint16_t words[] = {0, 0xffff, 0x1a, 0x10c};
  for (unsigned which = 0; which < 1U << 16; ++which) {
    std::array<std::uint8_t, 16> octets{};
    for (unsigned i = 0; i < 8; ++i) store_be16(octets, std::size_t{2} * i, words[which >> (2 * i) & 3]);
    const IpAddress address = Ipv6Address{octets};
    ASSERT_EQ(to_text(address), text_of_libc(address));
    const IpAddress shorter = Ipv4Address::load(octets, 12);
    ASSERT_EQ(to_text(shorter), text_of_libc(shorter));
  }
}

TEST(Address, bad_addresses_are_refused) {
  for (const std::string_view text :
       {"",         " ",        "1.2.3",      "1.2.3.4.5",   "1.2.3.256",     "1.2.3.-4",          "1.2.3.4 ",
        " 1.2.3.4", "1.2.3.04", "0x01020304", "1.2..4",      "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3",
        ":::",      ":1",       "12345::",    "2001:db8::g", "fe80::1%tun0",  "::1.2.3",           "192.0.2.1/24",
        "localhost"})
    EXPECT_FALSE(parse_address(text)) << "'" << text << "'";
}

TEST(Address, text_behind_a_zero_octet_is_refused) {
  EXPECT_FALSE(parse_address(std::string_view("192.0.2.1\0x", 11)));
  EXPECT_FALSE(parse_prefix(std::string_view("2001:db8::1\0x/64", 16)));
}

TEST(Address, only_the_text_of_the_view_is_read) {
  constexpr std::string_view text = "192.0.2.123/24";
  EXPECT_EQ(to_text(parse_address(text.substr(0, 9)).value()), "192.0.2.1");
  EXPECT_EQ(to_text(parse_prefix(text.substr(0, 13)).value()), "192.0.2.123/2");
}

TEST(Address, ipv4_is_a_number_in_host_order_and_its_octets_are_in_network_order) {
  const IpAddress address = parse_address("192.0.2.1").value();
  EXPECT_EQ(address.ipv4().value, 0xc0000201U);
  const Bytes octets = address.octets();
  EXPECT_EQ(std::vector<std::uint8_t>(octets.begin(), octets.end()), (std::vector<std::uint8_t>{192, 0, 2, 1}));
}

TEST(Address, ipv6_octets_are_in_network_order) {
  const IpAddress address = parse_address("102:304:506:708:90a:b0c:d0e:f10").value();
  ASSERT_EQ(address.octets().size(), 16U);
  for (std::size_t i = 0; i < 16; ++i) EXPECT_EQ(address.octets()[i], i + 1);
}

TEST(Address, families_never_compare_equal) {
  EXPECT_NE(parse_address("0.0.0.0").value(), parse_address("::").value());
  EXPECT_EQ(parse_address("::1").value(), parse_address("0::1").value());
  EXPECT_NE(parse_address("::1").value(), parse_address("::2").value());
}

TEST(Address, ipv6_addresses_that_differ_in_the_last_octet_differ) {
  EXPECT_FALSE(parse_address("2001:db8::1")->ipv6() == parse_address("2001:db8::2")->ipv6());
  EXPECT_TRUE(parse_address("2001:db8::1")->ipv6() == parse_address("2001:db8:0::1")->ipv6());
}

TEST(Address, link_local_is_fe80_slash_10) {
  EXPECT_TRUE(parse_address("fe80::1")->ipv6().is_link_local());
  EXPECT_TRUE(parse_address("febf:ffff::1")->ipv6().is_link_local());
  EXPECT_FALSE(parse_address("fec0::1")->ipv6().is_link_local());
  EXPECT_FALSE(parse_address("fe7f::1")->ipv6().is_link_local());
  EXPECT_FALSE(parse_address("ff80::1")->ipv6().is_link_local());
}

// RFC 4291 2.7.1: ff02::1:ff with the low 24 bits of the address.
TEST(Address, solicited_node_group_has_the_low_24_bits) {
  EXPECT_EQ(to_text(solicited_node_group(parse_address("4037::1:800:200e:8c6c")->ipv6())), "ff02::1:ff0e:8c6c");
  EXPECT_EQ(to_text(solicited_node_group(parse_address("fe80::2")->ipv6())), "ff02::1:ff00:2");
}

TEST(Prefix, text_goes_round) {
  for (const std::string_view text :
       {"192.0.2.2/24", "0.0.0.0/0", "10.0.0.1/32", "2001:db8::2/64", "::/0", "::1/128"}) {
    const auto prefix = parse_prefix(text);
    ASSERT_TRUE(prefix) << text;
    EXPECT_EQ(to_text(*prefix), text);
  }
}

TEST(Prefix, bare_address_has_the_full_width) {
  EXPECT_EQ(to_text(parse_prefix("192.0.2.1").value()), "192.0.2.1/32");
  EXPECT_EQ(to_text(parse_prefix("2001:db8::1").value()), "2001:db8::1/128");
}

TEST(Prefix, bad_prefixes_are_refused) {
  for (const std::string_view text : {"",
                                      "/",
                                      "/24",
                                      "192.0.2.1/",
                                      "192.0.2.1/33",
                                      "192.0.2.1/256",
                                      "192.0.2.1/280",
                                      "192.0.2.1/-1",
                                      "192.0.2.1/+4",
                                      "192.0.2.1/ 24",
                                      "192.0.2.1/24 ",
                                      "192.0.2.1 /24",
                                      "192.0.2.1/24x",
                                      "192.0.2.1/24/24",
                                      "192.0.2.1/0x18",
                                      "192.0.2.1/255.255.255.0",
                                      "2001:db8::/129",
                                      "2001:db8::/",
                                      "2001:db8::/320",
                                      "1.2.3",
                                      "1.2.3/24"})
    EXPECT_FALSE(parse_prefix(text)) << "'" << text << "'";
}

// For every length: what differs in the last bit of the prefix is outside, what differs in the next is inside.
TEST(Prefix, contains_what_shares_exactly_its_bits) {
  for (const std::string_view text : {"170.85.204.51", "aa55:cc33:f00f:55aa:33cc:ff0:1234:5678"}) {
    const IpAddress address = parse_address(text).value();
    IpPrefix prefix{address, 0};
    for (std::size_t length = 0; length <= prefix.width(); ++length) {
      prefix.length = static_cast<std::uint8_t>(length);
      EXPECT_TRUE(prefix.contains(address)) << to_text(prefix);
      for (std::size_t bit = 0; bit < prefix.width(); ++bit)
        EXPECT_EQ(prefix.contains(with_flipped_bit(address, bit)), bit >= length) << to_text(prefix) << " bit " << bit;
    }
  }
}

struct ContainsCase {
  std::string_view prefix, inside, outside;
};

TEST(Prefix, contains_at_odd_lengths) {
  for (const auto& [prefix, inside, outside] :
       {ContainsCase{"10.0.0.0/1", "127.255.255.255", "128.0.0.0"},
        ContainsCase{"10.0.0.1/9", "10.127.255.255", "10.128.0.0"},
        ContainsCase{"192.0.2.2/31", "192.0.2.3", "192.0.2.4"}, ContainsCase{"192.0.2.2/32", "192.0.2.2", "192.0.2.3"},
        ContainsCase{"2001:db8::/63", "2001:db8:0:1::1", "2001:db8:0:2::"},
        ContainsCase{"2001:db8::/65", "2001:db8::7fff:0:0:0", "2001:db8::8000:0:0:0"},
        ContainsCase{"2001:db8::2/127", "2001:db8::3", "2001:db8::4"},
        ContainsCase{"2001:db8::2/128", "2001:db8::2", "2001:db8::3"}}) {
    EXPECT_TRUE(parse_prefix(prefix)->contains(parse_address(inside).value())) << prefix << ' ' << inside;
    EXPECT_FALSE(parse_prefix(prefix)->contains(parse_address(outside).value())) << prefix << ' ' << outside;
  }
}

// Each bit that differs is the first one for some length.
TEST(Address, common_prefix_length_and_mask_at_every_bit) {
  const Ipv6Address ones{
      {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
  for (std::uint8_t length = 0; length < 128; ++length) {
    Ipv6Address other = ones;
    other.octets[length / 8] ^= static_cast<std::uint8_t>(0x80 >> length % 8);
    EXPECT_EQ(common_prefix_length(ones, other), length);
    EXPECT_EQ(common_prefix_length(other, ones), length);
    EXPECT_EQ(masked(ones, length), masked(other, length)) << int{length};
    EXPECT_FALSE(masked(ones, static_cast<std::uint8_t>(length + 1)) ==
                 masked(other, static_cast<std::uint8_t>(length + 1)));
    EXPECT_EQ(common_prefix_length(masked(ones, length), ones), length) << "zeros behind";
    EXPECT_EQ(common_prefix_length(masked(ones, length), {}), length == 0 ? 128 : 0);
  }
  EXPECT_EQ(common_prefix_length(ones, ones), 128U);
  EXPECT_EQ(masked(ones, 128), ones);
}

TEST(Address, ipv4_mask_of_every_length) {
  for (std::uint8_t length = 0; length <= 32; ++length)
    EXPECT_EQ(ipv4_mask(length), static_cast<std::uint32_t>(0xffffffff00000000U >> length)) << int{length};
}

TEST(Prefix, is_the_same_whatever_stands_behind_it) {
  const auto prefix = [](std::string_view text) { return parse_prefix(text).value(); };
  EXPECT_TRUE(prefix("2001:db8::1/64").is_same_prefix(prefix("2001:db8::2/64")));
  EXPECT_FALSE(prefix("2001:db8::1/64").is_same_prefix(prefix("2001:db8::1/63")));
  EXPECT_FALSE(prefix("2001:db8::1/64").is_same_prefix(prefix("2001:db8:0:1::1/64")));
  EXPECT_TRUE(prefix("192.0.2.1/24").is_same_prefix(prefix("192.0.2.200/24")));
  EXPECT_FALSE(prefix("192.0.2.1/24").is_same_prefix(prefix("192.0.3.1/24")));
  EXPECT_FALSE(prefix("0.0.0.0/0").is_same_prefix(prefix("::/0")));
}

TEST(Prefix, contains_nothing_of_the_other_family) {
  EXPECT_FALSE(parse_prefix("0.0.0.0/0")->contains(parse_address("::").value()));
  EXPECT_FALSE(parse_prefix("::/0")->contains(parse_address("0.0.0.0").value()));
}

}  // namespace
}  // namespace tunstack::test::address_test
