// The rule that is said to have decided is the one that `nft monitor trace` shows: what loads the rules in the tester's
// network starts the monitor there as well.
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/firewall/shipped_rulesets.hpp"
#include "tests/firewall/system/wrapped_nft.hpp"

namespace tunstack::test::trace_test {
namespace {

using nlohmann::json;

// All ways in which a packet's fate is decided.
constexpr const char* ruleset = R"(table inet filter {
  chain early {
    type filter hook prerouting priority raw; policy accept;
    icmp type timestamp-request drop
  }
  chain pings {
    icmp type echo-request accept
    icmpv6 type echo-request accept
    ip protocol icmp drop
    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
  }
  chain input {
    type filter hook input priority filter; policy drop;
    ip saddr 10.0.0.0/8 drop
    meta l4proto { icmp, ipv6-icmp } jump pings
    tcp dport 80 accept
    tcp dport 7777 reject with tcp reset
  }
}
)";

/// The trace is read once a netfilter socket has joined a group.
constexpr const char* watch_and_load = R"(
timeout 60 stdbuf -oL nft monitor trace >$D/trace 2>&1 </dev/null &
echo $! >$D/started
until awk '$2 == 12 && $4 != "00000000" { found = 1 } END { exit !found }' /proc/net/netlink; do sleep 0.01; done
exec nft "$@"
)";

class Trace : public WrappedNft {
 protected:
  void SetUp() override {
    WrappedNft::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    std::ofstream(directory_ + "/ruleset.nft") << ruleset;
    put_nft(watch_and_load);
  }

  json run(const Command& cases) const {
    Command command = {"env",    "PATH=" + path(), program,  "firewall", "test", directory_ + "/ruleset.nft",
                       "--json", "--quiet",        "--open", "tcp/80"};
    command.insert(command.end(), cases.begin(), cases.end());
    const Outcome outcome = network.run(command);
    const json read = json::parse(outcome.out, nullptr, false);
    EXPECT_FALSE(read.is_discarded()) << outcome;
    return read;
  }

  /// "rule 13", "policy drop": what the monitor says last of each packet that came in, by where from and where to.
  std::multimap<std::string, std::string> traced() const {
    struct Packet {
      std::string ends, last;
    };
    std::vector<Packet> packets;
    std::map<std::string, std::size_t> known;  // the last packet of each identifier: the kernel gives some twice
    for (const std::string& line : lines_of(text_of_file(directory_ + "/trace"))) {
      if (!line.starts_with("trace id ")) continue;
      const std::string id = line.substr(9, line.find(' ', 9) - 9);
      if (line.contains(" tunstack_probe ingress0 packet: ") || !known.contains(id)) {
        known[id] = packets.size();
        packets.emplace_back();
      }
      Packet& packet = packets[known[id]];
      // The monitor knows no names any more when it is later than the tester.
      if (line.contains(" ingress0 packet: iif "))
        packet.ends = word_after(line, line.contains(" ip6 saddr ") ? " ip6 saddr " : " ip saddr ") + " > " +
                      word_after(line, line.contains(" ip6 daddr ") ? " ip6 daddr " : " ip daddr ");
      if (line.contains("tunstack_probe")) continue;
      const bool is_final = line.contains("(verdict accept)") || line.contains("(verdict drop)");
      if (is_final) packet.last = "rule " + word_after(line, " handle ");
      if (line.contains(" policy drop") || (line.contains(" policy accept") && packet.last.empty()))
        packet.last = line.contains(" policy drop") ? "policy drop" : "policy accept";
    }
    std::multimap<std::string, std::string> told;
    for (const Packet& packet : packets)
      if (!packet.ends.empty()) told.emplace(packet.ends, packet.last);
    return told;
  }

  static std::string word_after(const std::string& line, const std::string& word) {
    const std::size_t at = line.find(word);
    const std::size_t begin = at + word.size();
    return at == std::string::npos ? "" : line.substr(begin, line.find(' ', begin) - begin);
  }
  /// By the handle of a rule: the monitor was there before the rules, so it does not know their text.
  static std::string decider_of(const json& one) {
    const json& step = one.at("verdict").at("step");
    if (one.at("verdict").at("decider") == "policy") return "policy " + step.at("verdict").get<std::string>();
    return one.at("verdict").at("decider") == "rule" ? "rule " + std::to_string(step.at("handle").get<unsigned>()) : "";
  }
  /// "203.0.113.7 > 192.0.2.1" of what was injected first.
  static std::string ends_of(const json& one) {
    const std::string packet = one.at("packets")[0];
    return packet.substr(0, packet.find(' ', packet.find(" > ") + 3));
  }

  bool is_told(const json& one, const std::string& decider) const {
    const auto told = traced();
    const auto [first, last] = told.equal_range(ends_of(one));
    return std::any_of(first, last, [&](const auto& entry) { return entry.second == decider; });
  }
};

TEST_F(Trace, agrees_with_nft_about_who_decided) {
  const json cases = run({"--only", "icmp4-query,icmp6-host,nd-validity,tcp,udp-other,spoofed"}).at("cases");
  std::set<std::string> deciders;
  std::size_t compared = 0;
  for (const json& one : cases) {
    const std::string decider = decider_of(one);
    if (decider.empty()) continue;
    // The monitor prints in its own time.
    EXPECT_TRUE(eventually([&] { return is_told(one, decider); }, Milliseconds(5000)))
        << one.at("case").at("id") << " " << ends_of(one) << ": " << decider;
    deciders.insert(decider);
    ++compared;
  }
  EXPECT_GT(compared, 60U);
  EXPECT_EQ(deciders.size(), 9U) << "each rule that ends something decides about some case, and the policy";
}

}  // namespace
}  // namespace tunstack::test::trace_test
