// The table by address that never grows.
#include "protocols/base/address_table.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace tunstack::test::address_table_test {
namespace {

using Table = AddressTable<std::uint32_t>;
constexpr auto less = [](std::uint32_t a, std::uint32_t b) { return a < b; };

IpAddress address4(std::uint32_t number) { return Ipv4Address{0x0a000000 + number}; }
IpAddress address6(std::uint32_t number) {
  Ipv6Address address{{0x20, 0x01, 0x0d, 0xb8}};
  store_be32(address.octets, 12, number);
  return address;
}

std::size_t found(const Table& table, std::uint32_t below, IpAddress (*address)(std::uint32_t) = address4) {
  std::size_t count = 0;
  for (std::uint32_t i = 0; i < below; ++i) count += table.find(address(i)) != nullptr;
  return count;
}

// ICMP4-RATE-001: what is kept for an address is found again, and only for that one.
TEST(AddressTable, ICMP4_RATE_001_keeps_a_value_for_each_address) {
  Random random(1);
  Table table(random);
  EXPECT_EQ(table.find(address4(1)), nullptr);
  table.find_or_make(address4(1), less) = 11;
  table.find_or_make(address4(2), less) = 22;
  ASSERT_NE(table.find(address4(1)), nullptr);
  EXPECT_EQ(*table.find(address4(1)), 11U);
  EXPECT_EQ(*table.find(address4(2)), 22U);
  EXPECT_EQ(table.find_or_make(address4(1), less), 11U) << "the same, not a fresh one";
  EXPECT_EQ(&table.find_or_make(address4(1), less), table.find(address4(1)));
  EXPECT_EQ(table.find(address4(3)), nullptr);
}

// The address that no entry has is that of an unused one too.
TEST(AddressTable, ICMP4_RATE_001_the_unspecified_address_is_not_there_by_itself) {
  Random random(1);
  Table table(random);
  EXPECT_EQ(table.find(Ipv4Address{}), nullptr);
  EXPECT_EQ(table.find(Ipv6Address{}), nullptr);
  EXPECT_EQ(table.find(IpAddress()), nullptr);
}

TEST(AddressTable, ICMP6_RATE_001_families_do_not_meet) {
  Random random(1);
  Table table(random);
  const Ipv6Address like_ipv4{{10, 0, 0, 1}};
  table.find_or_make(Ipv4Address{0x0a000001}, less) = 4;
  EXPECT_EQ(table.find(like_ipv4), nullptr);
  table.find_or_make(like_ipv4, less) = 6;
  EXPECT_EQ(*table.find(Ipv4Address{0x0a000001}), 4U);
  EXPECT_EQ(*table.find(like_ipv4), 6U);
}

// Every octet of an IPv6 address counts.
TEST(AddressTable, ICMP6_RATE_001_addresses_that_differ_in_one_octet) {
  Random random(1);
  Table table(random);
  Ipv6Address base{};
  for (std::size_t i = 0; i < Ipv6Address::size; ++i) {
    Ipv6Address address = base;
    address.octets[i] = 1;
    EXPECT_EQ(table.find(address), nullptr) << i;
    table.find_or_make(address, less) = static_cast<std::uint32_t>(i);
  }
  for (std::size_t i = 0; i < Ipv6Address::size; ++i) {
    Ipv6Address address = base;
    address.octets[i] = 1;
    ASSERT_NE(table.find(address), nullptr) << i;
    EXPECT_EQ(*table.find(address), i);
  }
}

// ICMP4-RATE-005: full means full, and who comes last is always there.
TEST(AddressTable, ICMP4_RATE_005_never_holds_more_than_its_capacity) {
  for (IpAddress (*address)(std::uint32_t) : {address4, address6}) {
    Random random(1);
    Table table(random);
    constexpr std::uint32_t number = 20000;
    for (std::uint32_t i = 0; i < number; ++i) {
      table.find_or_make(address(i), less) = i;
      ASSERT_NE(table.find(address(i)), nullptr) << "the last one";
    }
    EXPECT_EQ(found(table, number, address), Table::capacity) << "every place is in use";
  }
}

TEST(AddressTable, ICMP4_RATE_005_the_smallest_makes_room) {
  Random random(1);
  Table table(random);
  constexpr std::uint32_t number = 20000;
  for (std::uint32_t i = 0; i < number; ++i)
    table.find_or_make(address4(i), less) = i == 100 ? 0xffffffff : i == number - 1 ? 0 : 1000;
  ASSERT_NE(table.find(address4(100)), nullptr) << "the greatest of all stays";
  EXPECT_EQ(*table.find(address4(100)), 0xffffffffU);
  ASSERT_NE(table.find(address4(number - 1)), nullptr);
  for (std::uint32_t i = number; i < number + 20000; ++i) table.find_or_make(address4(i), less) = 1000;
  EXPECT_EQ(table.find(address4(number - 1)), nullptr) << "the least is the first to go";
  EXPECT_NE(table.find(address4(100)), nullptr);
}

TEST(AddressTable, ICMP4_RATE_005_a_replaced_value_is_fresh) {
  Random random(1);
  Table table(random);
  for (std::uint32_t i = 0; i < 20000; ++i) {
    std::uint32_t& value = table.find_or_make(address4(i), less);
    ASSERT_EQ(value, 0U) << "nothing of whoever had the place before";
    value = i + 1;
  }
}

// 1024 addresses over 256 times 4 places: chance fills 824 of them, if free places are taken before used ones and
// addresses that count up spread like random ones.
TEST(AddressTable, ICMP4_RATE_005_free_places_come_first_and_addresses_spread) {
  for (IpAddress (*address)(std::uint32_t) : {address4, address6}) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      Random random(seed);
      Table table(random);
      Table other(random);  // where the value of a free place is the last to be given up
      for (std::uint32_t i = 1; i <= 1024; ++i) {
        table.find_or_make(address(i), less) = i;
        other.find_or_make(address(i), std::greater<>()) = i;
      }
      EXPECT_GT(found(table, 1025, address), 760U) << seed;
      EXPECT_GT(found(other, 1025, address), 760U) << seed;
    }
  }
}

// The secret: another node has another set of neighbours that push each other out.
TEST(AddressTable, ICMP4_RATE_005_places_depend_on_the_secret) {
  Random random(1);
  Table one(random), other(random);
  for (std::uint32_t i = 0; i < 4000; ++i) {
    one.find_or_make(address4(i), less) = i % 7;
    other.find_or_make(address4(i), less) = i % 7;
  }
  std::size_t different = 0;
  for (std::uint32_t i = 0; i < 4000; ++i)
    different += (one.find(address4(i)) == nullptr) != (other.find(address4(i)) == nullptr);
  EXPECT_GT(different, 100U);
}

}  // namespace
}  // namespace tunstack::test::address_table_test
