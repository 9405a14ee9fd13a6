// The options of hop-by-hop and destination options headers (RFC 8200 4.2).
#include "tests/conformance/ipv6/ipv6_line.hpp"

namespace tunstack::test::ipv6_extension_option_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view group = "ff02::1";

/// An echo request with these options in a header of either kind.
std::array<Packet, 2> with_options(const Packet& options, const Ipv6Fields& ip = {}) {
  return {with_headers(echo6(ip), {hop_by_hop(options)}), with_headers(echo6(ip), {destination(options)})};
}

struct OptionRow6 {
  std::string_view options;
  Outcome outcome;
};

void expect_options(const std::vector<OptionRow6>& rows, const Ipv6Fields& ip = {}) {
  for (const OptionRow6& row : rows)
    for (const Packet& packet : with_options(hex(row.options), ip))
      expect_outcomes({{std::string(row.options), packet, row.outcome}});
}

// ---- padding ----

TEST(Ipv6Option, V6_EXT_001_pad1_and_padn) {
  expect_options({
      {"00 00 00 00 00 00", reply},
      {"01 04 00000000", reply},
      {"01 00 01 00 01 00", reply},
      {"00 01 03 000000", reply},
      {"01 02 ffff 0000", reply},
      {"01 04 00000000 0000000000000000", reply},
      {"1e 01 07 00 01 00 00 1e 03 010203 00", reply},
      {"01 0c 000000000000000000000000", reply},
  });
}

TEST(Ipv6Option, V6_EXT_001_padn_of_every_size) {
  for (std::size_t size = 0; size <= 255; ++size) {
    Packet padding(2 + size);
    padding[0] = 1;
    padding[1] = static_cast<std::uint8_t>(size);
    for (const Packet& packet : with_options(padding)) EXPECT_THAT(Host().send(packet), SizeIs(1)) << size;
  }
}

// ---- options that are not known ----

TEST(Ipv6Option, V6_EXT_002_action_00_is_skipped) {
  expect_options({{"1e 04 00000000", reply}, {"3e 00 3f 01 ff 00", reply}, {"02 00", reply}});
}

TEST(Ipv6Option, V6_EXT_003_action_01_is_discarded_silently) {
  for (const Packet& packet : with_options(hex("5e 04 00000000"))) {
    Host host;
    EXPECT_SILENT(host, packet, Reason::ipv6_option_discarded);
  }
}

TEST(Ipv6Option, V6_EXT_004_action_10_is_reported_even_from_a_group) {
  expect_options({{"9e 04 00000000", problem(2, 42)}, {"00 9e 00", problem(2, 43)}});
  // ICMP6-SUP-003: one of the two exceptions.
  expect_options({{"9e 04 00000000", problem(2, 42)}}, {.destination = group});
  for (const Packet& packet : with_options(hex("9e 00"), {.destination = group}))
    EXPECT_EQ(source_of(Host().answer(packet)), "2001:db8::2") << "not from the group";
}

TEST(Ipv6Option, V6_EXT_005_action_11_is_reported_unless_it_came_to_a_group) {
  expect_options({{"de 04 00000000", problem(2, 42)}, {"ff 00", problem(2, 42)}});
  for (const Packet& packet : with_options(hex("de 04 00000000"), {.destination = group})) {
    Host host;
    EXPECT_SILENT(host, packet, Reason::ipv6_option_unrecognized_to_group);
  }
}

// RFC 4443 2.4(e.4): the exception of (e.3) holds for link-layer groups too.
TEST(Ipv6Option, ICMP6_SUP_003_in_a_link_layer_group_frame) {
  Host host;
  EXPECT_THAT(host.send_in_group_frame(with_headers(echo6(), {destination("9e 00")})), SizeIs(1));
  EXPECT_THAT(host.send_in_group_frame(with_headers(echo6(), {routing(0, 1)})), IsEmpty());
}

// V6-EXT-002 to V6-EXT-006: all types but padding; the upper two bits of the whole octet decide (RFC 8200 4.2).
TEST(Ipv6Option, V6_EXT_006_all_types) {
  for (unsigned type = 2; type < 256; ++type)
    for (const std::string_view to : {std::string_view("2001:db8::2"), group}) {
      const Outcome by_action[] = {reply, silence, problem(2, 42), to == group ? silence : problem(2, 42)};
      const Packet option{static_cast<std::uint8_t>(type), 2, 0, 0};
      for (const Packet& packet : with_options(option, {.destination = to}))
        expect_outcomes({{std::to_string(type), packet, by_action[type / 64]}});
    }
}

TEST(Ipv6Option, V6_EXT_006_the_first_one_decides) {
  expect_options({
      {"5e 00 9e 00", silence},
      {"9e 00 5e 00", problem(2, 42)},
      {"1e 00 9e 00", problem(2, 44)},
      {"1e 02 9e9e 5e 00", silence},
      {"01 01 00 1e 00 00 de 00 9e 00", problem(2, 48)},
      {"9e 00 de 00", problem(2, 42)},
  });
  expect_options({{"de 00 9e 00", silence}, {"9e 00 de 00", problem(2, 42)}}, {.destination = group});
}

TEST(Ipv6Option, V6_EXT_006_the_first_one_in_several_headers) {
  const auto both = [](std::string_view first, std::string_view second) {
    return with_headers(echo6(), {hop_by_hop(first), destination(second)});
  };
  expect_outcomes({
      {"silent, reported", both("5e 00", "9e 00"), silence},
      {"reported, silent", both("9e 00", "5e 00"), problem(2, 42)},
      {"skipped, reported", both("1e 00", "1e 01 00 9e 00"), problem(2, 53)},
  });
}

// ---- lengths ----

TEST(Ipv6Option, V6_EXT_007_options_that_run_past_their_header) {
  expect_options({
      {"01 c8 00000000", problem(0, 43)},
      {"01 05 00000000", problem(0, 43)},
      {"01 ff 00000000", problem(0, 43)},
      {"1e 05 00000000", problem(0, 43)},
      {"5e ff 00000000", problem(0, 43)},
      {"9e ff 00000000", problem(0, 43)},
      {"01 02 0000 1e 01", problem(0, 47)},
      {"1e 02 0000 01 08 0000000000000000", reply},
      {"1e 02 0000 01 09 0000000000000000", problem(0, 47)},
  });
}

// The type is the last octet of its header: the length octet that is missing would be the next one.
TEST(Ipv6Option, V6_EXT_007_an_option_without_length_octet) {
  expect_options({{"00 00 00 00 00 1e", problem(0, 48)},
                  {"01 03 000000 01", problem(0, 48)},
                  {"01 03 000000 9e", problem(0, 48)},
                  {"01 03 000000 00", reply}});
}

TEST(Ipv6Option, V6_EXT_007_in_a_later_header) {
  expect_outcomes({{"", with_headers(echo6(), {routing(5, 0), destination("01 02 0000 01 01")}), problem(0, 55)}});
}

// ---- options with a meaning elsewhere ----

// RFC 2711 2.1: values that are not known are ignored, known ones mean nothing to a host.
TEST(Ipv6Option, V6_EXT_016_router_alert_of_any_value) {
  for (const char* value : {"0000", "0001", "0002", "0003", "0024", "ffff"})
    expect_options({{std::string("05 02 ") + value, reply}, {std::string("05 02 ") + value + "01 00", reply}});
  expect_options({{"05 02 0000", reply}}, {.destination = group});
}

TEST(Ipv6Option, V6_EXT_026_tunnel_encapsulation_limit) {
  expect_options({{"04 01 05", reply}, {"04 01 00", reply}, {"04 01 ff 01 01 00", reply}});
}

TEST(Ipv6Option, V6_EXT_027_registered_options_follow_their_action_bits) {
  expect_options({
      {"0f 0a 00000000000000000000", reply},
      {"30 02 0000", reply},
      {"31 02 0000", reply},
      {"11 02 0000", reply},
      {"12 02 0000", reply},
      {"63 04 00000000", silence},         // RPL, RFC 6553
      {"23 04 00000000", reply},           // RPL, RFC 9008
      {"6d 02 0000", silence},             // MPL, RFC 7731
      {"8a 00", problem(2, 42)},           // endpoint identification
      {"8b 00", problem(2, 42)},           // ILNP nonce
      {"c9 04 00000000", problem(2, 42)},  // home address, RFC 6275
      {"07 08 0000000000000000", reply},   // CALIPSO
      {"c2 04 00010000", problem(2, 42)},  // jumbo payload, not known by default
  });
}

// ---- the error ----

/// A packet with an option of type 0x9e `offset` octets from its start, behind options that are skipped.
Packet with_bad_option_at(std::size_t offset, std::size_t data) {
  Packet options;
  for (std::size_t left = offset - 42; left > 0;) {
    const std::size_t size = left > 257 ? std::min<std::size_t>(left - 2, 257) : left;
    Packet option(size, 0x77);
    option[0] = 0x1e;
    option[1] = static_cast<std::uint8_t>(size - 2);
    options = options + option;
    left -= size;
  }
  return with_headers(echo6({}, counting(data)), {destination(options + hex("9e 00"))});
}

TEST(Ipv6Option, ICMP6_ERR_018_the_pointer_has_32_bits) {
  for (const std::uint32_t pointer : {44U, 255U, 256U, 700U, 1231U}) {
    const Packet packet = with_bad_option_at(pointer, 8);
    ASSERT_EQ(unsigned{packet[pointer]}, 0x9eU);
    expect_outcomes({{std::to_string(pointer), packet, problem(2, pointer)}});
  }
}

TEST(Ipv6Option, ICMP6_ERR_018_the_pointer_may_go_beyond_the_quote) {
  const Packet packet = with_bad_option_at(1300, 100);
  ASSERT_EQ(unsigned{packet[1300]}, 0x9eU);
  Host host({"ip6.ext.max_chain=1920"});
  const Packet error = host.answer(packet);
  EXPECT_EQ(error.size(), 1280U);
  EXPECT_EQ(be32(error, 44), 1300U);
  EXPECT_EQ(from(error, 48), part(packet, 0, 1232));
}

}  // namespace
}  // namespace tunstack::test::ipv6_extension_option_test
