#include "tunstack/options/options.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "tools/commands.hpp"
#include "tools/table_format.hpp"

namespace tunstack {

namespace {

constexpr const char* options_description = R"(Print every option that --set KEY=VALUE takes.

Examples:
  tunstack options
  tunstack options --json | jq -r '.[].key'
  tunstack options --markdown)";

void print_options_as_text() {
  for (const OptionRow& row : option_table())
    fmt::print("{:<24}  {:<36}  lab {:<5}  hardened {:<5}  {}\n{:26}{}\n", row.key, row.type, row.lab, row.hardened,
               row.source, "", row.text);
}

void print_options_as_json() {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const OptionRow& row : option_table())
    all.push_back({{"key", row.key},
                   {"type", row.type},
                   {"lab", row.lab},
                   {"hardened", row.hardened},
                   {"source", row.source},
                   {"text", row.text}});
  fmt::print("{}\n", all.dump(2));
}

std::string escaped(std::string_view type) {
  std::string text;
  for (const char letter : type) text += letter == '|' ? "\\|" : std::string(1, letter);
  return text;
}

void print_options_as_markdown() {
  fmt::print(
      "# Options\n\nPrinted by `tunstack options --markdown`. Set with `--set KEY=VALUE`; `--profile` chooses the "
      "column.\n\n| key | values | lab | hardened | source | text |\n|---|---|---|---|---|---|\n");
  for (const OptionRow& row : option_table())
    fmt::print("| `{}` | {} | {} | {} | {} | {} |\n", row.key, escaped(row.type), row.lab, row.hardened, row.source,
               row.text);
}

}  // namespace

void add_options(CLI::App& program) {
  print_table_with(*program.add_subcommand("options", options_description),
                   {print_options_as_text, print_options_as_json, print_options_as_markdown});
}

}  // namespace tunstack
