#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <utility>

#include "tools/commands.hpp"
#include "tools/table_format.hpp"
#include "tools/text_width.hpp"
#include "tunstack/explain/explain.hpp"
#include "tunstack/why/why_text.hpp"

namespace tunstack {

namespace {

constexpr const char* rules_description =
    R"(Print the rules and reasons that decide about packets, in the order in which they are asked.

Examples:
  tunstack rules
  tunstack rules suppression                            an area
  tunstack rules icmp4_echo_to_group ND-RA-023          a reason, what implements a requirement
  tunstack rules --json | jq '.[] | select(.rfc == "RFC 4861")'

'tunstack why REASON' shows a packet that meets it.)";

using Reasons = std::vector<ReasonInfo>;

Reasons every_reason() { return {all_reasons().begin(), all_reasons().end()}; }

bool means(const ReasonInfo& reason, std::string_view name) {
  return name == reason.name || name == reason.area || (name == reason.requirement && !name.empty());
}

/// On a terminal the sentence has lines of its own, no wider than it; elsewhere each reason is one line.
void print_rules_as_text(const Reasons& reasons) {
  const bool on_terminal = ::isatty(STDOUT_FILENO) == 1;
  const std::size_t width = terminal_width(STDOUT_FILENO);
  const char* separator = "";
  for_each_by_area(
      reasons, [&](std::string_view area) { fmt::print("{}{}\n", std::exchange(separator, "\n"), area); },
      [&](const ReasonInfo& reason) {
        fmt::print("  {:<36}  {:<20}", reason.name, citation(reason));
        if (on_terminal)
          fmt::print("\n      {}\n", wrapped(reason.text, width, 6, 6));
        else
          fmt::print("  {}\n", reason.text);
      });
}

void print_rules_as_json(const Reasons& reasons) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const ReasonInfo& reason : reasons) all.push_back(why::reason_json(reason));
  fmt::print("{}\n", all.dump(2));
}

void print_rules_as_markdown(const Reasons& reasons) {
  fmt::print("# Rules and reasons\n\nPrinted by `tunstack rules --markdown`.\n");
  for_each_by_area(
      reasons,
      [](std::string_view area) {
        fmt::print("\n## {}\n\n| reason | source | requirement | text |\n|---|---|---|---|\n", area);
      },
      [](const ReasonInfo& reason) {
        fmt::print("| `{}` | {} | {} | {} |\n", reason.name, citation(reason), reason.requirement, reason.text);
      });
}

}  // namespace

void add_rules(CLI::App& program) {
  print_table_with<ReasonInfo>(*program.add_subcommand("rules", rules_description), "REASON",
                               "Reasons, areas or requirements (V4-RX-001); all reasons if none is given",
                               {.what = "reason, area or requirement",
                                .rows = every_reason(),
                                .means = means,
                                .name = [](const ReasonInfo& reason) { return std::string(reason.name); },
                                .text = print_rules_as_text,
                                .json = print_rules_as_json,
                                .markdown = print_rules_as_markdown});
}

}  // namespace tunstack
