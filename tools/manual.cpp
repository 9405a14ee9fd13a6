#include "tools/manual.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tools/command_tree.hpp"
#include "tools/help.hpp"
#include "tools/scdoc.hpp"
#include "tunstack/explain/explain.hpp"
#include "tunstack/options/option_value.hpp"
#include "tunstack/options/options.hpp"

namespace tunstack {

namespace {

using scdoc::bold;
using scdoc::entry;
using scdoc::plain;
using scdoc::section;

constexpr std::string_view of_commands = "1", of_files = "5", of_subjects = "7";  // chapters of a manual

ManualPage page(const std::string& name, std::string_view chapter, std::string_view purpose, const std::string& body) {
  return {fmt::format("{}.{}", name, chapter),
          fmt::format("{}({}) \"tunstack {}\" \"tunstack\"\n\n# NAME\n\n{} - {}\n\n{}", name, chapter, TUNSTACK_VERSION,
                      plain(name), plain(purpose), body)};
}

std::string reference(std::string_view name, std::string_view chapter) {
  return fmt::format("{}({})", bold(name), chapter);
}

/// The first sentence, without its full stop, as the line of a NAME wants it.
std::string purpose_of(const CLI::App& command) {
  std::string sentence = description_of(command).sentence;
  sentence.resize(std::min(sentence.find(". "), sentence.size()));
  if (sentence.ends_with('.')) sentence.pop_back();
  return sentence;
}

// ---- what a command says of itself ----

/// Sections that are made of the text of --help.
struct Prose {
  std::string description, examples, exit_status;
};

constexpr std::string_view begins_examples = "Examples:";
constexpr std::string_view begins_exit_status = "Exit status";

void add_prose(Prose& prose, const std::string& text) {
  if (text == begins_examples) return;
  const std::size_t at = std::min(text.find(begins_exit_status), text.size());
  if (at != 0) prose.description += plain(text.substr(0, at)) + "\n\n";
  if (at == text.size()) return;
  const std::size_t from = text.find_first_not_of(": ", at + begins_exit_status.size());
  prose.exit_status += plain(text.substr(from)) + "\n\n";
}

Prose prose_of(const CLI::App& command) {
  const auto [sentence, details] = description_of(command);
  Prose prose{.description = plain(sentence) + "\n\n", .examples = {}, .exit_status = {}};
  for (const auto& [kind, text] : blocks_of(details)) {
    if (kind == HelpBlock::Kind::paragraph) add_prose(prose, text);
    if (kind != HelpBlock::Kind::example) continue;
    const auto [typed, shown] = example_in(text);
    prose.examples += entry(typed, shown);
  }
  return prose;
}

std::string entries_of(const std::vector<const CLI::Option*>& options) {
  std::string text;
  for (const CLI::Option* option : options) text += entry(form_of(*option), meaning_of(*option));
  return text;
}

std::string option_groups_of(const CLI::App& command) {
  std::string text;
  for (const std::string& group : groups_of(command))
    if (const std::string entries = entries_of(options_in(command, group)); !entries.empty())
      text += fmt::format("## {}\n\n{}", plain(group), entries);
  return text;
}

std::string synopsis_of(const CLI::App& command) {
  const std::string call = call_of(command);
  return bold(call) + plain(usage_of(command).substr(call.size())) + "\n";
}

std::string command_sections(const CLI::App& command) {
  const Prose prose = prose_of(command);
  return section("SYNOPSIS", synopsis_of(command)) + section("DESCRIPTION", prose.description) +
         section("ARGUMENTS", entries_of(positionals_of(command))) + section("OPTIONS", option_groups_of(command)) +
         section("EXAMPLES", prose.examples) + section("EXIT STATUS", prose.exit_status);
}

// ---- pages ----

std::string page_name(const CLI::App& command) {
  std::string name = call_of(command);
  std::ranges::replace(name, ' ', '-');
  return name;
}

std::string see_also(const std::string& more) {
  return section("SEE ALSO",
                 fmt::format("{}, {}, {}{}\n", reference("tunstack", of_commands),
                             reference("tunstack-options", of_files), reference("tunstack-rules", of_subjects), more));
}

std::string entries_of_commands(const CLI::App& command) {
  std::string text;
  for (const CLI::App* below : commands_of(command))
    text +=
        fmt::format("{}\n\t{}\n\n", reference(page_name(*below), of_commands), plain(description_of(*below).sentence));
  return text;
}

/// What a page leads to besides the program: the commands that this one is of, or who made its device.
std::string more_of(const CLI::App& command) {
  const CLI::App* const above = command.get_parent();
  if (above == nullptr) return ", *ip-tuntap*(8)";
  if (above->get_parent() == nullptr) return {};
  return more_of(*above) + ", " + reference(page_name(*above), of_commands);
}

ManualPage page_of_command(const CLI::App& command) {
  return page(
      page_name(command), of_commands, purpose_of(command),
      command_sections(command) + section("COMMANDS", entries_of_commands(command)) + see_also(more_of(command)));
}

ManualPage page_of_options() {
  std::string text = section(
      "DESCRIPTION",
      "What *--set* _KEY=VALUE_ of *tunstack-up*(1), *tunstack-exec*(1), *tunstack-replay*(1) and *tunstack-why*(1) "
      "takes, and *tunstack-set*(1) of a running stack. *--profile hardened* chooses the default that is called "
      "hardened.\n");
  for (const OptionArea& area : option_areas()) {
    text += fmt::format("# {}\n\n", plain(area.name));
    for (const OptionRow& row : area.rows) {
      text +=
          fmt::format("{}\n\t{}: {}; default {}, hardened {}. {}.\n\n", bold(row.key), plain(row.text),
                      plain(option::accepted_values(row.kind)), plain(row.lab), plain(row.hardened), plain(row.source));
      for (const option::Meaning& meaning : option::meanings_of(row.kind))
        text += fmt::format("\t{}: {}\n\n", bold(meaning.value), plain(meaning.text));
    }
  }
  return page("tunstack-options", of_files, "what can be set of a stack", text + see_also(", *tunstack-set*(1)"));
}

ManualPage page_of_rules() {
  std::string text = section("DESCRIPTION",
                             "Every rule and reason that decides about packets, in the order in which they are asked, "
                             "with the RFC and section, and the requirement of docs/spec. *tunstack-why*(1) tells more "
                             "of each.\n");
  std::string_view area;
  for (const ReasonInfo& reason : all_reasons()) {
    if (reason.area != area) text += fmt::format("# {}\n\n", plain(reason.area));
    area = reason.area;
    text += entry(reason.name, fmt::format("{} ({}{}{})", reason.text, citation(reason),
                                           reason.requirement.empty() ? "" : "; ", reason.requirement));
  }
  return page("tunstack-rules", of_subjects, "rules and reasons of a stack", text + see_also(", *tunstack-why*(1)"));
}

}  // namespace

std::vector<ManualPage> manual_pages(const CLI::App& program) {
  std::vector<ManualPage> pages;
  for (const CLI::App* command : command_tree(program)) pages.push_back(page_of_command(*command));
  pages.push_back(page_of_options());
  pages.push_back(page_of_rules());
  return pages;
}

}  // namespace tunstack
