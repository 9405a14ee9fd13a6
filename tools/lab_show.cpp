#include <fmt/format.h>

#include "tools/commands.hpp"
#include "tools/lab_arguments.hpp"
#include "tunstack/lab/built_in.hpp"
#include "tunstack/lab/lab_reader.hpp"
#include "tunstack/lab/schema.hpp"

namespace tunstack {

namespace {

constexpr const char* lab_list_description = R"(List the labs that are built in.

Examples:
  tunstack lab list)";

constexpr const char* lab_show_description = R"(Print a lab as the file that it is.

Examples:
  tunstack lab show ecmp
  tunstack lab show ecmp > mine.toml                  to change it)";

constexpr const char* lab_new_description = R"(Print a lab to begin with, with comments.

Examples:
  tunstack lab new > mine.toml
  tunstack lab new chain > mine.toml                  a built-in one instead)";

constexpr const char* lab_schema_description = R"(Print the form of lab files as a JSON Schema, for editors.

Examples:
  tunstack lab schema > lab.schema.json
  tunstack lab schema --markdown                      the same as tables of docs/labs.md)";

void print_list() {
  for (const lab::BuiltInLab& one : lab::built_in_labs())
    fmt::print("{:<12} {}\n", one.name, lab::read_lab(one.text).file.description);
}

}  // namespace

void add_lab_list(CLI::App& lab) { lab.add_subcommand("list", lab_list_description)->callback(print_list); }

void add_lab_show(CLI::App& lab) {
  CLI::App* command = lab.add_subcommand("show", lab_show_description);
  const auto name = std::make_shared<std::string>();
  command->add_option("LAB", *name, "A name of 'tunstack lab list', or a file")->required();
  command->callback([name] { fmt::print("{}", lab_text(*name).text); });
}

void add_lab_new(CLI::App& lab) {
  CLI::App* command = lab.add_subcommand("new", lab_new_description);
  const auto name = std::make_shared<std::string>();
  command->add_option("LAB", *name, "A lab that it is to be like: a name of 'tunstack lab list', or a file");
  command->callback(
      [name] { fmt::print("{}", name->empty() ? std::string(lab::lab_template()) : lab_text(*name).text); });
}

void add_lab_schema(CLI::App& lab) {
  CLI::App* command = lab.add_subcommand("schema", lab_schema_description);
  const auto markdown = std::make_shared<bool>(false);
  command->add_flag("--markdown", *markdown, "The keys as tables");
  command->callback(
      [markdown] { fmt::print("{}", *markdown ? lab::keys_as_markdown() : lab::lab_schema().dump(2) + "\n"); });
}

}  // namespace tunstack
