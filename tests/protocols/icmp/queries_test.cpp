// Queries of ICMPv4, and what a timestamp reply tells.
#include "protocols/icmp/queries.hpp"

#include <gtest/gtest.h>

#include "tests/support/packets.hpp"

namespace tunstack::test::queries_test {
namespace {

using icmp::QueryPolicy;

std::string_view name_of(const Verdict& verdict) { return info(reason_of(verdict)).name; }

struct TimestampCase {
  const char* what;
  Packet message;
  AddressKind destination = AddressKind::own;
  bool to_groups = false;
  QueryPolicy policy = {};
};

Verdict answer(const TimestampCase& c) {
  return icmp::answer_timestamp({Icmpv4View::parse(c.message).value(), c.destination, c.policy, c.to_groups}, 77);
}

// The first rule that is broken is the reason: off, to a group, code, too short.
TEST(Queries, ICMP4_TS_006_order_of_the_rules) {
  const Packet bad_code_and_short = icmpv4(13, 1, 7);
  const Packet too_short = icmpv4(13, 0, 7, Packet(11));
  EXPECT_EQ(name_of(answer({"off", bad_code_and_short, AddressKind::joined_group, false, {.timestamp = false}})),
            "icmp4_timestamp_off");
  EXPECT_EQ(name_of(answer({"group", bad_code_and_short, AddressKind::joined_group})), "icmp4_timestamp_to_group");
  EXPECT_EQ(name_of(answer({"code", bad_code_and_short, AddressKind::joined_group, true})),
            "icmp4_timestamp_code_not_0");
  EXPECT_EQ(name_of(answer({"short", too_short, AddressKind::own_elsewhere})), "icmp4_timestamp_too_short");
}

TEST(Queries, ICMP4_TS_004_every_kind_of_destination_that_is_not_ours) {
  const Packet message = icmpv4(13, 0, 7, Packet(12));
  for (const AddressKind kind : {AddressKind::limited_broadcast, AddressKind::directed_broadcast,
                                 AddressKind::zero_broadcast, AddressKind::joined_group}) {
    EXPECT_EQ(name_of(answer({"", message, kind})), "icmp4_timestamp_to_group");
    EXPECT_EQ(name_of(answer({"", message, kind, true})), "icmp4_timestamp_request_for_us");
  }
}

TEST(Queries, ICMP4_TS_001_the_reply) {
  const Packet message = icmpv4(13, 0, 0x00070009, hex("80000001 11111111 22222222 33"));
  const Verdict verdict = answer({"", message});
  ASSERT_TRUE(std::holds_alternative<Reply>(verdict));
  const auto& reply = std::get<Icmpv4Query>(std::get<Reply>(verdict).message);
  Packet written(reply.size());
  reply.write(written);
  EXPECT_EQ(written, hex("0e00 0000 0007 0009 80000001 0000004d 0000004d"));
}

TEST(Queries, ICMP4_MASK_002_the_reply) {
  const Packet message = icmpv4(17, 0, 0x00070009, Packet(4));
  const Verdict verdict =
      icmp::answer_address_mask({Icmpv4View::parse(message).value(), AddressKind::own, 0xfffffe00, {}});
  const auto& reply = std::get<Icmpv4Query>(std::get<Reply>(verdict).message);
  Packet written(reply.size());
  reply.write(written);
  EXPECT_EQ(written, hex("1200 0000 0007 0009 fffffe00"));
  EXPECT_EQ(
      name_of(icmp::answer_address_mask({Icmpv4View::parse(message).value(), AddressKind::own, std::nullopt, {}})),
      "icmp4_mask_ambiguous");
  EXPECT_EQ(name_of(icmp::answer_address_mask(
                {Icmpv4View::parse(message).value(), AddressKind::own, 0, {.mask_agent = false}})),
            "icmp4_mask_agent_off");
}

TEST(Queries, ICMP4_INFO_001_off_unless_asked_for) {
  const Packet message = icmpv4(15, 0, 0x00070009);
  EXPECT_EQ(name_of(icmp::answer_information(Icmpv4View::parse(message).value(), {})), "icmp4_information_off");
  EXPECT_EQ(name_of(icmp::answer_information(Icmpv4View::parse(message).value(), {.information = true})),
            "icmp4_information_request_for_us");
}

// ---- what a reply tells ----

struct Times {
  const char* what;
  std::uint32_t originate, receive, transmit, arrival;
  std::int32_t round_trip, offset;
  bool is_standard = true;
};

// ICMP4-TS-008: ((receive - originate) + (transmit - arrival)) / 2, round midnight too
TEST(Queries, ICMP4_TS_008_round_trip_and_offset) {
  constexpr std::uint32_t end = 86'400'000;
  for (const Times& t : {
           Times{"clocks agree", 1000, 1010, 1010, 1020, 20, 0},
           Times{"5 s ahead", 1000, 6010, 6010, 1020, 20, 5000},
           Times{"5 s behind", 10'000, 5010, 5010, 10'020, 20, -5000},
           Times{"a slow answer", 1000, 1010, 1510, 1520, 20, 0},
           Times{"one way longer", 1000, 1030, 1030, 1040, 40, 10},
           Times{"received after midnight", end - 10, 0, 0, 10, 20, 0},
           Times{"5 s ahead round midnight", end - 10, 5000, 5000, 10, 20, 5000},
           Times{"5 s behind round midnight", 10, end - 4980, end - 4980, 30, 20, -5000},
           Times{"half a day", 0, 43'200'000, 43'200'000, 0, 0, 43'200'000},
           Times{"more than half a day is less the other way", 0, 43'200'001, 43'200'001, 0, 0, -43'199'999},
           Times{"receive marked", 1000, 0x80000000 + 1010, 1010, 1020, 20, 0, false},
           Times{"transmit marked", 1000, 1010, 0x80000000 + 1010, 1020, 20, 0, false},
           Times{"both marked", 1000, 0x80000000 + 6010, 0x80000000 + 6010, 1020, 20, 5000, false},
       }) {
    const auto estimate = icmp::timestamp_estimate(t.originate, t.receive, t.transmit, t.arrival);
    EXPECT_EQ(estimate.round_trip, t.round_trip) << t.what;
    EXPECT_EQ(estimate.offset, t.offset) << t.what;
    EXPECT_EQ(estimate.is_standard, t.is_standard) << t.what;
  }
}

TEST(Queries, ICMP4_TS_008_differences_of_any_numbers_stay_within_half_a_day) {
  for (const std::uint32_t a : {0U, 1U, 43'200'000U, 86'399'999U, 86'400'000U, 0x7fffffffU})
    for (const std::uint32_t b : {0U, 1U, 43'200'000U, 86'399'999U, 86'400'000U, 0x7fffffffU}) {
      const std::int32_t difference = icmp::time_difference(a, b);
      EXPECT_LE(std::abs(difference), 43'200'000) << a << " " << b;
      EXPECT_EQ((static_cast<std::int64_t>(a) - b - difference) % 86'400'000, 0) << a << " " << b;
    }
}

}  // namespace
}  // namespace tunstack::test::queries_test
