// What --explain and --json say while real packets come in.
#include <nlohmann/json.hpp>

#include "tests/system/network.hpp"

namespace tunstack::test::explain_test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

class Explain : public SystemTest {
 protected:
  /// One ping to an address of the stack, one to an address of nobody.
  Outcome ping_both(const std::string& option) const {
    return tunstack({"exec", option, "--", "sh", "-c",
                     "exec >/dev/null; ping -c 1 192.0.2.2; ping -c 1 -W 0.3 192.0.2.77; ping -c 1 2001:db8::2"});
  }
  std::set<std::string> all_reasons() const {
    std::set<std::string> names;
    for (const auto& rule : nlohmann::json::parse(tunstack({"rules", "--json"}).out)) names.insert(rule.at("reason"));
    return names;
  }
};

TEST_F(Explain, V4_RX_006_names_the_reason_and_the_section) {
  const Outcome ping = ping_both("--explain");
  EXPECT_EQ(ping.out, "") << "stdout is the command's";
  EXPECT_THAT(lines_of(ping.err),
              Contains(AllOf(HasSubstr("192.0.2.1 > 192.0.2.77"), HasSubstr(" drop "),
                             HasSubstr("ipv4_destination_not_ours"), HasSubstr("RFC 1122 3.2.1.3"))))
      << ping;
  EXPECT_THAT(lines_of(ping.err), Contains(AllOf(HasSubstr("192.0.2.1 > 192.0.2.2 "), HasSubstr(" reply "))));
}

TEST_F(Explain, drops_leaves_out_what_was_answered) {
  const Outcome ping = ping_both("--explain=drops");
  EXPECT_THAT(ping.err, HasSubstr("192.0.2.1 > 192.0.2.77"));
  EXPECT_THAT(ping.err, Not(HasSubstr("192.0.2.1 > 192.0.2.2 ")));
}

TEST_F(Explain, verdicts_have_colors_where_they_are_wanted) {
  const Command command = {"exec", "--explain=drops", "--", "sh", "-c", "ping -c 1 -W 0.1 192.0.2.77 >/dev/null"};
  const auto with = [&](const std::string& option) {
    Command arguments = command;
    if (!option.empty()) arguments.insert(arguments.begin() + 1, option);
    return tunstack(arguments).err;
  };
  const std::string red = "\x1b[31mdrop \x1b[0m";
  EXPECT_THAT(with("--color=always"), HasSubstr(red));
  EXPECT_THAT(with(""), AllOf(HasSubstr(" drop "), Not(HasSubstr("\x1b")))) << "no terminal";
  EXPECT_FAULT(tunstack({"exec", "--color=blue", "--", "true"}), 2);
}

TEST_F(Explain, on_a_terminal_verdicts_are_in_color_and_below_what_is_wide) {
  const auto on_terminal = [&](const std::string& environment) {
    return network
        .shell("script -qec '" + environment + " " + program +
               " exec --explain=drops -- sh -c \"ping -c 1 -W 0.1 192.0.2.77 >/dev/null\"' /dev/null </dev/null")
        .out;
  };
  EXPECT_THAT(on_terminal("TERM=xterm NO_COLOR= COLUMNS=80"), HasSubstr("\n        \x1b[31mdrop \x1b[0m"));
  const std::string plain = on_terminal("TERM=xterm NO_COLOR=1 COLUMNS=200");
  EXPECT_THAT(plain, AllOf(HasSubstr("  drop   ipv4_destination_not_ours"), Not(HasSubstr("\x1b"))));
}

TEST_F(Explain, off_is_the_default) {
  EXPECT_EQ(ping_both("--explain=off").err, "");
  EXPECT_EQ(exec({"ping", "-q", "-c", "1", "192.0.2.2"}).err, "");
}

TEST_F(Explain, json_lines_name_rules_that_exist) {
  const Outcome ping = ping_both("--json");
  const std::set<std::string> reasons = all_reasons();
  std::set<std::string> seen;
  for (const std::string& text : lines_of(ping.out)) {
    const auto line = nlohmann::json::parse(text, nullptr, false);
    ASSERT_TRUE(line.is_object()) << text;
    for (const char* key : {"time", "direction", "summary", "verdict", "reason", "rfc", "section"})
      EXPECT_TRUE(line.contains(key)) << key << " in " << text;
    EXPECT_THAT(reasons, Contains(line.value("reason", "")));
    EXPECT_GE(line.value("time", -1.0), 0.0);
    seen.insert(line.value("reason", ""));
  }
  EXPECT_THAT(seen, testing::IsSupersetOf({"icmp4_echo_request_for_us", "ipv4_destination_not_ours"})) << ping;
}

TEST_F(Explain, json_lines_have_the_facts_of_the_packet) {
  const Outcome ping = ping_both("--json");
  for (const std::string& text : lines_of(ping.out)) {
    const auto line = nlohmann::json::parse(text);
    if (line.at("destination") != "192.0.2.77") continue;
    EXPECT_EQ(line.at("direction"), "in");
    EXPECT_EQ(line.at("source"), "192.0.2.1");
    EXPECT_EQ(line.at("length"), 84);
    EXPECT_EQ(line.at("verdict"), "drop");
    EXPECT_EQ(line.at("rfc"), "RFC 1122");
    EXPECT_EQ(line.at("section"), "3.2.1.3");
    return;
  }
  FAIL() << "no line for 192.0.2.77\n" << ping;
}

}  // namespace
}  // namespace tunstack::test::explain_test
