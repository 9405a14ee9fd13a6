// What shells complete: pressed in a real bash and a real zsh.
#include <nlohmann/json.hpp>
#include <set>

#include "tests/system/left_behind.hpp"
#include "tests/system/network.hpp"

namespace tunstack::test::completion_test {
namespace {

using testing::ElementsAre;

class Completion : public SystemTest, public testing::WithParamInterface<const char*> {
 protected:
  /// What becomes of each line when Tab is pressed behind it.
  std::vector<std::string> completed(const Command& lines) const {
    const std::string file = left.directory() + "/" + GetParam();
    const Outcome printed = network.shell(program + " completion " + GetParam() + " > " + file);
    EXPECT_EQ(printed.status, 0) << printed;
    Command command = {"python3", PRESS_TAB, GetParam(), file};
    command.insert(command.end(), lines.begin(), lines.end());
    const Outcome outcome = network.run(command);
    EXPECT_EQ(outcome.status, 0) << outcome;
    return lines_of(outcome.out);
  }

  LeftBehind left;  // whose directory ends with it
};

TEST_P(Completion, of_commands) {
  EXPECT_THAT(completed({"tunstack rep", "tunstack help wat", "tunstack completion z"}),
              ElementsAre("tunstack replay ", "tunstack help watch ", "tunstack completion zsh "));
}

TEST_P(Completion, of_commands_of_commands) {
  EXPECT_THAT(completed({"tunstack fire", "tunstack firewall di", "tunstack firewall rep", "tunstack other di",
                         "tunstack help firewall di", "tunstack help up di"}),
              ElementsAre("tunstack firewall ", "tunstack firewall diff ", "tunstack firewall rep", "tunstack other di",
                          "tunstack help firewall diff ", "tunstack help up di"));
}

TEST_P(Completion, of_what_commands_of_commands_take) {
  EXPECT_THAT(
      completed({"tunstack firewall --h", "tunstack firewall test --he", "tunstack firewall test x /proc/self/mountinf",
                 "tunstack firewall list /proc/self/mountinf"}),
      ElementsAre("tunstack firewall --help ", "tunstack firewall test --help ",
                  "tunstack firewall test x /proc/self/mountinfo ", "tunstack firewall list /proc/self/mountinf"));
}

TEST_P(Completion, of_options_of_the_command_that_stands_there) {
  EXPECT_THAT(completed({"tunstack state --trans", "tunstack up --trans", "tunstack doctor --sec"}),
              ElementsAre("tunstack state --transitions ", "tunstack up --trans", "tunstack doctor --security "));
}

TEST_P(Completion, of_words_that_are_values) {
  EXPECT_THAT(completed({"tunstack up --role rou", "tunstack up --role=rou", "tunstack up --explain=dr",
                         "tunstack up --explain dr", "tunstack exec --profile har"}),
              ElementsAre("tunstack up --role router ", "tunstack up --role=router ", "tunstack up --explain=drops ",
                          "tunstack up --explain dr", "tunstack exec --profile hardened "));
}

TEST_P(Completion, of_keys_of_options_and_their_values) {
  EXPECT_THAT(completed({"tunstack up --set icmp4.echo_broa", "tunstack set icmp4.echo_broadcast=of",
                         "tunstack exec --set=ip4.source_route=pro", "tunstack get icmp4.echo_broa"}),
              ElementsAre("tunstack up --set icmp4.echo_broadcast=", "tunstack set icmp4.echo_broadcast=off ",
                          "tunstack exec --set=ip4.source_route=process ", "tunstack get icmp4.echo_broadcast "));
}

TEST_P(Completion, of_reasons) {
  EXPECT_THAT(completed({"tunstack why icmp4_echo_to_g"}), ElementsAre("tunstack why icmp4_echo_to_group "));
}

TEST_P(Completion, of_the_command_that_exec_runs) {
  EXPECT_THAT(completed({"tunstack exec --tap setpri", "tunstack exec -- ls /proc/self/mountinf"}),
              ElementsAre("tunstack exec --tap setpriv ", "tunstack exec -- ls /proc/self/mountinfo "));
}

TEST_P(Completion, of_labs) {
  EXPECT_THAT(completed({"tunstack exec --lab tunn", "tunstack lab show black", "tunstack lab sche"}),
              ElementsAre("tunstack exec --lab tunnel-1420 ", "tunstack lab show black-hole ", "tunstack lab schema "));
}

TEST_P(Completion, of_files) {
  EXPECT_THAT(completed({"tunstack replay /proc/self/mountinf", "tunstack up --log /proc/self/mountinf"}),
              ElementsAre("tunstack replay /proc/self/mountinfo ", "tunstack up --log /proc/self/mountinfo "));
}

INSTANTIATE_TEST_SUITE_P(Shells, Completion, testing::Values("bash", "zsh"),
                         [](const auto& shell) { return std::string(shell.param); });

class CompletionOfAll : public SystemTest {
 protected:
  std::set<std::string> words_of(const char* shell) const {
    const Outcome script = network.shell(program + " completion " + shell + " | grep -oE '[a-z0-9_.-]+'");
    const std::vector<std::string> lines = lines_of(script.out);
    return {lines.begin(), lines.end()};
  }
  nlohmann::json table(const char* command) const { return nlohmann::json::parse(tunstack({command, "--json"}).out); }
};

TEST_F(CompletionOfAll, commands_options_keys_and_reasons_are_in_it_but_nothing_that_is_hidden) {
  for (const char* shell : {"bash", "zsh"}) {
    const std::set<std::string> words = words_of(shell);
    for (const auto& option : table("options")) EXPECT_TRUE(words.contains(option.at("key"))) << option;
    for (const auto& rule : table("rules")) EXPECT_TRUE(words.contains(rule.at("reason"))) << rule;
    EXPECT_TRUE(words.contains("--ready-fd") && words.contains("completion"));
    EXPECT_FALSE(words.contains("manual"));
  }
}

}  // namespace
}  // namespace tunstack::test::completion_test
