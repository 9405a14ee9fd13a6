#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tools/command_tree.hpp"
#include "tools/completion.hpp"
#include "tools/help.hpp"
#include "tools/lab_arguments.hpp"
#include "tunstack/explain/explain.hpp"

namespace tunstack {

namespace {

constexpr std::string_view zsh_functions = R"zsh(
_tunstack_settings() {
  if compset -P 1 '*='; then
    compadd -- $(_tunstack_values ${${IPREFIX%=}##*=})
  else
    local -a keys=($(_tunstack_keys))
    compadd -q -S = -a keys
  fi
}
_tunstack_offer_keys() { compadd -- $(_tunstack_keys) }
_tunstack_offer_reasons() { compadd -- $(_tunstack_reasons) }
_tunstack_offer_questions() { _alternative 'reasons:reason:_tunstack_offer_reasons' 'files:file:_files' }
_tunstack_offer_labs() { _alternative "labs:lab:($(_tunstack_labs))" 'files:file:_files' }
_tunstack_offer_commands() { _tunstack_commands "${words[2,CURRENT-1]}" }
)zsh";

constexpr std::string_view zsh_end = R"(  esac
  local found=$?
  [[ $state == arguments ]] || return found
  curcontext="${curcontext%:*}-$line[1]:"
  _tunstack_arguments "${1:+$1 }$line[1]"
}

_tunstack() { _tunstack_arguments '' }

if [[ $funcstack[1] == _tunstack ]]; then _tunstack "$@"; else compdef _tunstack tunstack; fi
)";

/// Within single quotes, and within what _arguments takes apart.
std::string in_quotes(std::string_view text) {
  constexpr std::string_view means_something = "[]:\\";
  std::string escaped;
  for (const char letter : text) {
    if (letter == '\'') {
      escaped += "'\\''";
      continue;
    }
    if (means_something.contains(letter)) escaped += '\\';
    escaped += letter;
  }
  return escaped;
}

/// What _arguments does to complete a value.
std::string action(const CLI::Option& option) {
  const Offered offered = offered_for(option);
  switch (offered.offer) {
    case Offer::nothing:
      return " ";
    case Offer::words:
      return fmt::format("({})", fmt::join(offered.words, " "));
    case Offer::files:
      return "_files";
    case Offer::keys:
      return "_tunstack_offer_keys";
    case Offer::settings:
      return "_tunstack_settings";
    case Offer::reasons:
      return "_tunstack_offer_reasons";
    case Offer::questions:
      return "_tunstack_offer_questions";
    case Offer::commands:
      return "_tunstack_offer_commands";
    case Offer::labs:
      return "_tunstack_offer_labs";
  }
  return " ";
}

bool is_repeatable(const CLI::Option& option) { return option.get_items_expected_max() > 1; }

/// One argument of _arguments. `sign` says where the value may stand.
std::string option_spec(const CLI::Option& option, const std::string& name, std::string_view sign) {
  const bool takes = takes_a_value(option);
  const std::string value = takes ? fmt::format("{}{}:{}", has_optional_value(option) ? "::" : ":",
                                                in_quotes(value_name(option)), action(option))
                                  : std::string();
  return fmt::format(" \\\n      '{}{}{}[{}]{}'", is_repeatable(option) ? "*" : "", name, takes ? sign : "",
                     in_quotes(meaning_of(option)), value);
}

std::string specs_of(const CLI::App& command) {
  std::string text;
  for (const std::string& group : groups_of(command))
    for (const CLI::Option* option : options_in(command, group)) {
      for (const std::string& letter : option->get_snames()) text += option_spec(*option, "-" + letter, "+");
      for (const std::string& word : option->get_lnames())
        text += option_spec(*option, "--" + word, has_optional_value(*option) ? "=-" : "=");
    }
  for (const CLI::Option* positional : positionals_of(command))
    text += fmt::format(" \\\n      '{}:{}:{}'", is_repeatable(*positional) ? "*" : "",
                        in_quotes(positional->get_name()), action(*positional));
  if (!commands_of(command).empty())
    text += fmt::format(" \\\n      '1:command:{{_tunstack_commands \"{}\"}}' \\\n      '*::argument:->arguments'",
                        name_of(command));
  if (!command.get_footer().empty())  // which is the command that it runs
    text += " \\\n      '(-)1:command:_command_names -e' \\\n      '*::arguments:_normal'";
  return text;
}

std::string zsh_commands_function(const CLI::App& program) {
  std::string text =
      "_tunstack_commands() {  # COMMAND: offers those that stand behind it\n"
      "  local -a commands\n  case $1 in\n";
  for (const CLI::App* command : command_tree(program)) {
    if (commands_of(*command).empty()) continue;
    text += fmt::format("    ('{}') commands=(\n", name_of(*command));
    for (const CLI::App* below : commands_of(*command))
      text += fmt::format("      '{}:{}'\n", below->get_name(), in_quotes(description_of(*below).sentence));
    text += "    ) ;;\n";
  }
  return text + "  esac\n  _describe -t commands command commands\n}\n";
}

std::string zsh_values_function() {
  std::string text = "_tunstack_values() {\n  case $1 in\n";
  for (const OptionArea& area : option_areas())
    for (const OptionRow& row : area.rows)
      if (const auto words = offered_for(row); !words.empty())
        text += fmt::format("    ({}) echo '{}' ;;\n", row.key, fmt::join(words, " "));
  return text + "  esac\n}\n";
}

std::string zsh_arguments_function(const CLI::App& program) {
  std::string text =
      "\n_tunstack_arguments() {  # COMMAND: what stands behind it\n"
      "  local curcontext=\"$curcontext\" state line\n  typeset -A opt_args\n  case $1 in\n";
  for (const CLI::App* command : command_tree(program))
    text += fmt::format("    ('{}')\n      _arguments -S -C{} ;;\n", name_of(*command), specs_of(*command));
  return text.append(zsh_end);
}

}  // namespace

std::string zsh_completion(const CLI::App& program) {
  std::string keys, reasons;
  for (const OptionArea& area : option_areas())
    for (const OptionRow& row : area.rows) keys += fmt::format(" {}", row.key);
  for (const ReasonInfo& reason : all_reasons()) reasons += fmt::format(" {}", reason.name);
  return fmt::format(
      "#compdef tunstack\n# Completion of tunstack in zsh, printed by: tunstack completion zsh\n\n"
      "_tunstack_keys() {{ print -- {} }}\n_tunstack_reasons() {{ print -- {} }}\n_tunstack_labs() {{ print -- {} }}\n"
      "{}{}{}{}",
      keys, reasons, fmt::join(names_of_labs(), " "), zsh_values_function(), zsh_commands_function(program),
      zsh_functions, zsh_arguments_function(program));
}

}  // namespace tunstack
