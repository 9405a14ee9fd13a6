// What is wrong with a ruleset, a command line, a file of cases or a machine is told in three lines, and nothing is
// left.
#include <filesystem>
#include <fstream>

#include "tests/firewall/system/tested_rulesets.hpp"
#include "tests/system/left_behind.hpp"
#include "tests/system/network.hpp"

namespace tunstack::test::failures_test {
namespace {

using testing::HasSubstr;

const std::string rulesets = TUNSTACK_SOURCE_DIR "/tests/firewall/rulesets/";

class Failures : public SystemTest {
 protected:
  ~Failures() override { std::filesystem::remove_all(directory_); }

  /// Relative to the directory that tests run in.
  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream(directory_ + "/" + name) << text;
    return directory_ + "/" + name;
  }
  Outcome test(const Command& arguments) const {
    Command command = {"firewall", "test"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return tunstack(command);
  }
  /// A ruleset that is right, and something else that is not.
  Outcome test_with(const Command& options) const {
    Command arguments = {rulesets + "careful-host.nft"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return test(arguments);
  }

  const LeftBehind left;
  const std::string directory_ = left.directory() + "-files";

  void SetUp() override {
    SystemTest::SetUp();
    std::filesystem::create_directory(directory_);
  }
  void TearDown() override {
    EXPECT_TRUE(left.all_processes_end());
    EXPECT_THAT(left.files(), testing::IsEmpty());
    EXPECT_TRUE(left.mounts_are_the_same());
  }
};

TEST_F(Failures, a_broken_ruleset_is_named_with_file_and_line) {
  const Outcome refused =
      test({file("fw.nft", "table inet filter {\n  chain input {\n    tcp dprt 80 accept\n  }\n}\n")});
  EXPECT_FAULT(refused, 2);
  EXPECT_THAT(refused.err, HasSubstr("fw.nft:3: "));
}

TEST_F(Failures, also_within_a_file_that_is_included) {
  file("services.nft", "# ours\ntable inet filter {\n  chain input {\n    tcp dport http80 accept\n  }\n}\n");
  const Outcome refused = test({file("main.nft", "flush ruleset\n\ninclude \"" + directory_ + "/services.nft\"\n")});
  EXPECT_FAULT(refused, 2);
  EXPECT_THAT(refused.err, HasSubstr("services.nft:4: "));
}

TEST_F(Failures, a_file_that_is_included_and_not_there) {
  const Outcome refused = test({file("main.nft", "flush ruleset\ninclude \"" + directory_ + "/no-such.nft\"\n")});
  EXPECT_FAULT(refused, 2);
  EXPECT_THAT(refused.err, HasSubstr("main.nft:2: "));
}

// A ruleset may come from a stranger.
TEST_F(Failures, a_program_is_not_run_unless_it_is_said_to_be_one) {
  const std::string trace = directory_ + "/was-run";
  const Outcome refused = test({file("rules", "#!/bin/sh\ntouch " + trace + "\n")});
  EXPECT_FAULT(refused, 2);
  EXPECT_THAT(refused.err, HasSubstr("--script"));
  EXPECT_FALSE(std::filesystem::exists(trace));
  test({directory_ + "/rules", "--script", "--only", "pmtud"});
  EXPECT_TRUE(std::filesystem::exists(trace));
}

TEST_F(Failures, an_expression_that_this_kernel_does_not_know) {
  const Outcome refused =
      test({file("fw.nft", "table inet filter {\n  chain input {\n    no_such_expression 7 accept\n  }\n}\n")});
  EXPECT_FAULT(refused, 2);
  EXPECT_THAT(refused.err, HasSubstr("fw.nft:3: "));
}

TEST_F(Failures, a_broken_ruleset_of_iptables) {
  const Outcome refused =
      test({file("rules.v4", "*filter\n:INPUT DROP [0:0]\n-A INPUT --no-such-option -j ACCEPT\nCOMMIT\n")});
  EXPECT_FAULT(refused, 2);
  EXPECT_THAT(refused.err, HasSubstr("rules.v4:3: "));
}

// What nft shows of rules that iptables-nft has loaded is not always what it reads.
TEST_F(Failures, what_nft_lists_of_rules_of_iptables) {
  const Outcome refused = test({file("dump.nft",
                                     "table ip filter {\n  chain INPUT {\n    type filter hook input priority filter;\n"
                                     "    xt match \"conntrack\" counter packets 0 bytes 0 accept\n  }\n}\n")});
  EXPECT_FAULT(refused, 2);
  EXPECT_THAT(refused.err, HasSubstr("dump.nft:4: "));
  EXPECT_THAT(refused.err, HasSubstr("iptables-save"));
}

TEST_F(Failures, files_that_are_no_ruleset) {
  for (const std::string& path : {file("empty.nft", ""), directory_,
                                  file("binary", std::string("\x7f"
                                                             "ELF\0\1\2",
                                                             7)),
                                  directory_ + "/no-such-file"}) {
    const testing::ScopedTrace trace(__FILE__, __LINE__, path);
    const Outcome refused = test({path});
    EXPECT_FAULT(refused, 2);
    EXPECT_THAT(refused.err, HasSubstr(path));
  }
}

TEST_F(Failures, options_that_are_wrong) {
  for (const Command& options :
       std::initializer_list<Command>{{"--only", "no-such-group"},
                                      {"--open", "tcp/http"},
                                      {"--open", "tcp/70000"},
                                      {"--open", "sctp/80"},
                                      {"--router", "eth0,eth1"},
                                      {"--router", "outside=eth0,inside=eth0"},
                                      {"--profile", "castle"},
                                      {"--iptables", "nf"},
                                      {"--policy", directory_ + "/no-such.toml"},
                                      {"--sysctl", directory_ + "/no-such.conf"},
                                      {"--against", directory_ + "/no-such.json"},
                                      {"--expect", "far > host TCP 22 [S]"},
                                      {"--expect", "far > host TCP 22 [S] => eaten"},
                                      {"--expect", "nobody-knows > host TCP 22 [S] => dropped"},
                                      {"--expect", "=> dropped"},
                                      {"--expect", "client > far UDP 53 => dropped"}}) {
    const testing::ScopedTrace trace(__FILE__, __LINE__, options[0] + " " + options[1]);
    EXPECT_FAULT(test_with(options), 2);
  }
}

// What the host itself sends would leave by its real interfaces.
TEST_F(Failures, live_sends_nothing_from_the_host) {
  const Outcome refused = test({"--live", "--expect", "host > far TCP 40000 > 25 [S] => dropped"});
  EXPECT_FAULT(refused, 2);
  EXPECT_THAT(refused.err, HasSubstr("--live"));
}

TEST_F(Failures, an_interface_whose_name_cannot_be) {
  for (const Command& options :
       std::initializer_list<Command>{{"--iface", "an-interface-of-24-octets"},
                                      {"--iface", "eth/0"},
                                      {"--iface", "lo"},
                                      {"--router", "outside=eth0,inside=a-name-of-18-octets"}}) {
    const testing::ScopedTrace trace(__FILE__, __LINE__, options[1]);
    EXPECT_FAULT(test_with(options), 2);
  }
}

TEST_F(Failures, a_policy_with_mistakes_is_named_with_file_line_and_column) {
  struct Mistake {
    const char *text, *place;
  };
  for (const Mistake& mistake : std::initializer_list<Mistake>{
           {"[[case]]\npacket = \"far > host TCP 22 [S]\"\nverdct = \"dropped\"\n", ":3:1 "},
           {"[[case]]\npacket = \"far > host TCP 22 [S]\"\nverdict = \"eaten\"\n", ":3:11 "},
           {"[[case]]\nverdict = \"dropped\"\npacket = \"198.51.100.7 > host TPC 22\"\n", ":3:"},
           {"[[case]]\npacket = \"far > host TCP 22\n", ":2:"},
           {"[[cases]]\n", ":1:"}}) {
    const Outcome refused = test_with({"--policy", file("policy.toml", mistake.text)});
    EXPECT_FAULT(refused, 2);
    EXPECT_THAT(refused.err, HasSubstr(std::string("policy.toml") + mistake.place)) << mistake.text;
  }
}

TEST_F(Failures, without_nft_or_iptables_it_is_said_how_to_get_them) {
  for (const auto& [ruleset, package] :
       {std::pair{"careful-host.nft", "apt-get install nftables"}, {"ufw.iptables", "apt-get install iptables"}}) {
    const Outcome refused = network.run(
        {"unshare", "--mount", "sh", "-c",
         "for d in /usr/local/sbin /usr/local/bin /usr/sbin /usr/bin; do mount -t tmpfs none $d; done; exec \"$@\"",
         "sh", program, "firewall", "test", rulesets + ruleset});
    EXPECT_FAULT(refused, 3);
    EXPECT_THAT(refused.err, HasSubstr(package));
  }
}

TEST_F(Failures, without_the_device_node) {
  const Outcome refused = network.run({"unshare", "--mount", "sh", "-c", "mount -t tmpfs none /dev/net; exec \"$@\"",
                                       "sh", program, "firewall", "test", rulesets + "careful-host.nft"});
  EXPECT_FAULT(refused, 3);
  EXPECT_THAT(refused.err, HasSubstr("/dev/net/tun"));
}

}  // namespace
}  // namespace tunstack::test::failures_test
