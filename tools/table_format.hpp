// The three forms of a printed table: --json, --markdown, or text.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace tunstack {

struct TablePrinters {
  void (*text)();
  void (*json)();
  void (*markdown)();
};

/// Adds the flags to `command`, and a callback that prints in the form asked for.
inline void print_table_with(CLI::App& command, const TablePrinters& printers) {
  const CLI::Option* json = command.add_flag("--json")->description("One JSON array");
  const CLI::Option* markdown = command.add_flag("--markdown")
                                    ->description("Tables for the documentation")
                                    ->excludes(command.get_option("--json"));
  command.callback([json, markdown, printers] {
    const auto print = *json ? printers.json : *markdown ? printers.markdown : printers.text;
    print();
  });
}

}  // namespace tunstack
