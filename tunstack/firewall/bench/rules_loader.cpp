#include "tunstack/firewall/bench/rules_loader.hpp"

#include <fmt/format.h>

#include <regex>

#include "tunstack/fault.hpp"
#include "tunstack/firewall/bench/program.hpp"

namespace tunstack::firewall {

namespace {

std::vector<std::string> loader_of(const RulesetSource& source, IptablesKind kind) {
  const std::string family = source.kind == RulesetKind::ip6tables ? "ip6tables" : "iptables";
  const std::string variant = kind == IptablesKind::nft ? "-nft" : kind == IptablesKind::legacy ? "-legacy" : "";
  switch (source.kind) {
    case RulesetKind::nft:
      return {"nft", "-f", "-"};
    case RulesetKind::script:
      return {"sh", "-e"};
    default:
      return {family + variant + "-restore"};
  }
}

/// Where the program says that the fault is: "/dev/stdin:3:5-9:" of nft, "line 3" of iptables.
SourcePlace place_of_fault(const RulesetSource& source, const std::string& text, const std::string& said) {
  static const std::regex place(R"((?:/dev/stdin:(\d+):(\d+))|(?:[Ll]ine:? (\d+)))");
  std::smatch found;
  if (!std::regex_search(said, found, place)) return {source.name, 0, 0};
  const unsigned line = static_cast<unsigned>(std::stoul(found[1].matched ? found[1] : found[3]));
  std::size_t at = 0;
  for (unsigned n = 1; n < line && at < text.size(); ++n) {
    const std::size_t end = text.find('\n', at);
    if (end == std::string::npos) break;
    at = end + 1;
  }
  return source.place_of(at);
}

std::string first_line(const std::string& text) {
  std::string line = text.substr(0, text.find('\n'));
  if (const auto at = line.find("Error: "); at != std::string::npos) line = line.substr(at + 7);
  return line.empty() ? "no reason is given" : line;
}

/// nft shows rules that iptables has loaded in words that it does not read.
bool is_of_iptables(const std::string& text) {
  return text.contains("managed by iptables-nft") || text.contains("xt match \"") || text.contains("xt target \"");
}

std::string remedy_for(const RulesetSource& source, const std::string& text, const std::string& program) {
  if (source.kind == RulesetKind::nft && is_of_iptables(text))
    return "these are rules of iptables; as root: iptables-save > rules.v4; ip6tables-save > rules.v6; test both";
  return fmt::format("mend it until this takes it: {} {} {}", program,
                     source.kind == RulesetKind::nft ? "-c -f" : "--test", source.name);
}

}  // namespace

void load_ruleset(const RulesetSource& source, const std::string& text, IptablesKind kind) {
  const auto command = loader_of(source, kind);
  const ProgramEnd end = run_program(command, text);
  if (end.status == 0) return;
  if (end.status == no_such_program)
    throw SystemError(fmt::format("cannot load {}: there is no {}", source.name, command[0]),
                      "rules are loaded by the program that they are written for",
                      fmt::format("as root: apt-get install {}", command[0] == "nft" ? "nftables" : "iptables"));
  const SourcePlace place = place_of_fault(source, text, end.output);
  const std::string where = place.line == 0 ? source.name : fmt::format("{}:{}", place.file, place.line);
  throw UsageFault(fmt::format("{}: {} does not take this ruleset", where, command[0]), first_line(end.output),
                   remedy_for(source, text, command[0]));
}

}  // namespace tunstack::firewall
