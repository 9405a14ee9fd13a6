#include "protocols/base/mac_address.hpp"

#include <gtest/gtest.h>

namespace tunstack::test::mac_address_test {
namespace {

MacAddress mac_of_text(std::string_view group) {
  const IpAddress address = *parse_address(group);
  return address.is_ipv4() ? mac_of_group(address.ipv4()) : mac_of_group(address.ipv6());
}

// The examples of RFC 1112 6.4 and RFC 2464 7, and all bits that do not count.
TEST(MacAddress, TUN_010_groups) {
  struct Row {
    std::string_view group, mac;
  };
  for (const Row& row : {Row{"224.0.0.1", "01:00:5e:00:00:01"}, Row{"224.0.0.2", "01:00:5e:00:00:02"},
                         Row{"239.255.255.255", "01:00:5e:7f:ff:ff"}, Row{"224.128.1.2", "01:00:5e:00:01:02"},
                         Row{"232.127.254.3", "01:00:5e:7f:fe:03"}, Row{"ff02::1", "33:33:00:00:00:01"},
                         Row{"ff02::1:ff00:2", "33:33:ff:00:00:02"}, Row{"ff02::fb", "33:33:00:00:00:fb"},
                         Row{"ff05::1:80ab:cdef", "33:33:80:ab:cd:ef"}}) {
    EXPECT_EQ(to_text(mac_of_text(row.group)), row.mac) << row.group;
    EXPECT_TRUE(mac_of_text(row.group).is_group());
  }
}

TEST(MacAddress, ARP_010_the_group_bit) {
  for (unsigned octet = 0; octet < 256; ++octet) {
    const MacAddress address{{static_cast<std::uint8_t>(octet), 0xff, 0xff, 0xff, 0xff, 0xff}};
    EXPECT_EQ(address.is_group(), octet % 2 == 1) << octet;
  }
  EXPECT_TRUE(mac_broadcast.is_group());
  EXPECT_EQ(to_text(mac_broadcast), "ff:ff:ff:ff:ff:ff");
}

TEST(MacAddress, load_and_store) {
  const std::array<std::uint8_t, 8> bytes{9, 1, 2, 3, 4, 5, 6, 9};
  const MacAddress address = MacAddress::load(bytes, 1);
  EXPECT_EQ(address, (MacAddress{{1, 2, 3, 4, 5, 6}}));
  std::array<std::uint8_t, 8> written{9, 0, 0, 0, 0, 0, 0, 9};
  address.store(written, 1);
  EXPECT_EQ(written, bytes);
  EXPECT_LT(address, (MacAddress{{1, 2, 3, 4, 5, 7}}));
}

TEST(MacAddress, text_there_and_back) {
  for (const char* text : {"02:74:c0:00:02:02", "00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "01:23:45:67:89:ab"}) {
    const auto parsed = parse_mac_address(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(to_text(*parsed), text);
  }
  EXPECT_EQ(parse_mac_address("AB:Cd:eF:00:0a:A0"), (MacAddress{{0xab, 0xcd, 0xef, 0, 0x0a, 0xa0}}));
}

TEST(MacAddress, what_is_none) {
  for (const char* text :
       {"", "02", "02:74:c0:00:02", "02:74:c0:00:02:", "02:74:c0:00:02:0", "02:74:c0:00:02:022",
        "02:74:c0:00:02:02:", "02-74-c0-00-02-02", "02:74:c0:00:02:0g", "02:74:c0:00:02: 2", "02:74:c0:00:02:+2",
        "02:74:c0:00:02:-2", "0274:c0:00:02:02:", ":02:74:c0:00:02:0", "02:74:c0:00 02:02", "0x:74:c0:00:02:02"})
    EXPECT_FALSE(parse_mac_address(text)) << text;
}

}  // namespace
}  // namespace tunstack::test::mac_address_test
