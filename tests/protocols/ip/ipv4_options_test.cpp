// What a host makes of options: verdicts with their pointers, and the options of its answers.
#include "protocols/ip/ipv4_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/packets.hpp"

namespace tunstack::test::ipv4_options_test {
namespace {

using ip::Ipv4OptionPolicy;
using ip::ReplyOptions;
using ip::SourceRoutes;

Packet padded(Packet options) {
  options.resize((options.size() + 3) / 4 * 4);
  return options;
}

/// The name of the reason and, of a parameter problem, the pointer. Empty if the options are in order.
std::string judged(const Packet& options, const Ipv4OptionPolicy& policy = {}) {
  const Packet packet = ipv4({.options = padded(options)}, {});
  const auto verdict = ip::judge_options(Ipv4View::parse(packet).value(), policy);
  if (!verdict) return "";
  std::string text(info(reason_of(*verdict)).name);
  if (const auto* error = std::get_if<Error>(&*verdict))
    if (error->problem == Problem::erroneous_header_field) text += ' ' + std::to_string(error->parameter);
  return text;
}

struct Answer {
  std::string first_hop;
  Packet options;
  bool operator==(const Answer&) const = default;
};

/// From 192.0.2.2 to a request of 192.0.2.1, at 0x01020304 ms.
Answer answer_to(const Packet& options, ReplyOptions echoed = ReplyOptions::source_route_and_log) {
  const Packet packet = ipv4({.options = padded(options)}, {});
  ip::LocalAddresses addresses;
  addresses.add(InterfaceId{0}, parse_prefix("192.0.2.2/24").value());
  const Ipv4Arrival request{.ip = Ipv4View::parse(packet).value()};
  const auto path = ip::return_route(request, {Ipv4Address{0xc0000202}, addresses, 0x01020304}, echoed);
  const Ipv4Address first_hop = path.first_hop.value_or(request.ip.source());
  return {to_text(IpAddress(first_hop)), {path.options().begin(), path.options().end()}};
}

// Every length and every pointer of the three options that hold addresses (RFC 791 3.1).
TEST(Ipv4OptionVerdict, V4_OPT_007_every_length_and_pointer_of_a_route) {
  for (const unsigned type : {7U, 131U, 137U})
    for (std::size_t length = 2; length <= 40; ++length)
      for (unsigned pointer = 0; pointer <= 255; ++pointer) {
        Packet option(length, 0);
        option[0] = static_cast<std::uint8_t>(type);
        option[1] = static_cast<std::uint8_t>(length);
        if (length >= 3) option[2] = static_cast<std::uint8_t>(pointer);
        const bool is_full = pointer > length;
        const bool has_slot = pointer + 3 <= length;
        std::string expected = type == 7 || is_full ? "" : "ipv4_source_route_not_finished";
        if (pointer < 4 || (!is_full && !has_slot)) expected = "ipv4_route_pointer_invalid 22";
        if (length < 3) expected = "ipv4_option_length_invalid 21";
        ASSERT_EQ(judged(option), expected) << type << ", length " << length << ", pointer " << pointer;
      }
}

TEST(Ipv4OptionVerdict, V4_OPT_015_every_length_pointer_and_flag_of_a_timestamp) {
  for (std::size_t length = 2; length <= 40; ++length)
    for (unsigned pointer = 0; pointer <= 44; ++pointer)
      for (unsigned flags = 0; flags <= 255; ++flags) {
        if (flags / 16 % 14 > 1) continue;  // overflow counts 0, 1, 14 and 15 will do
        Packet option(length, 0);
        option[0] = 68;
        option[1] = static_cast<std::uint8_t>(length);
        if (length >= 3) option[2] = static_cast<std::uint8_t>(pointer);
        if (length >= 4) option[3] = static_cast<std::uint8_t>(flags);
        const unsigned form = flags % 16;
        const unsigned entry = form == 0 ? 4 : 8;
        std::string expected;
        if (pointer > length && flags / 16 == 15) expected = "ipv4_timestamp_overflow 23";
        if (pointer <= length && pointer + entry > length + 1) expected = "ipv4_timestamp_pointer_invalid 22";
        if (form != 0 && form != 1 && form != 3) expected = "ipv4_timestamp_flag_unknown 23";
        if (pointer < 5) expected = "ipv4_timestamp_pointer_invalid 22";
        if (length < 4) expected = "ipv4_option_length_invalid 21";
        ASSERT_EQ(judged(option), expected) << "length " << length << ", pointer " << pointer << ", flags " << flags;
      }
}

TEST(Ipv4OptionVerdict, ICMP4_PP_001_the_pointer_counts_the_octets_before_the_option) {
  for (std::size_t before = 0; before <= 33; ++before) {
    const Packet nops(before, 1);
    EXPECT_EQ(judged(nops + hex("07 07 03 00000000")), "ipv4_route_pointer_invalid " + std::to_string(22 + before));
    EXPECT_EQ(judged(nops + hex("44 04 05 f0")), "ipv4_timestamp_overflow " + std::to_string(23 + before));
  }
}

TEST(Ipv4OptionVerdict, V4_OPT_017_one_source_route_at_most) {
  EXPECT_EQ(judged(hex("83 03 04 89 03 04")), "ipv4_second_source_route 23");
  EXPECT_EQ(judged(hex("89 07 08 0a000001 01 83 07 04 0a000001")), "ipv4_second_source_route 28");
  EXPECT_EQ(judged(hex("83 07 04 0a000001 01 83 07 04 0a000001")), "ipv4_second_source_route 28")
      << "rather than that the first goes on";
  EXPECT_EQ(judged(hex("83 03 04 00 83 03 04")), "") << "behind the end of the list";
}

// An option that is wrong is told of before a route that is refused, and before an option that is missing.
TEST(Ipv4OptionVerdict, V4_OPT_003_what_is_wrong_comes_first) {
  const Ipv4OptionPolicy strict{.source_route = SourceRoutes::drop, .required = 130};
  EXPECT_EQ(judged(hex("83 07 08 0a000001 07 02"), strict), "ipv4_option_length_invalid 28");
  EXPECT_EQ(judged(hex("83 07 08 0a000001 07"), strict), "ipv4_option_length_invalid 27");
  EXPECT_EQ(judged(hex("83 07 08 0a000001"), strict), "ipv4_source_route_refused");
  EXPECT_EQ(judged(hex("83 07 04 0a000001"), strict), "ipv4_source_route_refused");
  EXPECT_EQ(judged(hex("07 03 04"), strict), "ipv4_required_option_missing");
  EXPECT_EQ(judged(hex("07 03 04 82 02"), strict), "");
}

TEST(Ipv4OptionVerdict, ICMP4_PP_002_required_option) {
  const Ipv4OptionPolicy policy{.required = 130};
  for (const char* options : {"", "01 01 01 82", "00 82 02", "85 02", "82"})
    EXPECT_NE(judged(hex(options), policy), "") << options;
  for (const char* options : {"82 02", "01 82 03 07", "de 02 82 02", "82 02 82 02"})
    EXPECT_EQ(judged(hex(options), policy), "") << options;
}

TEST(Ipv4OptionVerdict, ICMP4_PP_002_there_is_nothing_to_judge_in_a_plain_header) {
  const Packet plain = ipv4({}, {});
  const Packet with_options = ipv4({.options = Packet(4, 1)}, {});
  EXPECT_FALSE(ip::has_options_to_judge(Ipv4View::parse(plain).value(), {}));
  EXPECT_TRUE(ip::has_options_to_judge(Ipv4View::parse(plain).value(), {.required = 130}));
  EXPECT_TRUE(ip::has_options_to_judge(Ipv4View::parse(with_options).value(), {}));
}

// ---- the answer ----

TEST(Ipv4ReturnPath, V4_OPT_004_nothing_of_other_options) {
  for (const char* options : {"", "01 01 01 01", "de 04 0000", "94 04 0000", "88 04 0001", "00 07 07 04 00000000"})
    EXPECT_EQ(answer_to(hex(options)), (Answer{"192.0.2.1", {}})) << options;
}

TEST(Ipv4ReturnPath, V4_OPT_011_logs_go_into_answers_to_queries_alone) {
  const Packet logs = hex("07 07 04 00000000 44 08 05 00 00000000");
  EXPECT_EQ(answer_to(logs), (Answer{"192.0.2.1", hex("07 07 08 c0000202 44 08 09 00 01020304 00")}));
  EXPECT_EQ(answer_to(logs, ReplyOptions::source_route), (Answer{"192.0.2.1", {}}));
}

TEST(Ipv4ReturnPath, V4_OPT_017_a_source_route_goes_into_any_answer) {
  const Packet route = hex("83 0b 0c 0a000001 0a000002 07 07 04 00000000");
  EXPECT_EQ(answer_to(route), (Answer{"10.0.0.2", hex("83 0b 04 0a000001 c0000201 07 07 08 c0000202 0000")}));
  EXPECT_EQ(answer_to(route, ReplyOptions::source_route), (Answer{"10.0.0.2", hex("83 0b 04 0a000001 c0000201 00")}));
}

// The part before the pointer, as errors about a route that goes on need it (RFC 1812 4.3.2.6).
TEST(Ipv4ReturnPath, V4_OPT_017_only_the_part_that_was_passed) {
  const auto returned = [](std::string_view route) { return answer_to(hex(route), ReplyOptions::source_route); };
  EXPECT_EQ(returned("83 0b 04 0a000001 0a000002"), (Answer{"192.0.2.1", {}}));
  EXPECT_EQ(returned("83 0b 07 0a000001 0a000002"), (Answer{"192.0.2.1", {}}));
  EXPECT_EQ(returned("83 0b 08 0a000001 0a000002"), (Answer{"10.0.0.1", hex("83 07 04 c0000201 00")}));
  EXPECT_EQ(returned("83 0b 08 c0000201 0a000002"), (Answer{"192.0.2.1", {}}));
}

// The sender is taken out where it wrongly stands first, and nowhere else.
TEST(Ipv4ReturnPath, V4_OPT_018_the_sender_in_the_route) {
  EXPECT_EQ(answer_to(hex("89 0b 0c c0000201 0a000001")), (Answer{"10.0.0.1", hex("89 07 04 c0000201 00")}));
  EXPECT_EQ(answer_to(hex("89 0f 10 0a000001 c0000201 0a000002")),
            (Answer{"10.0.0.2", hex("89 0f 04 c0000201 0a000001 c0000201 00")}));
  EXPECT_EQ(answer_to(hex("89 0b 0c c0000202 0a000001")), (Answer{"10.0.0.1", hex("89 0b 04 c0000202 c0000201 00")}))
      << "our own address is a hop like any other";
}

TEST(Ipv4ReturnPath, V4_OPT_017_forty_octets_are_enough) {
  const Packet options = hex("83 17 18") + Packet(20, 10) + hex("07 0b 08") + Packet(8, 9) + hex("44 06 07 00 0000");
  ASSERT_EQ(options.size(), 40U);
  EXPECT_EQ(answer_to(options).options, hex("83 17 04") + Packet(16, 10) + hex("c0000201 07 0b 0c") + Packet(4, 9) +
                                            hex("c0000202 44 06 07 10 0000"));
}

}  // namespace
}  // namespace tunstack::test::ipv4_options_test
