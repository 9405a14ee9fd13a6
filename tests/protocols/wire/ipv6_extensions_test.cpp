// Stepping over extension headers and over their options.
#include "protocols/wire/ipv6_extensions.hpp"

#include <gtest/gtest.h>

#include "tests/support/ipv6_parts.hpp"

namespace tunstack::test::ipv6_extensions_test {
namespace {

TEST(Ipv6Extensions, V6_EXT_009_kinds_that_are_stepped_over) {
  std::vector<unsigned> known;
  for (unsigned number = 0; number < 256; ++number)
    if (is_ipv6_extension(static_cast<std::uint8_t>(number))) known.push_back(number);
  EXPECT_EQ(known, (std::vector<unsigned>{0, 43, 44, 60}));
}

// V6-EXT-010: a header is there with all of its octets, or not at all.
TEST(Ipv6Extensions, V6_EXT_010_an_extension_header_is_whole) {
  const struct {
    Part part;
    std::size_t size;
  } rows[] = {{hop_by_hop(""), 8},
              {destination(Packet(14)), 16},
              {routing(0, 0, Packet(20)), 24},
              {long_destination(2048), 2048},
              {fragment_header(8, true), 8}};
  for (const auto& row : rows) {
    const Packet packet = Packet(40) + row.part.octets;
    const auto kind = static_cast<std::uint8_t>(row.part.number);
    for (std::size_t size = 40; size <= packet.size(); ++size)
      ASSERT_EQ(ipv6_extension_at(Bytes(packet).first(size), 40, kind).has_value(), size == 40 + row.size) << size;
    const Bytes found = *ipv6_extension_at(packet, 40, kind);
    EXPECT_EQ(Packet(found.begin(), found.end()), row.part.octets);
    EXPECT_EQ(ipv6_extension_at(packet + Packet(100), 40, kind)->size(), row.size) << "what follows is not its";
  }
  Part fragment = fragment_header(0, false);
  fragment.octets[1] = 0xff;
  EXPECT_EQ(ipv6_extension_at(Packet(40) + fragment.octets, 40, 44)->size(), 8U) << "it has no length octet";
}

TEST(Ipv6Extensions, V6_RX_013_step_over_tells_where_the_number_stood) {
  const Packet header = hex("11 01") + Packet(14);
  const UpperLayer next = step_over({.protocol = 60, .offset = 40, .protocol_at = 6}, header);
  EXPECT_EQ(unsigned{next.protocol}, 17U);
  EXPECT_EQ(next.offset, 56U);
  EXPECT_EQ(next.protocol_at, 40U);
  EXPECT_FALSE(next.behind_fragment_header);
  const UpperLayer fragment = step_over({.protocol = 44, .offset = 56, .protocol_at = 40}, hex("3c00 0000 00000001"));
  EXPECT_TRUE(fragment.behind_fragment_header);
  EXPECT_TRUE(step_over(fragment, hex("3a00 0000 00000000")).behind_fragment_header) << "all that follows is";
}

// ---- the whole chain ----

TEST(Ipv6Extensions, ICMP6_SUP_006_find_upper_layer) {
  const std::vector<Part> parts{hop_by_hop(""), long_destination(24), routing(4, 9), atomic()};
  const auto upper = find_upper_layer(with_headers(echo6(), parts));
  ASSERT_TRUE(upper.has_value());
  EXPECT_EQ(unsigned{upper->protocol}, 58U);
  EXPECT_EQ(upper->offset, 88U);
  EXPECT_EQ(upper->protocol_at, 80U);
  EXPECT_TRUE(upper->behind_fragment_header);
  const auto plain = find_upper_layer(echo6());
  ASSERT_TRUE(plain.has_value());
  EXPECT_EQ(plain->offset, 40U);
  EXPECT_EQ(plain->protocol_at, 6U);
  EXPECT_FALSE(plain->behind_fragment_header);
}

// Whatever the chain says: a limit, an option and a misplaced header are for others to judge.
TEST(Ipv6Extensions, ICMP6_SUP_006_find_upper_layer_judges_nothing) {
  for (const std::vector<Part>& parts : {std::vector<Part>(20, destination("")),
                                         {destination(""), hop_by_hop("")},
                                         {destination("9e ff")},
                                         {routing(0, 255)},
                                         {fragment_header(0, true)}}) {
    const auto upper = find_upper_layer(with_headers(echo6(), parts));
    ASSERT_TRUE(upper.has_value());
    EXPECT_EQ(unsigned{upper->protocol}, 58U);
  }
}

TEST(Ipv6Extensions, V6_FRAG_015_a_later_fragment_has_no_upper_layer) {
  for (const std::size_t offset : {8U, 1448U, 65528U}) {
    EXPECT_FALSE(find_upper_layer(with_headers(echo6(), {fragment_header(offset, false)})).has_value());
    EXPECT_FALSE(find_upper_layer(with_headers(echo6(), {destination(""), fragment_header(offset, true)})).has_value());
  }
}

// ICMP6-RX-003: a quote may be cut anywhere; the upper layer may be cut off up to its last octet.
TEST(Ipv6Extensions, V6_FRAG_007_find_upper_layer_in_every_truncation) {
  const Packet packet = with_headers(echo6(), {hop_by_hop(""), long_destination(24), atomic()});
  for (std::size_t size = 40; size <= packet.size(); ++size)
    ASSERT_EQ(find_upper_layer(Bytes(packet).first(size)).has_value(), size >= 80) << size;
}

TEST(Ipv6Extensions, ICMP6_SUP_006_find_upper_layer_behind_40_headers) {
  const auto behind = [](std::size_t headers) {
    return with_headers(echo6(), std::vector<Part>(headers, destination("")));
  };
  EXPECT_TRUE(find_upper_layer(behind(40)).has_value());
  EXPECT_EQ(find_upper_layer(behind(41)).error(), NoUpperLayer::behind_too_many_headers);
  EXPECT_EQ(find_upper_layer(Bytes(behind(41)).first(40 + 41 * 8 - 1)).error(), NoUpperLayer::cut_short);
}

TEST(Ipv6Extensions, V6_FRAG_002_announcing_octet) {
  const Packet packet = with_headers(echo6(), {hop_by_hop(""), long_destination(24), atomic(), routing(0, 0)});
  EXPECT_EQ(announcing_octet(packet, 40), 6U);
  EXPECT_EQ(announcing_octet(packet, 48), 40U);
  EXPECT_EQ(announcing_octet(packet, 72), 48U);
  EXPECT_EQ(announcing_octet(packet, 80), 72U);
  EXPECT_EQ(announcing_octet(packet, 88), 80U);
}

// ---- the fragment header ----

TEST(Ipv6Extensions, V6_FRAG_014_fields_of_a_fragment_header) {
  const Packet octets = hex("3a ff 05af 12345678");
  const Ipv6FragmentHeader header{octets};
  EXPECT_EQ(unsigned{header.next_header()}, 58U);
  EXPECT_EQ(header.offset(), 0x05a8U);
  EXPECT_TRUE(header.more());
  EXPECT_EQ(header.identification(), 0x12345678U);
  EXPECT_FALSE(header.is_atomic());
  const struct {
    const char* octets;
    bool atomic;
  } rows[] = {{"3a00 0000 ffffffff", true},
              {"3aff 0006 00000000", true},
              {"3a00 0001 00000000", false},
              {"3a00 0008 00000000", false},
              {"3a00 fff8 00000000", false}};
  for (const auto& row : rows) {
    const Packet bytes = hex(row.octets);
    EXPECT_EQ(Ipv6FragmentHeader(bytes).is_atomic(), row.atomic) << row.octets;
  }
}

// ---- options ----

TEST(Ipv6Extensions, V6_EXT_002_what_is_done_with_unknown_options) {
  for (unsigned type = 0; type < 256; ++type) {
    const UnknownOption expected[] = {UnknownOption::skip, UnknownOption::discard, UnknownOption::report,
                                      UnknownOption::report_unless_multicast};
    EXPECT_EQ(action_for_unknown(static_cast<std::uint8_t>(type)), expected[type >> 6]) << type;
  }
}

struct ReadOption {
  std::size_t offset;
  Packet bytes;
  bool operator==(const ReadOption&) const = default;
};

/// All options of an extension header, and the offset of the length octet that is wrong, or 0.
std::pair<std::vector<ReadOption>, std::size_t> read(std::string_view options) {
  const Packet header = hex("3a 00") + hex(options);
  Ipv6OptionReader reader{header};
  std::vector<ReadOption> all;
  while (const auto option = reader.next()) {
    all.push_back({option->offset, Packet(option->bytes.begin(), option->bytes.end())});
    EXPECT_EQ(option->type(), option->bytes[0]);
    EXPECT_EQ(option->is_padding(), option->bytes[0] <= 1);
  }
  EXPECT_FALSE(reader.next().has_value()) << "it stays at the end";
  return {all, reader.bad_length_at().value_or(0)};
}

TEST(Ipv6Extensions, V6_EXT_001_options_one_by_one) {
  using All = std::vector<ReadOption>;
  EXPECT_EQ(read("01 04 00000000"), std::pair(All{{2, hex("01 04 00000000")}}, std::size_t{0}));
  EXPECT_EQ(read("1e 00 00 9e 01 77"),
            std::pair(All({{2, hex("1e 00")}, {4, hex("00")}, {5, hex("9e 01 77")}}), std::size_t{0}));
  EXPECT_EQ(read("00 00 00 01 01 00"), std::pair(All({{2, hex("000000")}, {5, hex("01 01 00")}}), std::size_t{0}));
  EXPECT_EQ(
      read("01 00 01 02 0000 00 00 00 00 00 00 05 00"),
      std::pair(All({{2, hex("01 00")}, {4, hex("01 02 0000")}, {8, Packet(6)}, {14, hex("05 00")}}), std::size_t{0}));
}

// A run of Pad1 is one, however long and wherever it begins.
TEST(Ipv6Extensions, V6_EXT_001_runs_of_pad1) {
  for (std::size_t before = 0; before < 20; ++before)
    for (std::size_t zeros = 1; zeros < 40; ++zeros) {
      Packet header = Packet(2) + hex("1e") + Packet{static_cast<std::uint8_t>(before)} + Packet(before, 7);
      const std::size_t begin = header.size();
      header = header + Packet(zeros) + hex("01 00");  // the next type, and the least that is none
      Ipv6OptionReader reader{header};
      ASSERT_TRUE(reader.next().has_value());
      const auto run = reader.next();
      ASSERT_TRUE(run.has_value());
      ASSERT_EQ(run->offset, begin);
      ASSERT_EQ(run->bytes.size(), zeros);
      ASSERT_EQ(unsigned{reader.next()->type()}, 1U);
      ASSERT_FALSE(reader.next().has_value());
    }
}

TEST(Ipv6Extensions, V6_EXT_016_router_alert) {
  const auto has_alert = [](const char* extension, std::uint8_t next_header = 0) {
    return ipv6_has_router_alert(ipv6({.next_header = next_header}, hex(extension)));
  };
  EXPECT_TRUE(has_alert("3a 00 05 02 0000 01 00"));
  EXPECT_TRUE(has_alert("3a 00 01 00 05 02 0000"));
  EXPECT_FALSE(has_alert("3a 00 05 02 0001 01 00")) << "of another value";
  EXPECT_FALSE(has_alert("3a 00 05 04 0000 0000")) << "too long";
  EXPECT_FALSE(has_alert("3a 00 01 04 0000 0000")) << "nothing but padding";
  EXPECT_FALSE(has_alert("3a 00 05 02 0000 01")) << "cut short";
  EXPECT_FALSE(has_alert("3a 00 05 02 0000 01 00", 60)) << "of destination options";
}

TEST(Ipv6Extensions, V6_EXT_007_lengths_that_go_too_far) {
  const struct {
    const char* options;
    std::size_t read;
    std::size_t bad_length_at;
  } rows[] = {{"01 05 00000000", 0, 3},   {"1e ff 00000000", 0, 3},  {"00 1e 04 000000", 1, 4},
              {"01 02 0000 1e 01", 1, 7}, {"01 03 000000 1e", 1, 8}, {"00 00 00 00 00 01", 1, 8},
              {"1e 04 00000000", 1, 0}};
  for (const auto& row : rows) {
    const auto [all, bad_length_at] = read(row.options);
    EXPECT_EQ(all.size(), row.read) << row.options;
    EXPECT_EQ(bad_length_at, row.bad_length_at) << row.options;
  }
}

}  // namespace
}  // namespace tunstack::test::ipv6_extensions_test
