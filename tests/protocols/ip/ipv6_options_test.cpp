// What options come to: verdicts of single headers.
#include "protocols/ip/ipv6_options.hpp"

#include <gtest/gtest.h>

#include "tests/support/ipv6_parts.hpp"

namespace tunstack::test::ipv6_options_test {
namespace {

struct Judged {
  std::string reason;  // "" if all options are in order
  bool reported = false;
  std::uint32_t pointer = 0;
  bool operator==(const Judged&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Judged& judged) {
  return out << judged.reason << ' ' << judged.reported << ' ' << judged.pointer;
}

Judged told(const std::optional<Verdict>& verdict) {
  if (!verdict) return {};
  const std::string reason(info(reason_of(*verdict)).name);
  if (const auto* const error = std::get_if<Error>(&*verdict)) return {reason, true, error->parameter};
  EXPECT_TRUE(std::holds_alternative<Drop>(*verdict));
  return {reason};
}

/// A header 100 octets from the start of its packet.
Judged judge(const Part& part, const ip::Ipv6OptionPolicy& policy = {}, bool to_group = false) {
  return told(ip::judge_options({static_cast<std::uint8_t>(part.number), 100, part.octets, to_group}, policy));
}

TEST(Ipv6Options, V6_EXT_002_options_in_order) {
  for (const char* options : {"", "1e 00", "01 04 00000000", "05 02 0000 0f 00", "00 00 3f 01 ff 00"}) {
    EXPECT_EQ(judge(destination(options)), Judged{}) << options;
    EXPECT_EQ(judge(hop_by_hop(options)), Judged{}) << options;
  }
}

TEST(Ipv6Options, V6_EXT_004_actions) {
  EXPECT_EQ(judge(destination("5e 00")), Judged("ipv6_option_discarded"));
  EXPECT_EQ(judge(destination("1e 00 9e 00")), (Judged{"ipv6_option_unrecognized", true, 104}));
  EXPECT_EQ(judge(destination("de 00")), (Judged{"ipv6_option_unrecognized", true, 102}));
  EXPECT_EQ(judge(destination("9e 00"), {}, true), (Judged{"ipv6_option_unrecognized", true, 102}));
  EXPECT_EQ(judge(destination("de 00"), {}, true), Judged("ipv6_option_unrecognized_to_group"));
  EXPECT_EQ(judge(destination("01 05 00000000")), (Judged{"ipv6_option_length_invalid", true, 103}));
}

TEST(Ipv6Options, V6_EXT_020_limits) {
  EXPECT_EQ(judge(destination("1e 00 1e 00 1e 00"), {.options = 3}), Judged{});
  EXPECT_EQ(judge(destination("1e 00 1e 00 1e 00"), {.options = 2}), (Judged{"ipv6_too_many_options", true, 106}));
  EXPECT_EQ(judge(destination("01 02 0000 01 00"), {.padding = 6}), Judged{});
  EXPECT_EQ(judge(destination("01 02 0000 01 00"), {.padding = 5}),
            (Judged{"ipv6_option_padding_too_long", true, 106}));
  EXPECT_EQ(judge(destination("00 00 1e 02 0000"), {.padding = 1}),
            (Judged{"ipv6_option_padding_too_long", true, 102}));
}

TEST(Ipv6Options, V6_EXT_021_paddings_are_counted_in_the_whole_header) {
  Packet options;
  for (std::size_t i = 0; i < ip::max_paddings; ++i) options = options + hex("01 00");
  Packet separated = options + hex("1e 02 0000");
  EXPECT_EQ(judge(destination(separated + hex("1e 00"))), Judged{});
  EXPECT_EQ(judge(destination(separated + hex("01 00"))), (Judged{"ipv6_option_padding_too_long", true, 138}));
}

TEST(Ipv6Options, V6_EXT_019_jumbo_payload) {
  const ip::Ipv6OptionPolicy on{.jumbo = true};
  EXPECT_EQ(judge(hop_by_hop("c2 04 00010000")), (Judged{"ipv6_option_unrecognized", true, 102}));
  EXPECT_EQ(judge(hop_by_hop("c2 04 00010000"), on), (Judged{"ipv6_jumbo_misused", true, 102}));
  EXPECT_EQ(judge(destination("c2 04 00010000"), on), (Judged{"ipv6_option_unrecognized", true, 102}));
  EXPECT_EQ(judge(hop_by_hop("c2 04 00010000"), on, true), (Judged{"ipv6_jumbo_misused", true, 102}));
}

TEST(Ipv6Options, V6_EXT_019_jumbograms) {
  const auto jumbogram = [](std::string_view options) {
    Packet packet = with_headers(echo6(), {hop_by_hop(options)});
    set_be16(packet, 4, 0);
    return told(ip::judge_jumbogram(packet));
  };
  EXPECT_EQ(jumbogram("c2 04 0000ffff"), (Judged{"ipv6_jumbo_misused", true, 44}));
  EXPECT_EQ(jumbogram("c2 04 00010000"), Judged("ipv6_truncated"));
  EXPECT_EQ(jumbogram("c2 03 000100 00"), (Judged{"ipv6_jumbo_misused", true, 43}));
  EXPECT_EQ(jumbogram("05 02 0000"), (Judged{"ipv6_jumbo_misused", true, 4}));
  EXPECT_EQ(jumbogram("01 ff"), (Judged{"ipv6_jumbo_misused", true, 4}));
  EXPECT_EQ(jumbogram("1e 00 c2 04 00000001"), (Judged{"ipv6_jumbo_misused", true, 46}));
  const Packet packet = with_headers(echo6(), {hop_by_hop("")});
  for (std::size_t size = 40; size < 48; ++size)
    EXPECT_EQ(told(ip::judge_jumbogram(Bytes(packet).first(size))), (Judged{"ipv6_jumbo_misused", true, 4})) << size;
}

}  // namespace
}  // namespace tunstack::test::ipv6_options_test
