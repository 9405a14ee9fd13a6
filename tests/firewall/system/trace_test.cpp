// The rule that is said to have decided is the one that `nft monitor trace` shows: what loads the rules in the tester's
// network starts the monitor there as well.
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/firewall/shipped_rulesets.hpp"
#include "tests/system/network.hpp"

namespace tunstack::test::trace_test {
namespace {

using nlohmann::json;

// Each rule has a name of its own, which both show.
constexpr const char* ruleset = R"(table inet filter {
  chain early {
    type filter hook prerouting priority raw; policy accept;
    icmp type timestamp-request drop comment "timestamp"
  }
  chain icmp {
    icmp type echo-request accept comment "echo4"
    icmpv6 type echo-request accept comment "echo6"
    ip protocol icmp drop comment "other4"
    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept comment "neighbors"
  }
  chain input {
    type filter hook input priority filter; policy drop;
    ip saddr 10.0.0.0/8 drop comment "private"
    meta l4proto { icmp, ipv6-icmp } jump icmp comment "to icmp"
    tcp dport 80 accept comment "web"
    tcp dport 7777 reject with tcp reset comment "shut"
  }
}
)";

class Trace : public SystemTest {
 protected:
  void SetUp() override {
    SystemTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    char name[] = "/tmp/tunstack-trace.XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    directory_ = name;
    std::ofstream(directory_ + "/ruleset.nft") << ruleset;
    // Its trace is read once a netfilter socket has joined a group.
    std::ofstream(directory_ + "/nft") << "#!/bin/sh\n"
                                          "PATH=${PATH#*:}\n"
                                          "timeout 60 nft monitor trace >" + directory_ + "/trace 2>&1 </dev/null &\n"
                                          "echo $! >" + directory_ + "/monitor\n"
                                          "until awk '$2 == 12 && $4 != \"00000000\" { found = 1 } "
                                          "END { exit !found }' /proc/net/netlink; do sleep 0.01; done\n"
                                          "exec nft \"$@\"\n";
    std::filesystem::permissions(directory_ + "/nft", std::filesystem::perms::owner_all);
  }
  ~Trace() override {
    if (!directory_.empty()) std::filesystem::remove_all(directory_);
  }

  json run(const Command& cases) const {
    Command command = {"env", "PATH=" + directory_ + ":" + std::getenv("PATH"), program, "firewall", "test",
                       directory_ + "/ruleset.nft", "--json", "--quiet", "--open", "tcp/80"};
    command.insert(command.end(), cases.begin(), cases.end());
    const Outcome outcome = network.run(command);
    network.shell("kill $(cat " + directory_ + "/monitor)");
    const json read = json::parse(outcome.out, nullptr, false);
    EXPECT_FALSE(read.is_discarded()) << outcome;
    return read;
  }

  /// "rule web", "policy drop": what the monitor says last of each packet that came in, by where from and where to.
  std::multimap<std::string, std::string> traced() const {
    struct Packet {
      std::string ends, last;
      bool came_in = false;
    };
    std::map<std::string, Packet> packets;  // by identifier
    std::vector<std::string> order;
    for (const std::string& line : lines_of(text_of_file(directory_ + "/trace"))) {
      if (!line.starts_with("trace id ")) continue;
      const std::string id = line.substr(9, line.find(' ', 9) - 9);
      if (!packets.contains(id)) order.push_back(id);
      Packet& packet = packets[id];
      if (line.contains(" packet: ")) {
        packet.came_in |= line.contains("iif \"eth0\"");
        if (packet.ends.empty()) packet.ends = word_after(line, " saddr ") + " > " + word_after(line, " daddr ");
      }
      if (line.contains("tunstack_probe")) continue;
      const bool is_final = line.ends_with("(verdict accept)") || line.ends_with("(verdict drop)");
      if (line.contains(" rule ") && is_final) packet.last = "rule " + quoted_in(line);
      if (line.contains(" policy ") && (packet.last.empty() || line.contains("policy drop")))
        packet.last = "policy " + word_after(line, " policy ");
    }
    std::multimap<std::string, std::string> told;
    for (const std::string& id : order)
      if (packets[id].came_in) told.emplace(packets[id].ends, packets[id].last);
    return told;
  }

  static std::string word_after(const std::string& line, const std::string& word) {
    const std::size_t at = line.find(word);
    return at == std::string::npos ? "" : line.substr(at + word.size(), line.find(' ', at + word.size()) - at - word.size());
  }
  static std::string quoted_in(const std::string& text) {
    const std::size_t begin = text.find("comment \"") + 9;
    return text.substr(begin, text.find('"', begin) - begin);
  }

  static std::string decider_of(const json& one) {
    const json& verdict = one.at("verdict");
    if (verdict.at("decider") == "policy") return "policy " + verdict.at("step").at("verdict").get<std::string>();
    return verdict.at("decider") == "rule" ? "rule " + quoted_in(one.at("rule").at("text")) : "";
  }
  /// "203.0.113.7 > 192.0.2.1" of what was injected first.
  static std::string ends_of(const json& one) {
    const std::string packet = one.at("packets")[0];
    return packet.substr(0, packet.find(' ', packet.find(" > ") + 3));
  }

  std::string directory_;
};

TEST_F(Trace, agrees_with_nft_about_who_decided) {
  const json run_of_cases = run({"--only", "icmp4-query,icmp6-host,nd-validity,tcp,udp-other,spoofed"});
  const auto told = traced();
  std::set<std::string> deciders;
  std::size_t compared = 0;
  for (const json& one : run_of_cases.at("cases")) {
    const std::string decider = decider_of(one);
    if (decider.empty()) continue;
    const auto [first, last] = told.equal_range(ends_of(one));
    const bool is_told = std::any_of(first, last, [&](const auto& entry) { return entry.second == decider; });
    EXPECT_TRUE(is_told) << one.at("case").at("id") << " " << ends_of(one) << ": " << decider;
    deciders.insert(decider);
    ++compared;
  }
  EXPECT_GT(compared, 60U);
  EXPECT_THAT(deciders, testing::UnorderedElementsAre("policy drop", "rule timestamp", "rule echo4", "rule echo6",
                                                      "rule other4", "rule neighbors", "rule private", "rule web",
                                                      "rule shut"));
}

}  // namespace
}  // namespace tunstack::test::trace_test
