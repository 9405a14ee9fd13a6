// The commands of the firewall tester with the real kernel: each makes a network of its own.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/system/network.hpp"
#include "tunstack/capture/reader.hpp"

namespace tunstack::test::firewall_commands_test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

std::string shipped(const std::string& name) { return TUNSTACK_SOURCE_DIR "/tests/firewall/rulesets/" + name; }

class FirewallCommands : public SystemTest {
 protected:
  void SetUp() override {
    SystemTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    SKIP_UNLESS(network.run({"nft", "--version"}).status == 0, "nft is missing. Install it with: scripts/setup --test");
    char name[] = "/tmp/tunstack-firewall.XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    directory_ = name;
  }
  ~FirewallCommands() override {
    if (!directory_.empty()) std::filesystem::remove_all(directory_);
  }

  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream(directory_ + "/" + name) << text;
    return directory_ + "/" + name;
  }
  static std::string content(const std::string& path) {
    std::ifstream from(path);
    return {std::istreambuf_iterator<char>(from), {}};
  }

  json printed(Command command, int status = 0) const {
    command.push_back("--json");
    const Outcome outcome = tunstack(std::move(command));
    EXPECT_EQ(outcome.status, status) << outcome;
    return json::parse(outcome.out, nullptr, false);
  }

  /// The rules that are suggested for failures, each with the cases that it mends.
  static std::map<std::string, std::vector<std::string>> mends_in(const json& run) {
    std::map<std::string, std::vector<std::string>> mends;
    for (const json& one : run.at("cases"))
      if (one.at("result") == "FAIL") mends[one.at("mend")].push_back(one.at("case").at("id"));
    return mends;
  }

  std::string directory_;
};

// ---- firewall list ----

TEST_F(FirewallCommands, list_prints_what_is_chosen) {
  const Outcome pmtud = tunstack({"firewall", "list", "pmtud"});
  EXPECT_THAT(pmtud.out, testing::StartsWith("H4-E-0304 "));
  EXPECT_LT(lines_of(pmtud.out).size(), 40U);
  EXPECT_THAT(tunstack({"firewall", "list", "H4-FR-OVL"}).out, HasSubstr("\n  arrives "));
  EXPECT_EQ(tunstack({"firewall", "list", "--markdown"}).out, content(TUNSTACK_SOURCE_DIR "/docs/firewall-cases.md"));
  EXPECT_FAULT(tunstack({"firewall", "list", "nothing"}), 2);
}

// ---- firewall diff ----

TEST_F(FirewallCommands, FW_015_diff_fails_for_new_failures_alone) {
  const Command options = {"--core", "--open", "tcp/80"};
  const auto diff = [&](const std::string& before, const std::string& after) {
    Command command = {"firewall", "diff", before, after, "--color=never"};
    command.insert(command.end(), options.begin(), options.end());
    return tunstack(command);
  };
  const Outcome worse = diff(shipped("rejecting.nft"), shipped("naive.nft"));
  EXPECT_EQ(worse.status, 1) << worse;
  EXPECT_THAT(worse.out, testing::StartsWith("FAIL  H4-E-0301  host unreachable: passed -> dropped (was ok)\n"));
  EXPECT_EQ(diff(shipped("naive.nft"), shipped("careful-host.nft")).status, 0);
  const Outcome same = diff(shipped("naive.nft"), shipped("naive.nft"));
  EXPECT_EQ(same.status, 0);
  EXPECT_THAT(same.out, testing::StartsWith("no verdict changed in "));
}

TEST_F(FirewallCommands, diff_takes_saved_runs) {
  const std::string saved = directory_ + "/saved.json";
  tunstack({"firewall", "test", shipped("rejecting.nft"), "--only", "icmp4-error-related", "--save", saved});
  const json worse = printed({"firewall", "diff", saved, shipped("naive.nft"), "--only", "icmp4-error-related"}, 1);
  EXPECT_EQ(worse.at("changes").at(0).at("change"), "new-failure");
  EXPECT_THAT(printed({"firewall", "diff", saved, saved}).at("changes"), testing::IsEmpty());
  EXPECT_FAULT(tunstack({"firewall", "diff", file("broken.json", "{"), saved}), 2);
}

// ---- why --ruleset ----

TEST_F(FirewallCommands, why_names_the_rule_that_decides) {
  const json answer = printed({"why", "--ruleset", shipped("rejecting.nft"), "far > host TCP 40000 > 23 [S]"});
  EXPECT_EQ(answer.at("verdict"), "rejected RST");
  const json& last = answer.at("steps").back();
  EXPECT_EQ(last.at("hook"), "input");
  EXPECT_EQ(last.at("rule"), "meta l4proto tcp reject with tcp reset");
  EXPECT_EQ(last.at("file"), shipped("rejecting.nft"));
  EXPECT_EQ(last.at("line"), 13);
  EXPECT_THAT(answer.at("reactions").at(0).at("packet"), HasSubstr("TCP 23 > 40000, flags [R.]"));
}

TEST_F(FirewallCommands, why_goes_through_a_router_from_the_side_of_the_sender) {
  const Command router = {"why", "--ruleset", shipped("careful-router.nft"), "--router", "outside=eth0,inside=eth1"};
  const auto asked = [&](const std::string& packet) {
    Command command = router;
    command.push_back(packet);
    return printed(command);
  };
  const json out = asked("client > far UDP 40000 > 53"), in = asked("far > client UDP 40000 > 53");
  EXPECT_EQ(out.at("verdict"), "forwarded");
  EXPECT_EQ(out.at("reactions").at(0).at("side"), "outside");
  EXPECT_EQ(in.at("verdict"), "dropped");
  EXPECT_EQ(in.at("decider"), "policy");
  EXPECT_EQ(in.at("steps").back().at("hook"), "forward");
}

TEST_F(FirewallCommands, why_reads_rules_of_iptables_and_says_what_is_wrong) {
  const Outcome let_in = tunstack({"why", "--ruleset", shipped("classic.iptables"), "far > host TCP 40000 > 22 [S]"});
  EXPECT_EQ(let_in.status, 0) << let_in;
  EXPECT_THAT(let_in.out, HasSubstr("-A INPUT -p tcp -m tcp --dport 22 -m conntrack --ctstate NEW -j ACCEPT"));
  EXPECT_FAULT(tunstack({"why", "--ruleset", shipped("naive.nft"), "far > hots TCP 1 > 2 [S]"}), 2);
  EXPECT_FAULT(tunstack({"why", "far > host TCP 1 > 2 [S]", "--open", "tcp/2"}), 2);
}

// ---- firewall test --suggest ----

TEST_F(FirewallCommands, FW_016_rules_that_are_suggested_load_and_mend_all_failures_of_a_naive_ruleset) {
  const Command test = {"firewall", "test", "--open", "tcp/80", "--suggest"};
  Command before = test;
  before.push_back(shipped("naive.nft"));
  const auto mends = mends_in(printed(before, 1));
  ASSERT_GT(mends.size(), 3U);
  EXPECT_FALSE(mends.contains("")) << "for each failure there is one";
  std::string text = content(shipped("naive.nft"));
  std::size_t most = 0;
  for (const auto& [rule, cases] : mends) {
    ASSERT_THAT(rule, testing::StartsWith("nft insert rule inet filter input "));
    text += rule.substr(4) + "\n";
    most = std::max(most, cases.size());
  }
  EXPECT_GT(most, 5U) << "one rule for all errors about conversations";
  const std::string mended = file("mended.nft", text);
  const Outcome loads = network.run({"nft", "-c", "-f", mended});
  EXPECT_EQ(loads.status, 0) << loads << text;
  Command after = test;
  after.push_back(mended);
  EXPECT_THAT(mends_in(printed(after)), testing::IsEmpty());
}

TEST_F(FirewallCommands, FW_016_rules_of_iptables_are_suggested_in_its_language) {
  const auto mends = mends_in(printed({"firewall", "test", shipped("classic.iptables"), shipped("classic.ip6tables"),
                                       "--open", "tcp/80", "--only", "spoofed,ip6-ext", "--suggest"},
                                      1));
  EXPECT_THAT(mends, testing::Contains(testing::Key("iptables -I INPUT 1 -s 240.0.0.0/4 -j DROP")));
  EXPECT_THAT(mends, testing::Contains(testing::Key("ip6tables -I INPUT 1 -m rt --rt-type 0 -j DROP")));
  EXPECT_FALSE(mends.contains(""));
}

// What would let in a service that must stay shut mends nothing.
TEST_F(FirewallCommands, no_rule_is_suggested_that_makes_another_case_worse) {
  const std::string drops =
      file("drops.nft", "table inet t {\n  chain c {\n    type filter hook input priority 0\n    drop\n  }\n}\n");
  const auto mends =
      mends_in(printed({"firewall", "test", drops, "--expect", "198.51.100.7 > host UDP 40000 > 9 => passed",
                        "--expect", "198.51.100.8 > host UDP 40000 > 9 => dropped", "--only", "user", "--suggest"},
                       1));
  EXPECT_THAT(mends, testing::ElementsAre(testing::Pair("", testing::ElementsAre("user-1"))));
}

TEST_F(FirewallCommands, a_suggestion_of_the_case_goes_first) {
  const std::string drops =
      file("drops.nft", "table inet t {\n  chain c {\n    type filter hook input priority 0\n    drop\n  }\n}\n");
  const std::string cases = file("cases.toml",
                                 "[[case]]\npacket = \"198.51.100.7 > host UDP 40000 > 9\"\nverdict = \"passed\"\n"
                                 "mend = \"ip saddr 198.51.100.7\"\n");
  const auto mends =
      mends_in(printed({"firewall", "test", drops, "--policy", cases, "--only", "user", "--suggest"}, 1));
  EXPECT_THAT(mends, testing::ElementsAre(testing::Key("nft insert rule inet t c ip saddr 198.51.100.7 accept")));
}

// ---- firewall test --capture, and --expect of a router ----

TEST_F(FirewallCommands, captures_hold_what_arrived_and_what_came_out) {
  const std::string path = directory_ + "/run.pcapng";
  const json run = printed({"firewall", "test", shipped("rejecting.nft"), "--only", "icmp4-query", "--capture", path});
  std::size_t packets = 0;
  for (const json& one : run.at("cases"))
    packets += one.at("observation").at("injections").size() + one.at("observation").at("reactions").size();
  CaptureReader reader(path);
  const auto first = reader.next();
  ASSERT_TRUE(first);
  EXPECT_THAT(std::string(first->comment), HasSubstr("H4-Q-08 echo request, unicast: answered, let in by inet filter "
                                                     "input: icmp type echo-request accept"));
  while (reader.next()) {
  }
  EXPECT_EQ(reader.count(), packets);
}

TEST_F(FirewallCommands, expectations_of_a_router_are_tried_on_it) {
  const json run = printed({"firewall", "test", shipped("careful-router.nft"), "--router", "outside=eth0,inside=eth1",
                            "--expect", "198.51.100.7 > 203.0.113.7 UDP 40000 > 53 => forwarded", "--only", "user"});
  ASSERT_EQ(run.at("cases").size(), 1U);
  EXPECT_EQ(run.at("cases").at(0).at("result"), "ok");
}

// ---- doctor ----

TEST_F(FirewallCommands, doctor_says_whether_rulesets_can_be_tried) {
  EXPECT_THAT(tunstack({"doctor"}).out, HasSubstr("yes  rulesets can be tried: 'tunstack firewall test'"));
  const Outcome without =
      network.run({"unshare", "-m", "sh", "-c", "mount -t tmpfs none /dev/net && exec " + program + " doctor"});
  EXPECT_THAT(without.out, HasSubstr("no   rulesets can be tried: 'tunstack firewall test'\n"
                                     "     fix: as root: modprobe tun    (cannot open /dev/net/tun: "));
}

}  // namespace
}  // namespace tunstack::test::firewall_commands_test
