#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "tools/commands.hpp"
#include "tools/manual.hpp"
#include "tunstack/fault.hpp"

namespace tunstack {

namespace {

void print_page(const CLI::App& program, const std::string& name) {
  const std::vector<ManualPage> pages = manual_pages(program);
  const auto found = std::ranges::find(pages, name, &ManualPage::file_name);
  if (found == pages.end())
    throw UsageFault(fmt::format("the manual has no page '{}'", name), "pages are named like tunstack-up.1",
                     "'tunstack manual' lists all");
  fmt::print("{}", found->source);
}

}  // namespace

void add_manual(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "manual", "Print a page of the manual, as scdoc(1) takes it, or the names of all; for the build.");
  command->group("");  // nobody needs to see it
  const auto name = std::make_shared<std::string>();
  command->add_option("PAGE", *name, "Which one: tunstack-up.1");
  command->callback([name, &program] {
    if (!name->empty()) return print_page(program, *name);
    for (const ManualPage& page : manual_pages(program)) fmt::print("{}\n", page.file_name);
  });
}

}  // namespace tunstack
