// Cases of users, in a file of TOML and on the command line: translation of addresses, conversations that are open
// before, what the machine itself sends and what passes through it.
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/system/network.hpp"

namespace tunstack::test::policy_test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr const char* ruleset = R"(table inet nat {
  chain prerouting {
    type nat hook prerouting priority dstnat;
    iifname "eth0" ip daddr 192.0.2.1 tcp dport 8080 dnat ip to 198.51.100.80:80
  }
  chain postrouting {
    type nat hook postrouting priority srcnat;
    oifname "eth0" ip saddr 198.51.100.0/24 masquerade
  }
}
table inet filter {
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    iifname "eth1" oifname "eth0" udp dport { 53, 5300 } accept
    iifname "eth0" oifname "eth1" ip daddr 198.51.100.80 tcp dport 80 accept
    iifname "eth1" reject with icmpx type admin-prohibited
  }
  chain output {
    type filter hook output priority filter; policy accept;
    tcp dport 25 drop
    udp dport 53 counter accept
  }
}
)";

class Policy : public SystemTest {
 protected:
  void SetUp() override {
    SystemTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    char name[] = "/tmp/tunstack-policy.XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    directory_ = name;
    std::ofstream(directory_ + "/router.nft") << ruleset;
  }
  ~Policy() override {
    if (!directory_.empty()) std::filesystem::remove_all(directory_);
  }

  json run(const Command& options) const {
    Command arguments = {"firewall", "test",     directory_ + "/router.nft", "--json", "--quiet", "--only",
                         "user",     "--router", "outside=eth0,inside=eth1", "--host"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const Outcome outcome = tunstack(arguments);
    const json read = json::parse(outcome.out, nullptr, false);
    EXPECT_FALSE(read.is_discarded()) << outcome;
    return read.is_discarded() ? json::object() : read.at("cases");
  }
  json run_policy(const std::string& cases) const {
    std::ofstream(directory_ + "/policy.toml") << cases;
    return run({"--policy", directory_ + "/policy.toml"});
  }
  /// "passed: as wanted"
  static std::string told(const json& one) {
    return one.at("result").get<std::string>() + ": " + one.at("why").get<std::string>();
  }
  json expectation(const std::string& text) const { return run({"--expect", text}).at(0); }

  std::string directory_;
};

// On a TUN each packet would be for the machine alone.
TEST_F(Policy, broadcasts_and_groups_arrive_as_such_on_the_link) {
  std::ofstream(directory_ + "/router.nft") << R"(table inet filter {
  chain input {
    type filter hook input priority filter; policy accept;
    meta pkttype broadcast drop
    meta pkttype multicast drop
  }
}
)";
  const auto verdict_of = [&](const std::string& packet) {
    const Outcome outcome = tunstack({"firewall", "test", directory_ + "/router.nft", "--json", "--quiet", "--only",
                                      "user", "--expect", packet + " => dropped"});
    const json read = json::parse(outcome.out);
    return read.at("cases").at(0).at("verdict").at("text").get<std::string>();
  };
  EXPECT_EQ(verdict_of("far > 192.0.2.255 ICMP echo request, id 5, seq 1, length 64"), "dropped");
  EXPECT_EQ(verdict_of("far > 224.0.0.1 ICMP echo request, id 5, seq 1, length 64"), "dropped");
  EXPECT_EQ(verdict_of("peer > ff02::1 ICMP6 echo request, id 5, seq 1, length 64"), "dropped");
  EXPECT_EQ(verdict_of("far > host ICMP echo request, id 5, seq 1, length 64"), "answered");
}

TEST_F(Policy, translated_destinations_are_compared_by_name_and_port) {
  const json cases = run_policy(R"(
[defaults]
family = 4
mode = "router"
verdict = "forwarded"
[[case]]
packet = "far > router TCP 40000 > 8080, flags [S]"
as = "far > server TCP 40000 > 80, flags [S]"
[[case]]
packet = "far > router TCP 40000 > 8080, flags [S]"
as = "far > client TCP 40000 > 80, flags [S]"
)");
  EXPECT_THAT(told(cases.at(0)), testing::StartsWith("ok: as wanted, 203.0.113."));
  EXPECT_THAT(told(cases.at(0)), HasSubstr(" 40000 > 198.51.100.80 80, protocol 6"));
  EXPECT_THAT(told(cases.at(1)), testing::StartsWith("FAIL: wanted to leave as 203.0.113."));
  EXPECT_THAT(told(cases.at(1)), HasSubstr(" > 198.51.100.7 80, protocol 6; left as "));
}

TEST_F(Policy, translated_sources_too) {
  const json cases = run_policy(R"(
[[case]]
family = 4
mode = "router"
from = "inside"
packet = "client > far UDP 40000 > 53, length 16"
verdict = "forwarded"
as = "router > far UDP 40000 > 53, length 16"
)");
  EXPECT_THAT(told(cases.at(0)), testing::StartsWith("ok: as wanted, 192.0.2.1 40000 > 203.0.113."));
}

TEST_F(Policy, an_open_conversation_lets_its_answers_in) {
  const json cases = run_policy(R"(
[defaults]
family = 4
mode = "router"
[[case]]
flow = "udp"
packet = "far > flow-source UDP remote > local, length 16"
verdict = "forwarded"
as = "far > client UDP remote > local, length 16"
[[case]]
packet = "far > client UDP 53 > 40000, length 16"
verdict = "dropped"
)");
  EXPECT_THAT(told(cases.at(0)), testing::StartsWith("ok: as wanted, 203.0.113."));
  EXPECT_EQ(told(cases.at(1)), "ok: as wanted");
}

TEST_F(Policy, a_conversation_of_the_machine_itself_is_open_too) {
  std::ofstream(directory_ + "/router.nft")
      << "table inet filter {\n  chain input {\n    type filter hook input priority "
         "filter; policy drop;\n    ct state established accept\n  }\n}\n";
  const json cases = run_policy(R"(
[defaults]
family = 6
[[case]]
flow = "udp"
packet = "far > host UDP remote > local, length 16"
verdict = "passed"
[[case]]
packet = "far > host UDP remote > local, length 16"
verdict = "dropped"
[[case]]
flow = "tcp"
packet = "far > host TCP remote > local, flags [R]"
verdict = "dropped"
)");
  EXPECT_EQ(told(cases.at(0)), "ok: as wanted");
  EXPECT_EQ(cases.at(0).at("verdict").at("reactions"), json::array({"delivered"}));
  EXPECT_EQ(told(cases.at(1)), "ok: as wanted");
  EXPECT_EQ(told(cases.at(2)), "ok: as wanted") << "a reset without its sequence is invalid, not established";
}

// A limit is full again for each case, whatever those before took from it.
TEST_F(Policy, a_limit_lets_as_many_in_as_it_says_each_time) {
  std::ofstream(directory_ + "/router.nft")
      << "table inet filter {\n  chain input {\n    type filter hook input priority filter; policy drop;\n"
         "    icmp type { echo-request } limit rate 1/hour burst 5 packets accept\n  }\n}\n";
  const json cases = run_policy(R"(
[defaults]
family = 4
[[case]]
packet = "far > host ICMP echo request, id 1, seq 1"
repeat = 40
verdict = "limited 5 of 40"
[[case]]
packet = "far > host ICMP echo request, id 1, seq 1"
verdict = "answered"
[[case]]
packet = "far > host ICMP echo request, id 1, seq 1"
repeat = 40
verdict = "limited 5 of 40"
[[case]]
packet = "far > host ICMP echo request, id 1, seq 1"
repeat = 5
verdict = "answered"
)");
  for (const json& one : cases) EXPECT_EQ(told(one), "ok: as wanted");
}

TEST_F(Policy, what_the_machine_sends_leaves_by_output) {
  const json cases = run_policy(R"(
[defaults]
family = 4
from = "host"
[[case]]
packet = "host > far TCP 40000 > 25, flags [S]"
verdict = "dropped"
[[case]]
packet = "host > far UDP 40000 > 53, length 16"
verdict = "passed"
[[case]]
packet = "host > far TCP 40000 > 443, flags [S]"
verdict = "dropped"
[[case]]
family = 6
packet = "host > far ICMP6 echo request, id 1, seq 1"
verdict = "passed"
)");
  EXPECT_EQ(told(cases.at(0)), "ok: as wanted");
  EXPECT_EQ(cases.at(0).at("rule").at("text"), "tcp dport 25 drop");
  EXPECT_EQ(told(cases.at(1)), "ok: as wanted");
  EXPECT_EQ(cases.at(1).at("rule").at("text"), "udp dport 53 counter accept");
  EXPECT_EQ(cases.at(1).at("verdict").at("reactions"), json::array({"sent"}));
  EXPECT_EQ(told(cases.at(2)), "FAIL: wanted: dropped; passed");
  EXPECT_EQ(told(cases.at(3)), "ok: as wanted");
}

// The names at both ends say who sends it, and whether a router is asked.
TEST_F(Policy, an_expectation_of_the_command_line_needs_no_more_than_names) {
  EXPECT_EQ(told(expectation("host > far TCP 40000 > 25 [S] => dropped")), "ok: as wanted");
  EXPECT_EQ(told(expectation("host > peer TCP 40000 > 25 [S] => dropped")), "ok: as wanted");
  EXPECT_EQ(told(expectation("client > far UDP 40000 > 53 => forwarded")), "ok: as wanted");
  EXPECT_EQ(told(expectation("client > far TCP 40000 > 22 [S] => rejected 3/13")), "ok: as wanted");
  EXPECT_EQ(told(expectation("client > far TCP 40000 > 22 [S] => rejected 3/3")),
            "FAIL: wanted: rejected 3/3; rejected 3/13");
  EXPECT_EQ(told(expectation("far > server TCP 40000 > 80 [S] => forwarded")), "ok: as wanted");
  EXPECT_EQ(told(expectation("far > server TCP 40000 > 22 [S] => dropped")), "ok: as wanted");
  EXPECT_EQ(told(expectation("203.0.113.9 > host TCP 40000 > 22 [S] => passed")), "ok: as wanted");
}

}  // namespace
}  // namespace tunstack::test::policy_test
