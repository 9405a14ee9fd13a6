// --door as it is typed: name, namespace, addresses and MTU of one of several devices of a router.
#include "tunstack/node/door.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tunstack::test::door_test {
namespace {

using testing::HasSubstr;

RouterDoor door(const std::string& text) {
  auto parsed = parse_door(text);
  EXPECT_TRUE(parsed) << text << ": " << parsed.error().what;
  return parsed.value_or(RouterDoor{});
}

std::string fault(const std::string& text) {
  const auto parsed = parse_door(text);
  if (parsed) return "none";
  EXPECT_NE(parsed.error().why, "");
  EXPECT_NE(parsed.error().remedy, "");
  return parsed.error().what;
}

std::string fault_of(const std::vector<std::string>& texts) {
  std::vector<RouterDoor> doors;
  doors.reserve(texts.size());
  for (const std::string& text : texts) doors.push_back(door(text));
  const auto found = doors_fault(doors);
  return found ? found->what : "none";
}

TEST(DoorText, a_name_and_addresses) {
  const RouterDoor plain = door("tun1=198.51.100.2/24,2001:db8:1::2/64");
  EXPECT_EQ(plain.name, "tun1");
  EXPECT_EQ(plain.network, "");
  EXPECT_EQ(plain.mtu, std::nullopt);
  EXPECT_EQ(plain.addresses, (std::vector{*parse_prefix("198.51.100.2/24"), *parse_prefix("2001:db8:1::2/64")}));
  EXPECT_EQ(door("tun1=198.51.100.2").addresses, std::vector{*parse_prefix("198.51.100.2/24")}) << "the usual length";
}

TEST(DoorText, an_mtu_and_a_namespace) {
  const RouterDoor far = door("lab-7@far=2001:db8:1::2/64,mtu=1300");
  EXPECT_EQ(far.name, "lab-7");
  EXPECT_EQ(far.network, "far");
  EXPECT_EQ(far.mtu, 1300U);
  EXPECT_EQ(door("a=mtu=1300,192.0.2.2/24").mtu, 1300U) << "in any place";
}

TEST(DoorText, is_written_as_it_is_read) {
  for (const char* text : {"tun1=198.51.100.2/24,2001:db8:1::2/64", "a@b=192.0.2.2/31", "a=192.0.2.2/24,mtu=68"})
    EXPECT_EQ(to_text(door(text)), text);
}

TEST(DoorText, names_are_those_of_devices) {
  EXPECT_EQ(door("fifteen-letters=192.0.2.2/24").name, "fifteen-letters");
  for (const char* name : {"", "sixteen--letters", "a/b", "a:b", "a b", "tun%d", ".", "..", "a\x7f"})
    EXPECT_THAT(fault(name + std::string("=192.0.2.2/24")), HasSubstr("cannot be the name of a door")) << name;
  for (const char* network : {"", "a/b", "..", "a@b"})
    EXPECT_THAT(fault("tun0@" + std::string(network) + "=192.0.2.2/24"), HasSubstr("cannot be a network namespace"))
        << network;
}

TEST(DoorText, an_address_is_needed_and_each_must_be_that_of_a_host) {
  for (const char* text : {"tun0", "tun0=", "tun0=mtu=1400", "tun0@far"})
    EXPECT_EQ(fault(text), "the door tun0 has no address") << text;
  EXPECT_EQ(fault("tun0=192.0.2.2/24,192.0.2.0/24"), "192.0.2.0/24 cannot be the address of a host");
  EXPECT_EQ(fault("tun0=192.0.2.2/24,,192.0.2.3/24"), "'' is not an address");
  EXPECT_EQ(fault("tun0=192.0.2.2/24;192.0.2.3"), "'192.0.2.2/24;192.0.2.3' is not an address");
}

TEST(DoorText, an_mtu_is_a_number_of_octets) {
  for (const char* mtu : {"", "67", "65536", "-1", "1k", "99999999999999999999"})
    EXPECT_EQ(fault("tun0=192.0.2.2/24,mtu=" + std::string(mtu)),
              "'" + std::string(mtu) + "' cannot be the MTU of a door");
}

TEST(Doors, TOPO_008_each_has_a_name_and_prefixes_of_its_own) {
  EXPECT_EQ(fault_of({"a=192.0.2.2/24,2001:db8::2/64", "b=198.51.100.2/24,2001:db8:1::2/64"}), "none");
  EXPECT_EQ(fault_of({"a=192.0.2.2/24,192.0.2.3/24"}), "none") << "of one door";
  EXPECT_EQ(fault_of({"a=192.0.2.2/25", "b=192.0.2.130/25"}), "none");
  EXPECT_EQ(fault_of({"a=fe80::2/64", "b=fe80::2/64"}), "none") << "each link has this prefix";
  EXPECT_EQ(fault_of({"a=192.0.2.2/24", "a=198.51.100.2/24"}), "the door a is given twice");
  EXPECT_EQ(fault_of({"a=192.0.2.2/24", "b=192.0.2.130/25"}),
            "the doors a and b have the prefixes of 192.0.2.2/24 and 192.0.2.130/25");
  EXPECT_EQ(fault_of({"a=2001:db8::2/64", "b=2001:db8::2:2/48"}),
            "the doors a and b have the prefixes of 2001:db8::2/64 and 2001:db8::2:2/48");
}

TEST(Doors, there_may_be_sixteen) {
  std::vector<std::string> texts;
  for (int i = 0; i < 16; ++i) texts.push_back("tun" + std::to_string(i) + "=10." + std::to_string(i) + ".0.2/16");
  EXPECT_EQ(fault_of(texts), "none");
  texts.emplace_back("more=192.0.2.2/24");
  EXPECT_EQ(fault_of(texts), "17 doors are too many");
}

}  // namespace
}  // namespace tunstack::test::door_test
