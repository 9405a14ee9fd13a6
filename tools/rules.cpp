#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "tools/commands.hpp"
#include "tools/table_format.hpp"
#include "tunstack/explain/explain.hpp"

namespace tunstack {

namespace {

constexpr const char* rules_description =
    R"(Print every rule and reason that decides about packets, in the order in which they are asked.

Examples:
  tunstack rules
  tunstack rules --json | jq '.[] | select(.area == "suppression")'
  tunstack rules --markdown)";

void print_rules_as_text() {
  std::string_view area;
  for (const ReasonInfo& reason : all_reasons()) {
    if (reason.area != area) fmt::print("{}{}\n", area.empty() ? "" : "\n", reason.area);
    area = reason.area;
    fmt::print("  {:<36}  {:<20}  {}\n", reason.name, citation(reason), reason.text);
  }
}

void print_rules_as_json() {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const ReasonInfo& reason : all_reasons())
    all.push_back({{"area", reason.area},
                   {"reason", reason.name},
                   {"rfc", reason.rfc},
                   {"section", reason.section},
                   {"requirement", reason.requirement},
                   {"text", reason.text}});
  fmt::print("{}\n", all.dump(2));
}

void print_rules_as_markdown() {
  fmt::print("# Rules and reasons\n\nPrinted by `tunstack rules --markdown`.\n");
  std::string_view area;
  for (const ReasonInfo& reason : all_reasons()) {
    if (reason.area != area)
      fmt::print("\n## {}\n\n| reason | source | requirement | text |\n|---|---|---|---|\n", reason.area);
    area = reason.area;
    fmt::print("| `{}` | {} | {} | {} |\n", reason.name, citation(reason), reason.requirement, reason.text);
  }
}

}  // namespace

void add_rules(CLI::App& program) {
  print_table_with(*program.add_subcommand("rules", rules_description),
                   {print_rules_as_text, print_rules_as_json, print_rules_as_markdown});
}

}  // namespace tunstack
