// A printed table: --json, --markdown, or text; all of it, or the rows that the user names.
#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "tunstack/fault.hpp"
#include "tunstack/options/suggestion.hpp"

namespace tunstack {

/// What a table holds and how it is printed. `means`: whether a name stands for this row, alone or with others.
template <class Row>
struct PrintedTable {
  using Rows = std::vector<Row>;
  const char* what;  // a row is, as in "option"
  Rows rows;
  bool (*means)(const Row&, std::string_view name);
  std::string (*name)(const Row&);
  void (*text)(const Rows&);
  void (*json)(const Rows&);
  void (*markdown)(const Rows&);
};

/// The rows that `names` stand for, in the order of the table; all if there are none. Throws UsageFault.
template <class Row>
std::vector<Row> rows_named(const PrintedTable<Row>& table, const std::vector<std::string>& names) {
  if (names.empty()) return table.rows;
  std::vector<std::string> known;
  for (const Row& row : table.rows) known.push_back(table.name(row));
  std::vector<Row> found;
  for (const std::string& name : names)
    if (std::ranges::none_of(table.rows, [&](const Row& row) { return table.means(row, name); }))
      throw UsageFault("no " + std::string(table.what) + " '" + name + "'", "none has this name",
                       did_you_mean(name, known) + "without a name, all are printed");
  std::ranges::copy_if(table.rows, std::back_inserter(found), [&](const Row& row) {
    return std::ranges::any_of(names, [&](const std::string& name) { return table.means(row, name); });
  });
  return found;
}

/// Calls `each` with every row, and `begin` with each area before its first.
void for_each_by_area(const auto& rows, const auto& begin, const auto& each) {
  std::string_view area;
  for (const auto& row : rows) {
    if (row.area != area) begin(row.area);
    area = row.area;
    each(row);
  }
}

/// Adds the names and the flags to `command`, and a callback that prints in the form asked for.
template <class Row>
void print_table_with(CLI::App& command, const char* type_name, const char* names_help, PrintedTable<Row> table) {
  const auto names = std::make_shared<std::vector<std::string>>();
  command.add_option(type_name, *names, names_help);
  const CLI::Option* json = command.add_flag("--json")->description("One JSON array");
  const CLI::Option* markdown = command.add_flag("--markdown")
                                    ->description("Tables for the documentation")
                                    ->excludes(command.get_option("--json"));
  command.callback([json, markdown, names, table = std::move(table)] {
    const auto print = *json ? table.json : *markdown ? table.markdown : table.text;
    print(rows_named(table, *names));
  });
}

}  // namespace tunstack
