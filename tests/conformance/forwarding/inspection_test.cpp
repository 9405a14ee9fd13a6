// What a router looks at beyond the IPv6 header where it is told to (RFC 4890 4.3, RFC 8883 2.2 and 3).
#include "tests/conformance/forwarding/two_doors.hpp"
#include "tests/support/ipv6_chains.hpp"

namespace tunstack::test::inspection_test {

using namespace forwarding;
namespace {

Packet message(unsigned type, unsigned code) {
  const Ipv6Fields ip{.destination = far6};
  return ipv6(ip, icmpv6(ip, type, code, 0, counting(48)));
}

TEST(Inspection, RTR6_011_messages_of_ICMPv6_by_RFC_4890) {
  Router careful({"ip6.forward.icmp=rfc4890"}), careless;
  const auto passes = [](unsigned type, unsigned code) {
    if (type == 3) return code <= 1;
    if (type == 4) return code <= 2;
    return type == 1 || type == 2 || type == 128 || type == 129 || (144 <= type && type <= 147);
  };
  std::uint64_t dropped = 0;
  for (unsigned type = 0; type < 256; ++type)
    for (unsigned code = 0; code < 4; ++code) {
      EXPECT_EQ(careless.send(message(type, code)).size(), 1U) << type;
      EXPECT_EQ(careful.send(message(type, code)).size(), passes(type, code) ? 1U : 0U) << type << " " << code;
      dropped += passes(type, code) ? 0U : 1U;
    }
  EXPECT_EQ(careful.count(Reason::forward6_icmp_filtered), dropped);
  expect_dropped(careful, chained_icmp({destination_options()}, 139, counting(16), {.destination = far6}),
                 Reason::forward6_icmp_filtered);
  EXPECT_EQ(careful.passed(udp6({.destination = far6})).at(7), 63);
  const Packet piece =
      with_headers(ipv6({.destination = far6}, hex("8b000000 00000000")), {fragment_header(16, false)});
  EXPECT_EQ(careful.passed(piece).at(7), 63) << "another fragment than the first shows no type";
  const Packet cut = with_headers(ipv6({.destination = far6}, {139}), {fragment_header(0, true)});
  EXPECT_EQ(careful.passed(cut).at(7), 63) << "cut off";
}

TEST(Inspection, V6_EXT_022_a_header_that_nobody_knows) {
  Router careless, inspecting({"ip6.forward.inspect=on"});
  const Packet plain = ipv6({.destination = far6, .next_header = 253}, counting(9));
  const Packet behind = with_headers(plain, {destination_options()});
  EXPECT_EQ(careless.passed(behind).at(7), 63);
  const Packet error = inspecting.error(plain), error_behind = inspecting.error(behind);
  expect_error6(error, 4, 5, plain);
  EXPECT_EQ(be32(error, 44), 6U);
  expect_error6(error_behind, 4, 5, behind);
  EXPECT_EQ(be32(error_behind, 44), 40U);
  EXPECT_EQ(inspecting.count(Reason::forward6_next_header_unknown), 2U);
  EXPECT_EQ(inspecting.passed(udp6({.destination = far6})).at(7), 63);
  EXPECT_EQ(inspecting.passed(ipv6({.destination = far6, .next_header = 59}, {})).at(7), 63);
  EXPECT_EQ(inspecting.passed(with_headers(plain, {fragment_header(16, false)})).at(7), 63) << "not to be seen";
}

TEST(Inspection, V6_EXT_023_headers_that_are_too_long_to_look_through) {
  Router router({"ip6.forward.parse_limit=128"});
  const auto with_chain = [](std::size_t octets) {  // of destination options
    Packet options = hex("01") + Packet{static_cast<std::uint8_t>(octets - 4)} + Packet(octets - 4);
    return chained_icmp({destination_options(options)}, 128, counting(8), {.destination = far6});
  };
  EXPECT_EQ(router.passed(with_chain(88)).at(7), 63) << "128 with the fixed header";
  const Packet packet = with_chain(96);
  const Packet error = router.error(packet);
  EXPECT_EQ(icmp6_type(error), 1U);
  EXPECT_EQ(icmp6_code(error), 8U);
  EXPECT_EQ(router.count(Reason::forward6_headers_too_long), 1U);
  ASSERT_EQ(error.at(44), 152 / 8) << "the quote, in words of eight octets";
  const Packet structure = from(error, 48 + 152);
  EXPECT_EQ(structure.at(0), 0x20);
  EXPECT_EQ(from(structure, 4), hex("0008 04 01 00000080")) << "one object with the pointer (RFC 8883 3.1)";
  Router both({"ip6.forward.parse_limit=128", "icmp.extensions=on"});
  const Packet more = both.error(packet);
  EXPECT_EQ(part(more, 48 + more.at(44) * 8U + 4, 8), hex("0008 04 01 00000080"));
  EXPECT_GT(more.size(), error.size()) << "interfaces as well";
}

}  // namespace
}  // namespace tunstack::test::inspection_test
