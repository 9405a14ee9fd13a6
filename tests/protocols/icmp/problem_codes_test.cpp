// Problems and the ICMP errors that report them.
#include "protocols/icmp/problem_codes.hpp"

#include <gtest/gtest.h>

#include "tests/support/packets.hpp"

namespace tunstack::test::problem_codes_test {
namespace {

IcmpError error(Problem problem, Family family, std::uint32_t parameter = 0) {
  return icmp::error_message(icmp::code_of(problem, family), family, parameter, {});
}

TEST(ProblemCodes, V4_RX_021_port_unreachable_is_type_3_code_3) {
  EXPECT_EQ(error(Problem::port_unreachable, Family::ipv4).type, 3);
  EXPECT_EQ(error(Problem::port_unreachable, Family::ipv4).code, 3);
}

TEST(ProblemCodes, V4_RX_020_protocol_unreachable_is_type_3_code_2) {
  EXPECT_EQ(error(Problem::protocol_unreachable, Family::ipv4).type, 3);
  EXPECT_EQ(error(Problem::protocol_unreachable, Family::ipv4).code, 2);
}

TEST(ProblemCodes, V6_RX_012_port_unreachable_is_type_1_code_4) {
  EXPECT_EQ(error(Problem::port_unreachable, Family::ipv6).type, 1);
  EXPECT_EQ(error(Problem::port_unreachable, Family::ipv6).code, 4);
}

TEST(ProblemCodes, V6_RX_013_unrecognized_next_header_is_type_4_code_1_with_a_pointer) {
  const IcmpError message = error(Problem::protocol_unreachable, Family::ipv6, 6);
  EXPECT_EQ(message.type, 4);
  EXPECT_EQ(message.code, 1);
  EXPECT_EQ(message.rest_of_header, 6U);
}

TEST(ProblemCodes, ICMP6_ERR_018_the_pointer_has_32_bits) {
  EXPECT_EQ(error(Problem::protocol_unreachable, Family::ipv6, 0x12345).rest_of_header, 0x12345U);
}

TEST(ProblemCodes, ICMP4_ERR_004_unused_fields_are_zero_whatever_the_parameter) {
  EXPECT_EQ(error(Problem::port_unreachable, Family::ipv4, 77).rest_of_header, 0U);
  EXPECT_EQ(error(Problem::protocol_unreachable, Family::ipv4, 77).rest_of_header, 0U);
  EXPECT_EQ(error(Problem::port_unreachable, Family::ipv6, 77).rest_of_header, 0U);
}

// RFC 792: the pointer of IPv4 is the first octet of the field.
TEST(ProblemCodes, ICMP4_ERR_004_an_ipv4_pointer_is_one_octet) {
  const icmp::ErrorCode with_pointer{12, 0, icmp::RestOfHeader::pointer};
  const IcmpError message = icmp::error_message(with_pointer, Family::ipv4, 20, {});
  Packet bytes(message.size());
  message.write(bytes);
  EXPECT_EQ(bytes, hex("0c 00 0000 14 000000"));
}

TEST(ProblemCodes, the_quote_is_passed_on) {
  const Packet quote = counting(30);
  const IcmpError message =
      icmp::error_message(icmp::code_of(Problem::port_unreachable, Family::ipv4), Family::ipv4, 0, quote);
  EXPECT_EQ(message.quote.data(), quote.data());
  EXPECT_EQ(message.quote.size(), 30U);
}

}  // namespace
}  // namespace tunstack::test::problem_codes_test
