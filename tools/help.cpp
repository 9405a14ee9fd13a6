#include "tools/help.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tools/text_width.hpp"

namespace tunstack {

namespace {

constexpr const char* plain_group = "Options";  // of CLI11; read last
constexpr std::size_t indent = 2;
constexpr std::size_t text_column = 24;     // of what stands behind it
constexpr std::size_t command_column = 11;  // likewise, behind the name of a command
constexpr std::string_view gap = "   ";     // between an example and what it shows

// ---- prose and examples ----

/// An example that is too long stands on a line of its own, and what it shows below it.
std::string example(const std::string& line, std::size_t width) {
  const std::size_t from = line.find_first_not_of(' ');
  const std::size_t space = line.find(gap, from);
  if (line.size() <= width || space == std::string::npos) return line;
  const std::string comment = line.substr(line.find_first_not_of(' ', space));
  const std::string margin(indent * 3, ' ');
  return fmt::format("{}\n{}{}", line.substr(0, space), margin, wrapped(comment, width, margin.size(), margin.size()));
}

/// Lines that begin with a space are examples, the others one paragraph as long as none is empty.
std::string details(const std::string& text, std::size_t width) {
  std::string all, paragraph;
  const auto end_paragraph = [&] {
    if (!paragraph.empty()) all += wrapped(std::exchange(paragraph, {}), width, 0, 0) + "\n";
  };
  for (const std::string& line : CLI::detail::split(text, '\n')) {
    const bool is_prose = !line.empty() && line[0] != ' ';
    if (is_prose) {
      paragraph += (paragraph.empty() ? "" : " ") + line;
      continue;
    }
    end_paragraph();
    all += example(line, width) + "\n";
  }
  end_paragraph();
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

std::string commands_text(const CLI::App& program, std::size_t width) {
  const auto commands = commands_of(program);
  if (commands.empty()) return {};
  std::string text = "\nCommands ('tunstack COMMAND --help' says more):\n";
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

std::vector<const CLI::Option*> options_in(const CLI::App& command, const std::string& group) {
  return command.get_options(
      [&](const CLI::Option* option) { return option->nonpositional() && option->get_group() == group; });
}

std::vector<const CLI::Option*> positionals_of(const CLI::App& command) {
  return command.get_options([](const CLI::Option* option) { return option->get_positional(); });
}

std::vector<const CLI::App*> commands_of(const CLI::App& program) {
  return program.get_subcommands([](const CLI::App* command) { return !command->get_group().empty(); });
}

std::string usage_of(const CLI::App& command) {
  if (command.get_parent() == nullptr) return "COMMAND [OPTIONS] ...";
  std::string text = command.get_name() + " [OPTIONS]";
  for (const CLI::Option* option : positionals_of(command)) {
    const char* const more = option->get_items_expected_max() > 1 ? "..." : "";
    text += (option->get_required() ? " " + option->get_name() : " [" + option->get_name() + "]") + more;
  }
  return text + command.get_footer();
}

std::string help_text(const CLI::App& command, std::size_t width) {
  const auto [sentence, more] = description_of(command);
  std::string text = wrapped(sentence, width, 0, 0) + "\n\n" +
                     wrapped("Usage: tunstack " + usage_of(command), width, 2 * indent, 0) + "\n\n" +
                     details(more, width) + commands_text(command, width) +
                     options_text("Arguments", positionals_of(command), width);
  for (const std::string& group : command.get_groups())
    if (!group.empty() && group != plain_group) text += options_text(group, options_in(command, group), width);
  text += options_text(plain_group, options_in(command, plain_group), width);
  return text;
}

}  // namespace tunstack
