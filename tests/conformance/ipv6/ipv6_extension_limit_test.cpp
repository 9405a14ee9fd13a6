// Limits on extension headers and options, and how a packet beyond them is reported (RFC 8504 5.3, RFC 8883 2).
#include "tests/conformance/ipv6/ipv6_line.hpp"

namespace tunstack::test::ipv6_extension_limit_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

std::vector<Part> headers(std::size_t number, const Part& each = destination("")) {
  return std::vector<Part>(number, each);
}
Packet options(std::size_t number, std::string_view each) {
  Packet all;
  for (std::size_t i = 0; i < number; ++i) all = all + hex(each);
  return all;
}
Packet with_options(const Packet& options, const Part& before = hop_by_hop("")) {
  return with_headers(echo6(), {before, destination(options)});
}

// ---- headers ----

TEST(Ipv6ExtensionLimit, V6_EXT_020_eight_headers) {
  std::vector<OutcomeRow> rows;
  for (std::size_t number = 1; number <= 8; ++number)
    rows.push_back({std::to_string(number), with_headers(echo6(), headers(number)), reply});
  for (const std::size_t number : {9U, 10U, 40U})
    rows.push_back({std::to_string(number), with_headers(echo6(), headers(number)), problem(8, 104)});
  rows.push_back({"routing headers", with_headers(echo6(), headers(9, routing(1, 0))), problem(8, 104)});
  expect_outcomes(rows);
}

TEST(Ipv6ExtensionLimit, V6_EXT_020_all_kinds_count) {
  std::vector<Part> parts = headers(5);
  parts.insert(parts.begin(), hop_by_hop(""));
  parts.push_back(atomic());
  parts.push_back(routing(0, 0));
  const Packet eight = with_headers(echo6(), parts);
  parts.push_back(atomic());
  expect_outcomes({{"eight", eight, reply}, {"nine", with_headers(echo6(), parts), problem(8, 104)}});
}

TEST(Ipv6ExtensionLimit, V6_EXT_020_the_number_of_headers_is_an_option) {
  const auto with = [](std::size_t number) { return with_headers(echo6(), headers(number)); };
  expect_outcomes({{"1", with(1), reply}, {"2", with(2), problem(8, 48)}}, {"ip6.ext.max_headers=1"});
  expect_outcomes({{"30", with(30), reply}, {"31", with(31), problem(8, 280)}}, {"ip6.ext.max_headers=30"});
  expect_outcomes({{"32", with(32), reply}, {"33", with(33), problem(8, 40 + 32 * 8)}}, {"ip6.ext.max_headers=32"});
}

// ---- options ----

TEST(Ipv6ExtensionLimit, V6_EXT_020_eight_options_in_each_header) {
  expect_outcomes({
      {"8", with_options(options(8, "1e 02 0000")), reply},
      {"9 of 4 octets", with_headers(echo6(), {destination(options(9, "1e 02 0000"))}), problem(9, 74)},
      {"9 of 2 octets", with_headers(echo6(), {hop_by_hop(options(9, "1e 00"))}), problem(9, 58)},
      {"8 and padding", with_options(options(8, "1e 00 01 00")), reply},
      {"8 in each of two", with_options(options(8, "1e 00"), hop_by_hop(options(8, "1e 00"))), reply},
      {"9 in the second", with_options(options(9, "1e 00"), hop_by_hop(options(8, "1e 00"))), problem(9, 82)},
  });
}

TEST(Ipv6ExtensionLimit, V6_EXT_020_the_number_of_options_is_an_option) {
  const auto with = [](std::size_t number) { return with_headers(echo6(), {destination(options(number, "1e 00"))}); };
  expect_outcomes({{"1", with(1), reply}, {"2", with(2), problem(9, 44)}}, {"ip6.ext.max_options=1"});
  expect_outcomes({{"255", with(255), reply}, {"256", with(256), problem(9, 42 + 510)}}, {"ip6.ext.max_options=255"});
}

// ---- the chain ----

TEST(Ipv6ExtensionLimit, V6_EXT_020_a_chain_of_1280_octets) {
  expect_outcomes({
      {"1280", with_headers(echo6(), {long_destination(640), long_destination(600)}), reply},
      {"1288", with_headers(echo6(), {long_destination(648), long_destination(600)}), problem(7, 1280)},
      {"third header", with_headers(echo6(), {long_destination(640), long_destination(600), atomic()}),
       problem(7, 1280)},
      {"far beyond", with_headers(echo6(), {long_destination(640), long_destination(768)}), problem(7, 1280)},
  });
}

TEST(Ipv6ExtensionLimit, V6_EXT_021_a_single_header_too_big) {
  expect_outcomes({
      {"1240", with_headers(echo6(), {long_destination(1240)}), reply},
      {"1248", with_headers(echo6(), {long_destination(1248)}), problem(6, 40)},
      {"behind another", with_headers(echo6(), {routing(0, 0), long_destination(1248)}), problem(6, 48)},
      {"a routing header", with_headers(echo6(), {routing(0, 0, Packet(1244))}), problem(6, 40)},
  });
}

TEST(Ipv6ExtensionLimit, V6_EXT_020_the_length_of_the_chain_is_an_option) {
  const auto with = [](std::size_t octets) { return with_headers(echo6(), {long_destination(octets)}); };
  expect_outcomes({{"8", with(8), reply},
                   {"16", with(16), problem(6, 40)},
                   {"8 and 8", with_headers(echo6(), headers(2)), problem(7, 48)}},
                  {"ip6.ext.max_chain=48"});
  expect_outcomes(
      {{"1880", with(1880), reply},
       {"1888", with(1888), problem(6, 40)},
       {"1872 and 16", with_headers(echo6(), {long_destination(1872), long_destination(16)}), problem(7, 1920)}},
      {"ip6.ext.max_chain=1920"});
}

// The longest chain that is allowed, in front of a fragment header, is kept and quoted whole.
TEST(Ipv6ExtensionLimit, V6_EXT_020_the_longest_chain_before_a_fragment_header) {
  NodeConfig config = node_with({{"2001:db8::2/64"}}, {"ip6.ext.max_chain=1920"});
  config.interfaces[0].mtu = 9000;
  Line6 line(config);
  const Packets parts = fragments6(echo6(), 32);
  for (std::size_t i = 0; i < 2; ++i) {
    const Packets sent = line.send(with_headers(parts[i], {long_destination(1872)}));
    EXPECT_THAT(sent, SizeIs(i)) << "1920 octets with the fragment header";
  }
  expect_error6(line.send(with_headers(parts[0], {long_destination(1880 - 8), destination("")})), 4, 7, 1920,
                with_headers(parts[0], {long_destination(1880 - 8), destination("")}));
}

// ---- padding ----

TEST(Ipv6ExtensionLimit, V6_EXT_020_padding_is_not_limited_by_default) {
  expect_outcomes({{"Pad1", with_options(Packet(254)), reply},
                   {"PadN", with_options(hex("01 ff") + Packet(255) + hex("01 ff") + Packet(255)), reply}});
}

TEST(Ipv6ExtensionLimit, V6_EXT_021_more_padding_than_the_option_allows) {
  expect_outcomes(
      {
          {"PadN of 7", with_options(hex("01 05 0000000000 1e 05 0000000000")), reply},
          {"PadN of 8", with_headers(echo6(), {destination("1e 04 00000000 01 06 000000000000")}), problem(10, 48)},
          {"Pad1, 7 of them", with_headers(echo6(), {destination("1e 05 0000000000 00000000000000")}), reply},
          {"Pad1, 8 of them", with_headers(echo6(), {destination("1e 04 00000000 0000000000000000")}), problem(10, 48)},
          {"4 and 4", with_headers(echo6(), {destination("1e 04 00000000 01 02 0000 01 02 0000")}), problem(10, 52)},
          {"4 and Pad1", with_headers(echo6(), {destination("1e 04 00000000 01 02 0000 00000000")}), problem(10, 52)},
          {"4, option, 4", with_headers(echo6(), {destination("01 02 0000 1e 04 00000000 01 02 0000")}), reply},
      },
      {"ip6.ext.max_padding=7"});
}

TEST(Ipv6ExtensionLimit, V6_EXT_020_padding_is_an_option) {
  const Packet one = with_headers(echo6(), {destination("1e 03 000000 00")});
  const Packet two = with_headers(echo6(), {destination("1e 02 0000 01 00")});
  expect_outcomes({{"1", one, reply}, {"2", two, problem(10, 46)}}, {"ip6.ext.max_padding=1"});
  const Packet most = with_headers(echo6(), {destination(hex("01 fd") + Packet(253) + hex("1e 01 00"))});
  const Packet more = with_headers(echo6(), {destination(hex("01 fe") + Packet(254) + hex("1e 04 00000000"))});
  expect_outcomes({{"255", most, reply}, {"256", more, problem(10, 42)}}, {"ip6.ext.max_padding=255"});
}

// Whatever the option says; else a header of padding would take as many steps as it has octets.
TEST(Ipv6ExtensionLimit, V6_EXT_021_more_than_16_paddings) {
  expect_outcomes({
      {"16", with_headers(echo6(), {destination(options(15, "01 00"))}), reply},
      {"16 apart", with_headers(echo6(), {destination(options(7, "01 00 1e 00 01 00") + hex("01 00 1e 00"))}), reply},
      {"17", with_headers(echo6(), {destination(options(17, "01 00"))}), problem(10, 42 + 32)},
      {"1000", with_headers(echo6(), {destination(options(500, "01 00"))}), problem(10, 42 + 32)},
      {"Pad1 between", with_headers(echo6(), {destination(options(100, "01 00 00"))}), problem(10, 42 + 24)},
      {"a run of Pad1 is one", with_headers(echo6(), {destination(options(8, "00 00 00 1e 00"))}), reply},
      {"each header by itself",
       with_options(options(16, "01 00") + hex("1e 04 00000000"),
                    hop_by_hop(options(16, "01 00") + hex("1e 04 00000000"))),
       reply},
  });
}

// ---- order ----

TEST(Ipv6ExtensionLimit, V6_EXT_024_one_error_for_several_limits) {
  std::vector<Part> eight = headers(8);
  const auto and_then = [&](const Part& part) {
    std::vector<Part> parts = eight;
    parts.push_back(part);
    return with_headers(echo6(), parts);
  };
  const Packet unknown = ipv6({.next_header = 200}, counting(8));
  const Packet nine = options(9, "1e 02 0000");
  expect_outcomes({
      {"too big and too long", with_headers(echo6(), {destination(""), long_destination(1248)}), problem(6, 48)},
      {"too big, with what is not read", with_headers(echo6(), {destination(hex("9e 00") + Packet(1244, 0))}),
       problem(6, 40)},
      {"too big and too many", and_then(long_destination(1248)), problem(6, 104)},
      {"too long and too many", and_then(long_destination(1200)), problem(7, 1280)},
      {"options and too many headers", and_then(destination(nine)), problem(9, 138)},
      {"padding before options", and_then(destination(options(17, "01 00") + nine)), problem(10, 138)},
      {"an ordinary error in the ninth", and_then(destination("9e 00")), problem(2, 106)},
      {"a misplaced ninth", and_then(hop_by_hop("")), problem(1, 96)},
      {"a route as the ninth", and_then(routing(0, 1)), problem(0, 106)},
      {"an option before the limit", with_headers(echo6(), {destination(hex("9e 00") + nine)}), problem(2, 42)},
      {"an option behind the limit", with_headers(echo6(), {destination(nine + hex("9e 00"))}), problem(9, 74)},
      {"the ninth option itself", with_headers(echo6(), {destination(options(8, "1e 00") + hex("9e 00"))}),
       problem(2, 58)},
      {"limit, then upper layer", with_headers(unknown, headers(9)), problem(8, 104)},
  });
}

TEST(Ipv6ExtensionLimit, V6_EXT_024_one_packet_is_one_error) {
  Host host;
  EXPECT_THAT(host.send(with_headers(echo6(), headers(20, destination(options(9, "1e 00"))))), SizeIs(1));
}

// RFC 4443 2.4(e.3): only code 2 is excepted, so limits are not reported from groups.
TEST(Ipv6ExtensionLimit, ICMP6_SUP_003_limits_are_not_reported_from_groups) {
  const Ipv6Fields ip{.destination = "ff02::1"};
  for (const std::vector<Part>& parts : {headers(9),
                                         {long_destination(1248)},
                                         {destination(options(9, "1e 00"))},
                                         {destination(options(17, "01 00"))}}) {
    Host host;
    EXPECT_SILENT(host, with_headers(echo6(ip), parts), Reason::icmp6_destination_multicast);
  }
}

// V6-EXT-020: a fragment header counts; in the packet put together it is gone.
TEST(Ipv6ExtensionLimit, V6_EXT_020_limits_hold_for_fragments_and_for_the_whole) {
  const Packets parts = fragments6(echo6(), 32);
  Line6 line;
  EXPECT_THAT(line.send(with_headers(parts[0], headers(7))), IsEmpty());
  EXPECT_THAT(line.send(with_headers(parts[1], headers(7))), SizeIs(1));
  expect_error6(line.send(with_headers(parts[0], headers(8))), 4, 8, 104, with_headers(parts[0], headers(8)));
  const Packet nine = with_headers(echo6(), headers(9));
  expect_error6(line.send(fragments6(nine, 88)), 4, 8, 104, nine);
  const Packet eight = with_headers(echo6(), headers(8));
  EXPECT_THAT(line.send(fragments6(eight, 88)), SizeIs(1));
}

}  // namespace
}  // namespace tunstack::test::ipv6_extension_limit_test
