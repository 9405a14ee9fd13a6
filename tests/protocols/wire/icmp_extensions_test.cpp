// Extension structures: read, told from the quote, and written. The samples are written by hand.
#include "protocols/wire/icmp_extensions.hpp"

#include <gtest/gtest.h>

#include "tests/support/host.hpp"

namespace tunstack::test::icmp_extensions_test {
namespace {

using Compatibility = ExtensionCompatibility;

Packet copy(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

/// A structure with the right checksum.
Packet structure(std::string_view objects) {
  Packet all = hex("2000 0000") + hex(objects);
  set_be16(all, 2, plain_checksum(all));
  return all;
}

/// Two MPLS entries: 16000 with TTL 1, and the highest of all fields.
constexpr std::string_view mpls_object = "000c 0101 03e80001 ffffffff";
/// Arriving, index 2, 192.0.2.1, "ge-0/0/1", MTU 1500.
constexpr std::string_view interface_object = "0020 020f 00000002 00010000 c0000201 0c67652d302f302f31000000 000005dc";

// ---- reading ----

// ICMP4-EXT-003, ICMP4-EXT-006, ICMP4-EXT-014
TEST(IcmpExtensions, ICMP4_EXT_006_steps_over_the_objects) {
  const Packet all = structure(std::string(mpls_object) + std::string(interface_object));
  auto reader = IcmpExtensionReader::open(all);
  ASSERT_TRUE(reader);
  EXPECT_FALSE(reader->is_well_formed()) << "not read yet";
  const auto first = reader->next();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->class_number, 1);
  EXPECT_EQ(first->c_type, 1);
  EXPECT_EQ(copy(first->payload), part(all, 8, 8));
  const auto second = reader->next();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->class_number, 2);
  EXPECT_EQ(second->c_type, 0x0f);
  EXPECT_EQ(copy(second->payload), part(all, 20, 28));
  EXPECT_FALSE(reader->next());
  EXPECT_TRUE(reader->is_well_formed());
}

TEST(IcmpExtensions, ICMP4_EXT_003_version_and_checksum) {
  struct Case {
    std::string_view bytes;
    bool good;
  };
  for (const Case& c :
       {Case{"2000 0000 0004 c801", true}, Case{"2000 17fa 0004 c801", true}, Case{"2fff 07fb 0004 c801", true},
        Case{"2000 17fb 0004 c801", false}, Case{"2000 17f9 0004 c801", false}, Case{"2000 17fa 0004 c802", false},
        Case{"0000 37fa 0004 c801", false}, Case{"1000 27fa 0004 c801", false}, Case{"3000 07fa 0004 c801", false},
        Case{"1000 0000 0004 c801", false}, Case{"a000 0000 0004 c801", false}, Case{"2000 0000", true},
        Case{"2000 00", false}, Case{"", false}}) {
    const Packet bytes = hex(c.bytes);
    EXPECT_EQ(IcmpExtensionReader::open(bytes).has_value(), c.good) << c.bytes;
  }
}

// ICMP4-EXT-008: an object whose length cannot be right ends the list, and shows.
TEST(IcmpExtensions, ICMP4_EXT_008_lengths_that_cannot_be_right) {
  for (const std::string_view bad : {"0000 0101 03e80001", "0003 0101 03e80001", "0009 0101 03e80001",
                                     "ffff 0101 03e80001", "0008", "000801", "00"}) {
    const Packet all = structure("0004 c801" + std::string(bad));
    auto reader = IcmpExtensionReader::open(all);
    ASSERT_TRUE(reader);
    EXPECT_TRUE(reader->next()) << "the object before it";
    EXPECT_FALSE(reader->next()) << bad;
    EXPECT_FALSE(reader->next()) << "still";
    EXPECT_FALSE(reader->is_well_formed()) << bad;
  }
}

TEST(IcmpExtensions, ICMP4_EXT_009_objects_of_unknown_classes_are_passed_by) {
  const Packet all = structure("0008 c801 01020304" + std::string(mpls_object));
  auto reader = IcmpExtensionReader::open(all);
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->next()->class_number, 200);
  EXPECT_EQ(mpls_entry(*reader->next(), 0)->label, 16000U);
}

// ---- where they begin ----

constexpr Family families[] = {Family::ipv4, Family::ipv6};

/// An error with its length field, of type 3 or 1, with a body.
Packet error(Family family, unsigned words, const Packet& body, unsigned type = 0) {
  Packet message(8);
  const bool is_ipv4 = family == Family::ipv4;
  message[0] = static_cast<std::uint8_t>(type != 0 ? type : is_ipv4 ? 3 : 1);
  message[is_ipv4 ? 5 : 4] = static_cast<std::uint8_t>(words);
  return message + body;
}

IcmpErrorBody split(Family family, const Packet& message, Compatibility compatibility = Compatibility::off) {
  return split_icmp_error(family, message, compatibility);
}

constexpr unsigned words_of_128(Family family) { return family == Family::ipv4 ? 32 : 16; }

// ICMP4-EXT-001, ICMP6-EXT-001
TEST(IcmpExtensions, ICMP4_EXT_001_the_length_says_where_the_quote_ends) {
  const Packet extensions = structure(mpls_object);
  for (const Family family : families)
    for (const unsigned more : {0U, 1U, 2U, 100U}) {
      const unsigned words = words_of_128(family) + more;
      const Packet quote = counting(words * (family == Family::ipv4 ? 4 : 8));
      const Packet message = error(family, words, quote + extensions);
      const IcmpErrorBody body = split(family, message);
      EXPECT_EQ(copy(body.quote), quote);
      EXPECT_EQ(copy(body.extensions), extensions);
      EXPECT_FALSE(body.extensions_bad);
    }
}

// ICMP4-EXT-007
TEST(IcmpExtensions, ICMP4_EXT_007_compatibility_mode_looks_behind_128_octets) {
  for (const Family family : families) {
    const Packet message = error(family, 0, counting(128) + structure(mpls_object));
    const IcmpErrorBody plain = split(family, message);
    EXPECT_EQ(copy(plain.quote), from(message, 8)) << "by default all is quote";
    EXPECT_TRUE(plain.extensions.empty());
    EXPECT_FALSE(plain.extensions_bad);
    const IcmpErrorBody found = split(family, message, Compatibility::on);
    EXPECT_EQ(copy(found.quote), counting(128));
    EXPECT_EQ(copy(found.extensions), structure(mpls_object));
  }
}

TEST(IcmpExtensions, ICMP4_EXT_007_compatibility_mode_takes_no_quote_for_extensions) {
  Packet wrong = structure(mpls_object);
  wrong[3] ^= 1;
  Packet not_computed = structure(mpls_object);
  set_be16(not_computed, 2, 0);
  Packet version_1 = structure(mpls_object);
  version_1[0] = 0x10;
  set_be16(version_1, 2, 0);
  set_be16(version_1, 2, plain_checksum(version_1));
  for (const Family family : families) {
    for (const Packet& behind : {wrong, not_computed, version_1, Packet{}, hex("2000"), counting(100)}) {
      const Packet message = error(family, 0, counting(128) + behind);
      const IcmpErrorBody body = split(family, message, Compatibility::on);
      EXPECT_EQ(copy(body.quote), from(message, 8));
      EXPECT_TRUE(body.extensions.empty());
      EXPECT_FALSE(body.extensions_bad);
    }
    const Packet elsewhere = error(family, 0, counting(124) + structure(mpls_object) + counting(20));
    EXPECT_TRUE(split(family, elsewhere, Compatibility::on).extensions.empty()) << "not behind 128 octets";
    const Packet declared = error(family, words_of_128(family) + 1, counting(136) + structure(mpls_object));
    EXPECT_EQ(split(family, declared, Compatibility::on).quote.size(), family == Family::ipv4 ? 132U : 136U)
        << "a length that is there counts";
  }
}

// What stands behind the end of the message is not looked at, even if it could be extensions.
TEST(IcmpExtensions, ICMP4_EXT_007_compatibility_mode_and_messages_that_are_too_short) {
  for (const Family family : families) {
    const Packet message = error(family, 0, counting(128) + structure("0008 0101 03e80101"));
    for (std::size_t size = 8; size < message.size(); ++size) {
      const IcmpErrorBody body = split_icmp_error(family, Bytes(message).first(size), Compatibility::on);
      EXPECT_EQ(body.quote.size(), size - 8);
      EXPECT_TRUE(body.extensions.empty()) << size;
    }
  }
}

// ICMP4-EXT-008
TEST(IcmpExtensions, ICMP4_EXT_008_what_is_no_structure_is_marked_as_bad) {
  for (const Family family : families) {
    Packet wrong = structure(mpls_object);
    wrong[7] ^= 1;
    for (const Packet& behind : {wrong, hex("1000 0000"), hex("2000"), counting(40)}) {
      const Packet message = error(family, words_of_128(family), counting(128) + behind);
      const IcmpErrorBody body = split(family, message);
      EXPECT_EQ(copy(body.quote), counting(128)) << "the quote is good";
      EXPECT_TRUE(body.extensions.empty());
      EXPECT_TRUE(body.extensions_bad);
    }
    for (const unsigned words : {words_of_128(family) + 1, 255U}) {
      const Packet message = error(family, words, counting(128));
      const IcmpErrorBody body = split(family, message);
      EXPECT_EQ(copy(body.quote), counting(128)) << "a length beyond the message";
      EXPECT_TRUE(body.extensions_bad);
    }
    const Packet nothing_behind = error(family, words_of_128(family), counting(128));
    EXPECT_FALSE(split(family, nothing_behind).extensions_bad) << "a length alone does no harm";
    EXPECT_EQ(copy(split(family, nothing_behind).quote), counting(128));
  }
}

// ICMP4-EXT-005: elsewhere the octet is none, or part of an MTU or a pointer.
TEST(IcmpExtensions, ICMP4_EXT_005_types_that_have_no_length) {
  for (unsigned type = 1; type < 256; ++type) {
    const bool takes4 = type == 3 || type == 11 || type == 12;
    const bool takes6 = type == 1 || type == 3;
    const Packet body = counting(128) + structure(mpls_object);
    const Packet message4 = error(Family::ipv4, 32, body, type);
    const Packet message6 = error(Family::ipv6, 16, body, type);
    EXPECT_EQ(split(Family::ipv4, message4).quote.size(), takes4 ? 128U : body.size()) << type;
    EXPECT_EQ(split(Family::ipv6, message6).quote.size(), takes6 ? 128U : body.size()) << type;
  }
}

TEST(IcmpExtensions, ICMP4_EXT_008_messages_cut_anywhere) {
  const Packet whole = error(Family::ipv4, 32, counting(128) + structure("0008 0101 03e80101"));
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const Packet message = part(whole, 0, size);
    const IcmpErrorBody body = split(Family::ipv4, message);
    EXPECT_EQ(body.extensions.size(), size == whole.size() ? 12U : 0U) << size;
    EXPECT_EQ(body.quote.size(), size <= 8 ? 0 : std::min<std::size_t>(128, size - 8)) << size;
    EXPECT_EQ(body.extensions_bad, size >= 8 && size != 136 && size != whole.size()) << size;
  }
}

}  // namespace
}  // namespace tunstack::test::icmp_extensions_test
