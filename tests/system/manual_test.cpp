// Pages of the manual: printed by the program, taken by scdoc, and read by two programs that show manuals.
#include <algorithm>
#include <regex>

#include "tests/system/network.hpp"

namespace tunstack::test::manual_test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

class Manual : public SystemTest {
 protected:
  std::vector<std::string> pages() const {
    const Outcome listed = tunstack({"manual"});
    EXPECT_EQ(listed.status, 0) << listed;
    return lines_of(listed.out);
  }

  /// Of a command and all below it, by what its help lists. `name` is that of its page.
  void add_pages_of(const Command& command, const std::string& name, std::vector<std::string>& all) const {
    ASSERT_LT(command.size(), 4U) << "the help of a command lists the commands of another: " << name;
    all.push_back(name + ".1");
    const std::regex listed("  ([a-z]+) +[A-Z].*");
    Command help = command;
    help.emplace_back("--help");
    for (const std::string& line : lines_of(tunstack(help).out))
      if (std::smatch found; std::regex_match(line, found, listed)) {
        help.back() = found.str(1);
        add_pages_of(help, name + "-" + found.str(1), all);
      }
  }

  /// Of one page, with what follows in a shell, which gets its source.
  Outcome page(const std::string& name, const std::string& then) const {
    return network.shell("set -e; " + program + " manual " + name + " | " + then);
  }

  std::string shown(const std::string& name) const {
    const Outcome outcome = page(name, "scdoc | MANWIDTH=1000 man --warnings --local-file -");
    EXPECT_EQ(outcome.status, 0) << outcome;
    EXPECT_EQ(outcome.err, "") << name;
    return outcome.out;
  }
};

TEST_F(Manual, has_a_page_for_each_command_of_any_depth_and_each_table) {
  std::vector<std::string> wanted = {"tunstack-options.5", "tunstack-rules.7"};
  add_pages_of({}, "tunstack", wanted);
  ASSERT_GT(wanted.size(), 19U);
  EXPECT_THAT(pages(), testing::UnorderedElementsAreArray(wanted));
  EXPECT_THAT(pages(), Contains("tunstack-firewall-test.1"));
}

TEST_F(Manual, leads_from_a_command_to_its_commands_and_back) {
  EXPECT_THAT(shown("tunstack-firewall.1"),
              AllOf(HasSubstr("\nSYNOPSIS\n       tunstack firewall COMMAND [OPTIONS] ...\n"),
                    HasSubstr("\nCOMMANDS\n       tunstack-firewall-test(1)\n           Try a ruleset ")));
  EXPECT_THAT(
      shown("tunstack-firewall-test.1"),
      AllOf(
          HasSubstr("\nNAME\n       tunstack-firewall-test - Try a ruleset "),
          HasSubstr("\nSYNOPSIS\n       tunstack firewall test [OPTIONS] [RULESET]...\n"),
          HasSubstr("\nSEE ALSO\n       tunstack(1), tunstack-options(5), tunstack-rules(7), tunstack-firewall(1)\n")));
}

TEST_F(Manual, is_taken_by_scdoc_man_and_mandoc_without_a_complaint) {
  for (const std::string& name : pages()) {
    const Outcome lint = page(name, "scdoc | mandoc -T lint -W error");
    EXPECT_EQ(lint.status, 0) << name << lint;
    EXPECT_EQ(lint.out + lint.err, "") << name;
    EXPECT_THAT(shown(name), AllOf(HasSubstr("NAME"), HasSubstr("DESCRIPTION"), HasSubstr("SEE ALSO"))) << name;
  }
}

TEST_F(Manual, tells_every_option_of_a_subcommand_as_its_help_does) {
  const std::regex option("  (-[^ ]+)( [^ ]+)?( .*)?");
  std::size_t options = 0;
  for (const char* command : {"up", "exec", "replay", "state", "watch", "get", "set", "send", "why", "doctor"}) {
    const std::string text = shown("tunstack-" + std::string(command) + ".1");
    for (const std::string& line : lines_of(tunstack({command, "--help"}).out))
      if (std::smatch found; std::regex_match(line, found, option)) {
        EXPECT_THAT(text, HasSubstr("\n       " + found.str(1))) << command;
        ++options;
      }
  }
  EXPECT_GT(options, 80U);
}

TEST_F(Manual, puts_examples_and_exit_status_into_sections_of_their_own) {
  EXPECT_THAT(
      shown("tunstack-exec.1"),
      AllOf(
          HasSubstr("\nNAME\n       tunstack-exec - Run a command in a private network whose only link is the stack\n"),
          HasSubstr("\nEXAMPLES\n       tunstack exec ping -c 3 192.0.2.2\n"),
          HasSubstr("\nEXIT STATUS\n       that of the command; 128 and the signal's number")));
}

TEST_F(Manual, has_every_key_and_every_reason) {
  const std::string options = shown("tunstack-options.5"), rules = shown("tunstack-rules.7");
  for (const std::string& line : lines_of(network.shell(program + " options --json | grep '\"key\"'").out))
    EXPECT_THAT(options, HasSubstr("\n       " + line.substr(12, line.size() - 14) + "\n"));
  for (const std::string& line : lines_of(network.shell(program + " rules --json | grep '\"reason\"'").out))
    EXPECT_THAT(rules, HasSubstr("\n       " + line.substr(15, line.size() - 17) + "\n"));
}

TEST_F(Manual, has_no_other_page) {
  const Outcome other = tunstack({"manual", "ls.1"});
  EXPECT_FAULT(other, 2);
  EXPECT_THAT(other.err, HasSubstr("no page 'ls.1'"));
}

}  // namespace
}  // namespace tunstack::test::manual_test
