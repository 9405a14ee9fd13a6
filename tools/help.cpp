#include "tools/help.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tools/command_tree.hpp"
#include "tools/text_width.hpp"

namespace tunstack {

namespace {

constexpr const char* plain_group = "Options";  // of CLI11; read last
constexpr std::size_t indent = 2;
constexpr std::size_t text_column = 24;     // of what stands behind it
constexpr std::size_t command_column = 14;  // likewise, behind the name of a command
constexpr std::string_view gap = "   ";     // between an example and what it shows

// ---- prose and examples ----

/// One that is too long stands on a line of its own, and what it shows below it.
std::string example_text(const std::string& line, std::size_t width) {
  const auto [typed, shown] = example_in(line);
  if (line.size() <= width || shown.empty()) return line;
  const std::string first(indent, ' ');
  const std::string margin(indent * 3, ' ');
  return fmt::format("{}{}\n{}{}", first, typed, margin, wrapped(shown, width, margin.size(), margin.size()));
}

std::string details_text(const std::string& details, std::size_t width) {
  std::string all;
  for (const auto& [kind, text] : blocks_of(details))
    all += (kind == HelpBlock::Kind::paragraph ? wrapped(text, width, 0, 0) : example_text(text, width)) + "\n";
  return all;
}

// ---- options ----

std::string entry(const std::string& form, const std::string& text, std::size_t width, std::size_t column) {
  const bool has_own_line = form.size() > column - 2 * indent;
  const std::string space =
      has_own_line ? "\n" + std::string(column, ' ') : std::string(column - indent - form.size(), ' ');
  return fmt::format("{}{}{}{}\n", std::string(indent, ' '), form, space, wrapped(text, width, column, column));
}

std::string options_text(const std::string& heading, const std::vector<const CLI::Option*>& options,
                         std::size_t width) {
  if (options.empty()) return {};
  std::string text = "\n" + heading + ":\n";
  for (const CLI::Option* option : options) text += entry(form_of(*option), meaning_of(*option), width, text_column);
  return text;
}

/// As much of a sentence as fits into a line: up to the last punctuation mark there.
std::string first_clause(const std::string& sentence, std::size_t room) {
  if (sentence.size() <= room) return sentence;
  const std::size_t mark = sentence.find_last_of(".:,?", room);
  if (mark == std::string::npos) return sentence;
  return sentence.substr(0, sentence[mark] == '?' ? mark + 1 : mark);
}

std::string commands_text(const CLI::App& above, std::size_t width) {
  const auto commands = commands_of(above);
  if (commands.empty()) return {};
  std::string text = fmt::format("\nCommands ('{} COMMAND --help' says more):\n", call_of(above));
  for (const CLI::App* command : commands)
    text += entry(command->get_name(), first_clause(description_of(*command).sentence, width - command_column), width,
                  command_column);
  return text;
}

}  // namespace

Description description_of(const CLI::App& command) {
  const std::string text = command.get_description();
  const std::size_t end = text.find("\n\n");
  if (end == std::string::npos) return {text, {}};
  return {text.substr(0, end), text.substr(end + 2)};
}

std::vector<HelpBlock> blocks_of(const std::string& details) {
  using Kind = HelpBlock::Kind;
  std::vector<HelpBlock> blocks;
  for (const std::string& line : CLI::detail::split(details, '\n')) {
    const Kind kind = line.empty() ? Kind::empty_line : line[0] == ' ' ? Kind::example : Kind::paragraph;
    const bool goes_on = kind == Kind::paragraph && !blocks.empty() && blocks.back().kind == kind;
    if (goes_on)
      blocks.back().text += " " + line;
    else
      blocks.push_back({kind, line});
  }
  return blocks;
}

Example example_in(const std::string& line) {
  const std::size_t from = std::min(line.find_first_not_of(' '), line.size());
  const std::size_t end = std::min(line.find(gap, from), line.size());
  const std::size_t shown = std::min(line.find_first_not_of(' ', end), line.size());
  return {line.substr(from, end - from), line.substr(shown)};
}

std::string form_of(const CLI::Option& option) {
  if (option.get_positional()) return option.get_name();
  std::string names;
  for (const std::string& name : option.get_snames()) names += (names.empty() ? "-" : ",-") + name;
  for (const std::string& name : option.get_lnames()) names += (names.empty() ? "--" : ",--") + name;
  const std::string value = option.get_type_name();
  if (value.empty()) return names;
  const bool may_stand_alone = option.get_items_expected_max() == 0 || option.get_expected_min() == 0;
  return may_stand_alone ? fmt::format("{}[={}]", names, value) : names + " " + value;
}

std::string meaning_of(const CLI::Option& option) {
  const std::string standard = option.get_default_str();
  return option.get_description() + (standard.empty() ? "" : fmt::format(" (default: {})", standard));
}

std::vector<std::string> groups_of(const CLI::App& command) {
  std::vector<std::string> groups;
  for (const std::string& group : command.get_groups())
    if (!group.empty() && group != plain_group) groups.push_back(group);
  groups.emplace_back(plain_group);
  return groups;
}

std::vector<const CLI::Option*> options_in(const CLI::App& command, const std::string& group) {
  return command.get_options(
      [&](const CLI::Option* option) { return option->nonpositional() && option->get_group() == group; });
}

std::vector<const CLI::Option*> positionals_of(const CLI::App& command) {
  return command.get_options([](const CLI::Option* option) { return option->get_positional(); });
}

std::string usage_of(const CLI::App& command) {
  if (!commands_of(command).empty()) return call_of(command) + " COMMAND [OPTIONS] ...";
  std::string text = call_of(command) + " [OPTIONS]";
  for (const CLI::Option* option : positionals_of(command)) {
    const char* const more = option->get_items_expected_max() > 1 ? "..." : "";
    text += (option->get_required() ? " " + option->get_name() : " [" + option->get_name() + "]") + more;
  }
  return text + command.get_footer();
}

std::string help_text(const CLI::App& command, std::size_t width) {
  const auto [sentence, more] = description_of(command);
  std::string text = wrapped(sentence, width, 0, 0) + "\n\n" +
                     wrapped("Usage: " + usage_of(command), width, 2 * indent, 0) + "\n\n" + details_text(more, width) +
                     commands_text(command, width) + options_text("Arguments", positionals_of(command), width);
  for (const std::string& group : groups_of(command)) text += options_text(group, options_in(command, group), width);
  return text;
}

}  // namespace tunstack
