// Names of ICMP types and codes.
#include "tunstack/explain/icmp_names.hpp"

#include <gtest/gtest.h>

#include <set>

namespace tunstack::test::icmp_names_test {
namespace {

std::string name4(unsigned type, unsigned code = 0) {
  return icmp_name(Family::ipv4, static_cast<std::uint8_t>(type), static_cast<std::uint8_t>(code));
}
std::string name6(unsigned type, unsigned code = 0) {
  return icmp_name(Family::ipv6, static_cast<std::uint8_t>(type), static_cast<std::uint8_t>(code));
}

TEST(IcmpNames, ipv4_types) {
  EXPECT_EQ(name4(0), "echo reply");
  EXPECT_EQ(name4(4), "source quench");
  EXPECT_EQ(name4(8), "echo request");
  EXPECT_EQ(name4(9), "router advertisement");
  EXPECT_EQ(name4(10), "router solicitation");
  EXPECT_EQ(name4(12), "parameter problem");
  EXPECT_EQ(name4(13), "timestamp request");
  EXPECT_EQ(name4(14), "timestamp reply");
  EXPECT_EQ(name4(15), "information request");
  EXPECT_EQ(name4(16), "information reply");
  EXPECT_EQ(name4(17), "address mask request");
  EXPECT_EQ(name4(18), "address mask reply");
  EXPECT_EQ(name4(42), "extended echo request");
  EXPECT_EQ(name4(43), "extended echo reply");
}

TEST(IcmpNames, ICMP4_RED_014_redirects) {
  EXPECT_EQ(name4(5, 0), "redirect for the network");
  EXPECT_EQ(name4(5, 1), "redirect for the host");
  EXPECT_EQ(name4(5, 2), "redirect for the network and TOS");
  EXPECT_EQ(name4(5, 3), "redirect for the host and TOS");
  EXPECT_EQ(name4(5, 4), "redirect");
}

TEST(IcmpNames, ICMP4_RD_019_who_routes_no_common_traffic) {
  EXPECT_EQ(name4(9, 16), "router advertisement, no common traffic");
  EXPECT_EQ(name4(9, 15), "router advertisement");
}

TEST(IcmpNames, ipv6_types) {
  EXPECT_EQ(name6(2), "packet too big");
  EXPECT_EQ(name6(128), "echo request");
  EXPECT_EQ(name6(129), "echo reply");
  EXPECT_EQ(name6(130), "multicast listener query");
  EXPECT_EQ(name6(133), "router solicitation");
  EXPECT_EQ(name6(134), "router advertisement");
  EXPECT_EQ(name6(135), "neighbor solicitation");
  EXPECT_EQ(name6(136), "neighbor advertisement");
  EXPECT_EQ(name6(137), "redirect");
  EXPECT_EQ(name6(143), "multicast listener report v2");
  EXPECT_EQ(name6(160), "extended echo request");
  EXPECT_EQ(name6(161), "extended echo reply") << "not 160, which is the request";
}

TEST(IcmpNames, codes_that_the_stack_sends) {
  EXPECT_EQ(name4(3, 2), "destination unreachable, protocol unreachable");
  EXPECT_EQ(name4(3, 3), "destination unreachable, port unreachable");
  EXPECT_EQ(name6(1, 4), "destination unreachable, port unreachable");
  EXPECT_EQ(name6(4, 1), "parameter problem, unrecognized next header");
}

TEST(IcmpNames, codes_of_transit) {
  EXPECT_EQ(name4(3, 4), "destination unreachable, fragmentation needed");
  EXPECT_EQ(name4(3, 13), "destination unreachable, administratively prohibited");
  EXPECT_EQ(name4(11, 0), "time exceeded, in transit");
  EXPECT_EQ(name4(11, 1), "time exceeded, in reassembly");
  EXPECT_EQ(name6(1, 0), "destination unreachable, no route");
  EXPECT_EQ(name6(1, 3), "destination unreachable, address unreachable");
  EXPECT_EQ(name6(3, 0), "time exceeded, in transit");
}

TEST(IcmpNames, every_code_of_unreachable_has_a_name_of_its_own) {
  std::set<std::string> names;
  for (unsigned code = 0; code <= 15; ++code) {
    EXPECT_EQ(name4(3, code).find("destination unreachable, "), 0U) << code;
    EXPECT_TRUE(names.insert(name4(3, code)).second) << code;
  }
  names.clear();
  for (unsigned code = 0; code <= 6; ++code) {
    EXPECT_EQ(name6(1, code).find("destination unreachable, "), 0U) << code;
    EXPECT_TRUE(names.insert(name6(1, code)).second) << code;
  }
}

TEST(IcmpNames, codes_without_a_meaning_do_not_hide_the_type) {
  EXPECT_EQ(name4(8, 7), "echo request");
  EXPECT_EQ(name6(128, 9), "echo request");
  EXPECT_EQ(name6(4, 3), "parameter problem, header chain incomplete");
  EXPECT_EQ(name6(4, 10), "parameter problem, option too big");
  EXPECT_EQ(name6(4, 11), "parameter problem");
}

TEST(IcmpNames, a_name_of_all_codes_tells_code_0_alone) {
  EXPECT_TRUE(name_of_icmp(Family::ipv4, 8, 0).tells_code);
  EXPECT_FALSE(name_of_icmp(Family::ipv4, 8, 7).tells_code);
  EXPECT_TRUE(name_of_icmp(Family::ipv4, 3, 1).tells_code);
  EXPECT_TRUE(name_of_icmp(Family::ipv6, 4, 10).tells_code);
  EXPECT_FALSE(name_of_icmp(Family::ipv6, 4, 11).tells_code);
  EXPECT_TRUE(name_of_icmp(Family::ipv6, 200, 255).tells_code);
}

TEST(IcmpNames, unknown_types_and_codes_are_numbers) {
  EXPECT_EQ(name4(200, 3), "type 200, code 3");
  EXPECT_EQ(name6(200, 255), "type 200, code 255");
  EXPECT_EQ(name4(3, 16), "type 3, code 16");
  EXPECT_EQ(name4(128), "type 128, code 0") << "an echo request of the other family";
  EXPECT_EQ(name6(8), "type 8, code 0");
}

}  // namespace
}  // namespace tunstack::test::icmp_names_test
