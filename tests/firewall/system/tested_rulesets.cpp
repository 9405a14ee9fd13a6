#include "tests/firewall/system/tested_rulesets.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <ostream>
#include <sstream>
#include <stdexcept>

#include "tests/firewall/shipped_rulesets.hpp"

namespace tunstack::test {

namespace {

using nlohmann::json;

const std::string shipped = TUNSTACK_SOURCE_DIR "/tests/firewall/";

const Command host = {"--open", "tcp/80"};
const Command router = {"--open", "tcp/80", "--router", "outside=eth0,inside=eth1"};

Command with(Command options, const Command& more) {
  options.insert(options.end(), more.begin(), more.end());
  return options;
}

std::vector<TestedRuleset> all_rulesets() {
  std::vector<TestedRuleset> all;
  for (const char* name : {"none", "conntrack-only", "naive", "stateless", "rejecting", "laptop", "firewalld"})
    all.push_back({name, {std::string(name) + ".nft"}, host});
  all.push_back({"careful-host", {"careful-host.nft"}, host});
  for (const char* name : {"none", "conntrack-only"})
    all.push_back({std::string(name) + ".router", {std::string(name) + ".nft"}, router});
  for (const char* name : {"careful-router", "rejecting-router", "icmp-black-hole-router"})
    all.push_back({name, {std::string(name) + ".nft"}, with(router, {"--host"})});
  for (const char* variant : {"nft", "legacy"}) {
    const Command iptables = {"--iptables", variant};
    const std::string ending = std::string(".iptables-") + variant;
    all.push_back(
        {"classic" + ending, {"classic.iptables", "classic.ip6tables"}, with(with(router, {"--host"}), iptables)});
    all.push_back({"ufw" + ending, {"ufw.iptables", "ufw.ip6tables"}, with(host, iptables)});
    all.push_back({"docker" + ending, {"docker.iptables"}, with(host, iptables)});
  }
  return all;
}

/// "inet filter input: policy drop", "ct state invalid drop  careful-host.nft:62", "connection tracking".
std::string decider_of(const json& one) {
  const json& verdict = one.at("verdict");
  const std::string decider = verdict.at("decider");
  const json& step = verdict.at("step");
  if (decider == "policy")
    return step.at("family").get<std::string>() + " " + step.at("table").get<std::string>() + " " +
           step.at("chain").get<std::string>() + ": policy " + step.at("verdict").get<std::string>();
  if (decider != "rule" || one.at("rule").is_null()) return decider;
  const json& rule = one.at("rule");
  const std::string file = std::filesystem::path(rule.at("file").get<std::string>()).filename();
  return rule.at("text").get<std::string>() + "  " + file + ":" + std::to_string(rule.at("line").get<unsigned>());
}

std::string line_of(const json& one) {
  std::ostringstream line;
  line << one.at("case").at("id").get<std::string>() << "  " << one.at("result").get<std::string>() << "  "
       << one.at("verdict").at("text").get<std::string>() << " | by " << decider_of(one);
  const char* before = " | ";
  for (const json& reaction : one.at("verdict").at("reactions")) {
    line << before << reaction.get<std::string>();
    before = ", ";
  }
  return line.str();
}

std::vector<std::string> lines_in(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// Lines that are in one of them alone. Each begins with the name of a case or a rule, and there are no two alike.
std::string difference(const std::string& frozen, const std::string& now) {
  const auto old_lines = lines_in(frozen), new_lines = lines_in(now);
  std::string text;
  for (const std::string& line : old_lines)
    if (std::ranges::find(new_lines, line) == new_lines.end()) text += "frozen " + line + "\n";
  for (const std::string& line : new_lines)
    if (std::ranges::find(old_lines, line) == old_lines.end()) text += "now    " + line + "\n";
  return text.empty() && frozen != now ? "the same lines, in another order\n" : text;
}

}  // namespace

std::ostream& operator<<(std::ostream& stream, const TestedRuleset& ruleset) { return stream << ruleset.name; }

const std::vector<TestedRuleset>& tested_rulesets() {
  static const std::vector<TestedRuleset> all = all_rulesets();
  return all;
}

const TestedRuleset& tested_ruleset(const std::string& name) {
  const auto found = std::ranges::find(tested_rulesets(), name, &TestedRuleset::name);
  if (found == tested_rulesets().end()) throw std::invalid_argument("no such ruleset: " + name);
  return *found;
}

Command test_of(const TestedRuleset& ruleset) {
  Command arguments = {"firewall", "test", "--json", "--quiet"};
  for (const std::string& file : ruleset.files) arguments.push_back(shipped + "rulesets/" + file);
  return with(arguments, ruleset.options);
}

std::string verdicts_in(const std::string& text) {
  const json run = json::parse(text, nullptr, false);
  if (run.is_discarded()) return "no JSON: " + text.substr(0, 500) + "\n";
  std::string table;
  for (const json& one : run.at("cases")) table += line_of(one) + "\n";
  return table;
}

std::string difference_from_frozen(const std::string& folder, const std::string& name, const std::string& now) {
  const std::string path = shipped + folder + "/" + name + ".txt";
  if (std::getenv("TUNSTACK_WRITE_FROZEN") == nullptr) return difference(text_of_file(path), now);
  std::ofstream(path, std::ios::trunc) << now;
  return "";
}

}  // namespace tunstack::test
