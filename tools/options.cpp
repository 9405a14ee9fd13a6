#include "tunstack/options/options.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "tools/commands.hpp"
#include "tools/table_format.hpp"
#include "tunstack/options/option_value.hpp"

namespace tunstack {

namespace {

using option::Meaning;
using Json = nlohmann::ordered_json;

constexpr const char* options_description = R"(Print every option that --set KEY=VALUE takes.

Examples:
  tunstack options
  tunstack options --json | jq -r '.[].key'
  tunstack options --markdown)";

constexpr const char* introduction =
    "Options are set with --set KEY=VALUE. --profile hardened chooses the default that is called hardened. D-nn is a "
    "decision of this project where RFCs leave a choice, see docs/spec/README.md.";

// ---- text ----

void print_row_as_text(const OptionRow& row) {
  fmt::print("{}: {}\n    {}; default {}, hardened {}; {}\n", row.key, row.text, option::accepted_values(row.kind),
             row.lab, row.hardened, row.source);
  for (const Meaning& meaning : option::meanings_of(row.kind))
    fmt::print("    {}={}: {}\n", row.key, meaning.value, meaning.text);
}

void print_options_as_text() {
  fmt::print("{}\n", introduction);
  for (const OptionArea& area : option_areas()) {
    fmt::print("\n{}\n\n", area.name);
    for (const OptionRow& row : area.rows) print_row_as_text(row);
  }
}

// ---- JSON ----

Json to_json(const std::vector<Meaning>& meanings) {
  Json all = Json::array();
  for (const Meaning& meaning : meanings) all.push_back({{"value", meaning.value}, {"text", meaning.text}});
  return all;
}

/// Values are texts, as --set takes them; limits are numbers.
Json to_json(const OptionArea& area, const OptionRow& row) {
  Json json = {{"area", area.name}, {"key", row.key}, {"kind", option::kind_name(row.kind)}};
  if (const auto* number = std::get_if<option::Number>(&row.kind))
    json.update({{"minimum", number->minimum}, {"maximum", number->maximum}, {"unit", number->unit}});
  json["values"] = option::accepted_values(row.kind);
  json["choices"] = to_json(option::choices_of(row.kind));
  json["special"] = to_json(option::special_values_of(row.kind));
  json.update({{"default", row.lab}, {"hardened", row.hardened}, {"source", row.source}, {"text", row.text}});
  return json;
}

void print_options_as_json() {
  Json all = Json::array();
  for (const OptionArea& area : option_areas())
    for (const OptionRow& row : area.rows) all.push_back(to_json(area, row));
  fmt::print("{}\n", all.dump(2));
}

// ---- Markdown ----

void print_row_as_markdown(const OptionRow& row) {
  fmt::print("| `{}` | {} | {} | {} | {} | {}", row.key, option::accepted_values(row.kind), row.lab, row.hardened,
             row.source, row.text);
  for (const Meaning& meaning : option::meanings_of(row.kind)) fmt::print("<br>`{}`: {}", meaning.value, meaning.text);
  fmt::print(" |\n");
}

void print_options_as_markdown() {
  fmt::print("# Options\n\nPrinted by `tunstack options --markdown`. {}\n", introduction);
  for (const OptionArea& area : option_areas()) {
    fmt::print("\n## {}\n\n| key | values | default | hardened | source | text |\n|---|---|---|---|---|---|\n",
               area.name);
    for (const OptionRow& row : area.rows) print_row_as_markdown(row);
  }
}

}  // namespace

void add_options(CLI::App& program) {
  print_table_with(*program.add_subcommand("options", options_description),
                   {print_options_as_text, print_options_as_json, print_options_as_markdown});
}

}  // namespace tunstack
