// Domain names on the wire: what is a name, and names written and read again.
#include "protocols/wire/domain_name.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/packets.hpp"

namespace tunstack::test::domain_name_test {
namespace {

/// The texts of all names, and "malformed" behind them if the list is so.
std::vector<std::string> read_names(const Packet& list) {
  DomainNameReader reader(list);
  std::vector<std::string> texts;
  while (const auto name = reader.next()) texts.push_back(domain_name_text(*name));
  if (reader.is_malformed()) texts.emplace_back("malformed");
  return texts;
}

Packet written(std::string_view text) {
  Packet name(domain_name_size(text), 0xee);
  EXPECT_EQ(write_domain_name(name, text), name.size());
  return name;
}

/// A name of `octets` on the wire.
std::string name_of_size(std::size_t octets) {
  std::string text(octets - 2, 'a');
  for (std::size_t at = 63; at < text.size(); at += 64) text[at] = '.';
  return text;
}

TEST(DomainName, ND_RA_010_is_written_as_labels_behind_their_lengths) {
  EXPECT_EQ(written("example.com"), hex("07 6578616d706c65 03 636f6d 00"));
  EXPECT_EQ(written("example.com."), hex("07 6578616d706c65 03 636f6d 00"));
  EXPECT_EQ(written("a"), hex("01 61 00"));
}

TEST(DomainName, ND_RA_010_names_are_read_up_to_the_padding) {
  const std::vector<std::string> both{"example.com", "a.b"};
  const Packet names = written("example.com") + written("a.b");
  EXPECT_EQ(read_names(names), both) << "without padding";
  EXPECT_EQ(read_names(names + Packet(1)), both);
  EXPECT_EQ(read_names(names + Packet(7)), both);
  EXPECT_EQ(read_names({}), std::vector<std::string>{});
}

TEST(DomainName, ND_RA_010_what_is_no_name) {
  struct Case {
    const char* what;
    Packet list;
  };
  for (const Case& c : {
           Case{"a label without its last octet", hex("02 61")},
           Case{"a name without its end", hex("01 61")},
           Case{"a compressed name", hex("01 61 c0 00")},
           Case{"a label of 64 octets", hex("40") + Packet(64, 'a') + hex("00")},
           Case{"something in the padding", hex("00 00 01 61 00")},
           Case{"a name of 256 octets", written(name_of_size(256))},
       })
    EXPECT_EQ(read_names(c.list), std::vector<std::string>{"malformed"}) << c.what;
  EXPECT_EQ(read_names(hex("01 61 00 02 61")), (std::vector<std::string>{"a", "malformed"}));
}

TEST(DomainName, ND_RA_010_the_longest_ones) {
  EXPECT_EQ(read_names(written(name_of_size(255))), std::vector<std::string>{name_of_size(255)});
  EXPECT_EQ(read_names(hex("3f") + Packet(63, 'a') + hex("00")), std::vector<std::string>{std::string(63, 'a')});
}

TEST(DomainName, ND_RA_010_texts_mislead_nobody) {
  EXPECT_EQ(read_names(hex("06 20 2e 5c 0a 7f 21 00")), std::vector<std::string>{"\\032\\046\\092\\010\\127!"});
}

TEST(DomainName, ND_RA_010_what_may_be_configured) {
  for (const std::string& text : {std::string("example.com"), std::string("example.com."), std::string("_x-1.Z9"),
                                  std::string(63, 'a'), name_of_size(255)})
    EXPECT_TRUE(is_domain_name(text)) << text;
  for (const std::string& text :
       {std::string(), std::string("."), std::string("a..b"), std::string(".a"), std::string("a.."), std::string("a b"),
        std::string("a,b"), std::string(64, 'a'), name_of_size(256)})
    EXPECT_FALSE(is_domain_name(text)) << text;
}

}  // namespace
}  // namespace tunstack::test::domain_name_test
