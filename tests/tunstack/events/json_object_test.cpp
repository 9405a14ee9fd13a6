// Objects of JSON, member by member.
#include "tunstack/events/json_object.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

namespace tunstack::test::json_object_test {
namespace {

template <class Add>
std::string object_of(const Add& add) {
  JsonLine line;
  {
    JsonObject json(line);
    add(json);
  }
  return {line.data(), line.size()};
}

TEST(JsonObject, members_of_each_kind) {
  EXPECT_EQ(object_of([](JsonObject&) {}), "{}");
  EXPECT_EQ(object_of([](JsonObject& json) {
              json.add("text", "a b");
              json.add_plain("plain", "192.0.2.1");
              json.add("true", true);
              json.add("seconds", 1.5);
              json.add_null("nothing");
              json.add_or_null("empty", "");
              json.add_plain_or_null("none", "");
              json.add_members(R"("a":1,"b":2)");
              JsonObject inner(json.begin("inner"));
              inner.add("octet", std::uint8_t{7});
            }),
            R"({"text":"a b","plain":"192.0.2.1","true":true,"seconds":1.5,"nothing":null,"empty":null,"none":null,)"
            R"("a":1,"b":2,"inner":{"octet":7}})");
}

TEST(JsonObject, the_longest_numbers) {
  EXPECT_EQ(object_of([](JsonObject& json) {
              json.add("least", std::numeric_limits<std::int64_t>::min());
              json.add("most", std::numeric_limits<std::uint64_t>::max());
            }),
            R"({"least":-9223372036854775808,"most":18446744073709551615})");
}

/// Each octet, at the end of a text of some length.
TEST(JsonObject, any_text_can_be_read_again) {
  for (unsigned octet = 0; octet < 256; ++octet) {
    const std::string text = std::string(octet % 20, 'x') + static_cast<char>(octet);
    const auto parsed = nlohmann::json::parse(object_of([&](JsonObject& json) { json.add("text", text); }));
    EXPECT_EQ(parsed["text"], octet < 0x80 ? text : text.substr(0, text.size() - 1) + "\xef\xbf\xbd") << octet;
  }
}

TEST(JsonObject, longer_than_what_a_line_has_at_first) {
  const std::string text(JsonLine().capacity() + 1, 'x');
  EXPECT_EQ(object_of([&](JsonObject& json) { json.add_plain("text", text); }), R"({"text":")" + text + R"("})");
}

}  // namespace
}  // namespace tunstack::test::json_object_test
