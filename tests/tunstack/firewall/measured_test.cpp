// The 333 cases as they were measured on a kernel without rules (docs/spec/firewall-cases*.csv), judged again: as many
// must and should cases fail as were counted then.
#include <gmock/gmock.h>

#include <fstream>
#include <map>
#include <regex>

#include "tests/tunstack/firewall/observations.hpp"

namespace tunstack::firewall::measured_test {
namespace {

using namespace observed;  // NOLINT
using Row = std::map<std::string, std::string, std::less<>>;

/// A line of CSV, in which quotes hold commas.
std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells(1);
  bool is_quoted = false;
  for (const char c : line)
    if (c == '"')
      is_quoted = !is_quoted;
    else if (c == ',' && !is_quoted)
      cells.emplace_back();
    else if (c != '\r')
      cells.back() += c;
  return cells;
}

std::vector<Row> measured() {
  std::vector<Row> rows;
  for (const char* name : {"firewall-cases.csv", "firewall-cases-extended.csv"}) {
    std::ifstream file(std::string(TUNSTACK_SOURCE_DIR "/docs/spec/") + name);
    std::string line;
    std::getline(file, line);
    const std::vector<std::string> names = cells_of(line);
    while (std::getline(file, line)) {
      const std::vector<std::string> cells = cells_of(line);
      Row& row = rows.emplace_back();
      for (std::size_t i = 0; i < names.size(); ++i) row[names[i]] = cells.at(i);
    }
  }
  return rows;
}

/// "ICMP 14/0", "ICMPv6 129/0", "TCP SYN-ACK", "TCP RST" as the packet that was seen.
Packet reply_of(const std::string& words) {
  if (words == "TCP SYN-ACK") return segment_from_host(0x12);
  if (words == "TCP RST") return segment_from_host(0x14);
  std::smatch found;
  EXPECT_TRUE(std::regex_match(words, found, std::regex("ICMP(v6)? (\\d+)/(\\d+)"))) << words;
  const auto type = static_cast<unsigned>(std::stoul(found[2])), code = static_cast<unsigned>(std::stoul(found[3]));
  if (!found[1].matched) return ipv4(from_host, icmpv4(type, code, 0, counting(28)));
  const Ipv6Fields fields{.source = "2001:db8:1::1", .destination = "2001:db8:1::2"};
  return ipv6(fields, icmpv6(fields, type, code, 0, counting(48)));
}

std::string behind(const std::string& text, std::string_view word) {
  const std::size_t at = text.find(word);
  return at == std::string::npos ? std::string() : text.substr(at + word.size());
}

/// The packets that arrive are nobody's concern here; what was seen of them is.
Verdict bare_kernel(const Row& row) {
  const std::string& baseline = row.at("kernel_baseline");
  Seen seen;
  if (baseline.starts_with("refused by the TUN")) seen.at({Point::device}, 0);
  if (baseline.starts_with("passes INPUT")) seen.at({Point::prerouting, Point::input_first, Point::input_last});
  if (baseline.contains("between PREROUTING and INPUT") || baseline.starts_with("held")) seen.at({Point::prerouting});
  if (baseline.starts_with("forwarded"))
    seen.at({Point::prerouting, Point::forward_first, Point::forward_last})
        .reacted(seen.observation().injections[0].octets, Side::inside);
  if (const std::string reply = behind(baseline, "reply: "); !reply.empty()) seen.reacted(reply_of(reply));
  if (const std::string effect = behind(baseline, "effect: "); !effect.empty()) seen.effect(Effect::route, effect);
  return seen.verdict();
}

struct Count {
  unsigned all = 0, bad = 0;
  friend bool operator==(const Count&, const Count&) = default;
};

TEST(Measured, without_rules_as_many_fail_as_were_counted) {
  std::map<std::string, Count> counts;
  for (const Row& row : measured()) {
    Case a_case;
    a_case.level = level_of_name(row.at("level")).value();
    const Verdict verdict = bare_kernel(row);
    const Result result = judge(a_case, verdict, {.none = verdict, .conntrack = verdict}).result;
    Count& count = counts[row.at("mode") + " " + row.at("level")];
    ++count.all;
    if (result == Result::fail || result == Result::warn) ++count.bad;
  }
  const std::map<std::string, Count> counted{
      {"host informational", {28, 0}}, {"host must-drop", {71, 11}},  {"host must-pass", {36, 0}},
      {"host should-drop", {68, 13}},  {"host should-pass", {26, 0}}, {"router informational", {9, 0}},
      {"router must-drop", {17, 12}},  {"router must-pass", {32, 0}}, {"router should-drop", {35, 35}},
      {"router should-pass", {11, 0}},
  };
  for (const auto& [name, count] : counted) {
    EXPECT_EQ(counts[name].all, count.all) << name;
    EXPECT_EQ(counts[name].bad, count.bad) << name;
  }
}

TEST(Measured, a_policy_that_drops_all_fails_all_that_passes_without_it) {
  std::map<std::string, unsigned> bad, passing;
  for (const Row& row : measured()) {
    Case a_case;
    a_case.level = level_of_name(row.at("level")).value();
    const Verdict none = bare_kernel(row);
    const bool is_kernels = row.at("decided_by") != "rules";
    const Seen black_hole = Seen().at({Point::prerouting, Point::input_first}).traced(policy_step());
    const Verdict verdict = is_kernels ? none : black_hole.verdict();
    const Result result = judge(a_case, verdict, {.none = none, .conntrack = none}).result;
    const std::string level = row.at("level");
    if (result == Result::fail || result == Result::warn) ++bad[level];
    if (level.ends_with("pass") && !is_kernels) ++passing[level];
  }
  EXPECT_EQ(bad, passing) << "and nothing that is to be dropped fails";
  EXPECT_GT(passing["must-pass"], 50U);
}

}  // namespace
}  // namespace tunstack::firewall::measured_test
