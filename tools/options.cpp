#include "tunstack/options/options.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <utility>

#include "tools/commands.hpp"
#include "tools/table_format.hpp"
#include "tools/text_width.hpp"
#include "tunstack/options/effect.hpp"
#include "tunstack/options/former_keys.hpp"
#include "tunstack/options/option_value.hpp"

namespace tunstack {

namespace {

using option::Meaning;
using Json = nlohmann::ordered_json;

constexpr const char* options_description = R"(Print the options that --set KEY=VALUE takes.

Examples:
  tunstack options
  tunstack options icmp4.echo nd.adv                    one, and all that begin with it
  tunstack options --json | jq -r '.[].key')";

constexpr const char* introduction =
    "Options are set with --set KEY=VALUE. --profile hardened chooses the default that is called hardened.";

struct Row {
  std::string_view area;
  const OptionRow* option;
};
using OptionRows = std::vector<Row>;

OptionRows every_option() {
  OptionRows all;
  for (const OptionArea& area : option_areas())
    for (const OptionRow& row : area.rows) all.push_back({area.name, &row});
  return all;
}

/// The key, one that it replaced, or what it begins with.
bool means(const Row& row, std::string_view name) {
  const std::string key = option::present_key(name);
  const std::string_view whole = row.option->key;
  return key == whole || (!key.empty() && whole.starts_with(key) && whole[key.size()] == '.');
}

std::string_view effect_in_words(const OptionRow& row) {
  switch (option::effect_of(row)) {
    case option::Effect::at_once:
      return "at once";
    case option::Effect::with_links:
      return "as the links begin anew";
    case option::Effect::at_start:
      break;
  }
  return "at the start";
}

// ---- text ----

void print_row_as_text(const OptionRow& row, std::size_t width) {
  const auto print = [width](const std::string& line) { fmt::print("{}\n", wrapped(line, width, 6, 0)); };
  print(fmt::format("{}: {}", row.key, row.text));
  print(fmt::format("    {}; default {}, hardened {}; {}", option::accepted_values(row.kind), row.lab, row.hardened,
                    row.source));
  if (option::needs_stations(row)) print("    needs --tap: without it there is nobody to ask for");
  for (const Meaning& meaning : option::meanings_of(row.kind))
    print(fmt::format("    {}={}: {}", row.key, meaning.value, meaning.text));
}

/// No wider than the terminal; elsewhere each fact is one line.
void print_options_as_text(const OptionRows& rows) {
  const std::size_t width = ::isatty(STDOUT_FILENO) == 1 ? terminal_width(STDOUT_FILENO) : std::string::npos;
  fmt::print("{}\n", wrapped(introduction, width, 0, 0));
  for_each_by_area(
      rows, [](std::string_view area) { fmt::print("\n{}\n\n", area); },
      [width](const Row& row) { print_row_as_text(*row.option, width); });
}

// ---- JSON ----

Json to_json(const std::vector<Meaning>& meanings) {
  Json all = Json::array();
  for (const Meaning& meaning : meanings) all.push_back({{"value", meaning.value}, {"text", meaning.text}});
  return all;
}

/// A flag is true or false, a number is one; words are texts, as --set takes them.
Json value_json(const OptionRow& row, std::string_view value) {
  if (std::holds_alternative<option::Flag>(row.kind)) return value == "on";
  std::uint32_t number = 0;
  if (std::holds_alternative<option::Number>(row.kind) &&
      std::from_chars(value.data(), value.data() + value.size(), number).ec == std::errc{})
    return number;
  return value;
}

Json to_json(const Row& named) {
  const OptionRow& row = *named.option;
  Json json = {{"area", named.area}, {"key", row.key}, {"kind", option::kind_name(row.kind)}};
  if (const auto* number = std::get_if<option::Number>(&row.kind))
    json.update({{"minimum", number->minimum}, {"maximum", number->maximum}, {"unit", number->unit}});
  json["values"] = option::accepted_values(row.kind);
  json["choices"] = to_json(option::choices_of(row.kind));
  json["special"] = to_json(option::special_values_of(row.kind));
  json.update({{"default", value_json(row, row.lab)},
               {"hardened", value_json(row, row.hardened)},
               {"effect", effect_in_words(row)},
               {"needs_tap", option::needs_stations(row)},
               {"source", row.source},
               {"decision", row.decision.empty() ? Json() : Json(row.decision)},
               {"text", row.text}});
  return json;
}

void print_options_as_json(const OptionRows& rows) {
  Json all = Json::array();
  for (const Row& row : rows) all.push_back(to_json(row));
  fmt::print("{}\n", all.dump(2));
}

// ---- Markdown ----

void print_row_as_markdown(const OptionRow& row) {
  fmt::print("| `{}` | {} | {} | {} | {}{} | {} | {}", row.key, option::accepted_values(row.kind), row.lab,
             row.hardened, row.source,
             row.decision.empty() ? std::string() : fmt::format(", [{}](spec/README.md)", row.decision),
             effect_in_words(row), row.text);
  if (option::needs_stations(row)) fmt::print("; needs --tap");
  for (const Meaning& meaning : option::meanings_of(row.kind)) fmt::print("<br>`{}`: {}", meaning.value, meaning.text);
  fmt::print(" |\n");
}

void print_options_as_markdown(const OptionRows& rows) {
  fmt::print("# Options\n\nPrinted by `tunstack options --markdown`. {}\n", introduction);
  for_each_by_area(
      rows,
      [](std::string_view area) {
        fmt::print(
            "\n## {}\n\n| key | values | default | hardened | source | set while running | text |\n"
            "|---|---|---|---|---|---|---|\n",
            area);
      },
      [](const Row& row) { print_row_as_markdown(*row.option); });
}

}  // namespace

void add_options(CLI::App& program) {
  print_table_with<Row>(*program.add_subcommand("options", options_description), "KEY",
                        "Keys, or what they begin with; all options if none is given",
                        {.what = "option",
                         .rows = every_option(),
                         .means = means,
                         .name = [](const Row& row) { return std::string(row.option->key); },
                         .text = print_options_as_text,
                         .json = print_options_as_json,
                         .markdown = print_options_as_markdown});
}

}  // namespace tunstack
