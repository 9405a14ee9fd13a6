#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tools/command_tree.hpp"
#include "tools/completion.hpp"
#include "tools/help.hpp"
#include "tunstack/explain/explain.hpp"

namespace tunstack {

namespace {

// Bash breaks words at '=' and ':', which stand within values here; so they are joined first, and what is offered is
// cut to what bash takes for the word.
constexpr std::string_view bash_functions = R"bash(
_tunstack_offer() {  # KIND WORDS... for $value; $front is before it in the same word, $behind between the command and it
  local kind=$1 key=${value%%=*} words="${*:2}"
  case $kind in
    keys) words=$(_tunstack_keys) ;;
    reasons | questions) words=$(_tunstack_reasons) ;;
    commands) words=$(_tunstack_commands "$behind") ;;
    settings) words=$(_tunstack_keys) ;;
  esac
  if [[ $kind == settings && $value == *=* ]]; then
    words=$(_tunstack_values "$key") front+=$key= value=${value#*=}
  elif [[ $kind == settings ]]; then
    words=${words// /= }= && compopt -o nospace 2>/dev/null
  fi
  COMPREPLY=($(compgen -W "$words" -P "$front" -- "$value"))
  if [[ $kind == files || $kind == questions || $kind == labs ]]; then
    COMPREPLY+=($(compgen -f -P "$front" -- "$value")) && compopt -o filenames 2>/dev/null
  fi
}

_tunstack_join() {  # sets $words to those before the cursor
  local i word joins=
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ $i != 0 && ($joins || $word == [=:]*) ]]; then words[-1]+=$word; else words+=("$word"); fi
    if [[ $word == *[!=:]* || ! $word ]]; then joins=; else joins=yes; fi
  done
}

_tunstack_run() {  # the words of a command that is run
  if (($# == 1)); then COMPREPLY=($(compgen -c -- "$1")) && return; fi
  COMPREPLY=($(compgen -f -- "${@: -1}")) && compopt -o filenames 2>/dev/null
}

_tunstack_complete() {
  local i=1 last=$((${#words[@]} - 1)) word below command= behind= option= value=${words[-1]} front=
  while ((i < last)) && [[ " $(_tunstack_commands "$command") " == *" ${words[i]} "* ]]; do
    command+=${command:+ }${words[i++]}
  done
  below=$(_tunstack_commands "$command")
  if [[ $below ]]; then  # one of them is still to be named
    below+=" $(_tunstack_options "$command")"
    if ((i == last)); then COMPREPLY=($(compgen -W "$below" -- "$value")); fi
    return
  fi
  for ((; i <= last; i++)); do
    word=${words[i]}
    if [[ $option ]]; then
      if ((i < last)); then option=; fi
    elif [[ $command == exec && $word != -* ]]; then
      _tunstack_run "${words[@]:i}" && return
    elif [[ $command == exec && $word == -- && i -lt last ]]; then
      _tunstack_run "${words[@]:i+1}" && return
    elif [[ $word == -* && $(_tunstack_takes "$command" "$word") && i -lt last ]]; then
      option=$word
    elif [[ $word != -* && i -lt last ]]; then
      behind+=${behind:+ }$word
    fi
  done
  case $option$value in
    -*=*) [[ $option ]] || { option=${value%%=*}= front=${value%%=*}= value=${value#*=}; } ;;
    -*)
      if [[ ! $option ]]; then
        COMPREPLY=($(compgen -W "$(_tunstack_options "$command")" -- "$value"))
        return
      fi ;;
  esac
  _tunstack_offer $(_tunstack_takes "$command" "$option")
}

_tunstack() {
  local words=() cut
  COMPREPLY=()
  _tunstack_join
  _tunstack_complete
  cut=${words[-1]%"${words[-1]##*[=:]}"}
  if [[ $cut && $COMP_WORDBREAKS == *=* ]]; then COMPREPLY=("${COMPREPLY[@]#"$cut"}"); fi
}

complete -F _tunstack tunstack
)bash";

// ---- what is known of the command line ----

/// A function that prints `words`.
std::string listing(std::string_view name, const std::vector<std::string>& words) {
  return fmt::format("_tunstack_{}() {{ echo '{}'; }}\n", name, fmt::join(words, " "));
}

std::vector<std::string> names_of_options(const CLI::App& command) {
  std::vector<std::string> names;
  for (const std::string& group : groups_of(command))
    for (const CLI::Option* option : options_in(command, group)) {
      for (const std::string& name : option->get_snames()) names.push_back("-" + name);
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
  return names;
}

std::string offer_text(const Offered& offered) {
  constexpr std::string_view names[] = {"nothing", "words",     "files",    "keys", "settings",
                                        "reasons", "questions", "commands", "labs"};
  return fmt::format("{} {}", names[static_cast<std::size_t>(offered.offer)], fmt::join(offered.words, " "));
}

/// Which names, each behind the name of the command, are followed by a value, and behind "=".
std::string takes_cases(const CLI::App& command) {
  std::string text;
  const auto add = [&](const std::string& pattern, const CLI::Option& option) {
    text += fmt::format("    {}) echo '{}' ;;\n", pattern, offer_text(offered_for(option)));
  };
  const std::string name = name_of(command);
  for (const std::string& group : groups_of(command))
    for (const CLI::Option* option : options_in(command, group)) {
      if (!takes_a_value(*option)) continue;
      for (const std::string& letter : option->get_snames()) add(fmt::format("'{} -{}'", name, letter), *option);
      for (const std::string& word : option->get_lnames())
        add(has_optional_value(*option) ? fmt::format("'{} --{}='", name, word)
                                        : fmt::format("'{0} --{1}' | '{0} --{1}='", name, word),
            *option);
    }
  for (const CLI::Option* positional : positionals_of(command)) add(fmt::format("'{} '", name), *positional);
  return text;
}

std::string bash_takes_function(const CLI::App& program) {
  std::string text = "_tunstack_takes() {  # COMMAND OPTION: what is offered for its value\n  case \"$1 $2\" in\n";
  for (const CLI::App* command : command_tree(program)) text += takes_cases(*command);
  return text + "  esac\n}\n";
}

std::string bash_options_function(const CLI::App& program) {
  std::string text = "_tunstack_options() {  # COMMAND\n  case $1 in\n";
  for (const CLI::App* command : command_tree(program))
    text += fmt::format("    '{}') echo '{}' ;;\n", name_of(*command), fmt::join(names_of_options(*command), " "));
  return text + "  esac\n}\n";
}

std::string bash_commands_function(const CLI::App& program) {
  std::string text = "_tunstack_commands() {  # COMMAND: those that stand behind it\n  case $1 in\n";
  for (const CLI::App* command : command_tree(program)) {
    std::string names;
    for (const CLI::App* below : commands_of(*command)) names += (names.empty() ? "" : " ") + below->get_name();
    if (!names.empty()) text += fmt::format("    '{}') echo '{}' ;;\n", name_of(*command), names);
  }
  return text + "  esac\n}\n";
}

std::string bash_values_function() {
  std::string text = "_tunstack_values() {  # KEY\n  case $1 in\n";
  for (const OptionArea& area : option_areas())
    for (const OptionRow& row : area.rows)
      if (const auto words = offered_for(row); !words.empty())
        text += fmt::format("    {}) echo '{}' ;;\n", row.key, fmt::join(words, " "));
  return text + "  esac\n}\n";
}

}  // namespace

std::string bash_completion(const CLI::App& program) {
  std::vector<std::string> keys, reasons;
  for (const OptionArea& area : option_areas())
    for (const OptionRow& row : area.rows) keys.emplace_back(row.key);
  for (const ReasonInfo& reason : all_reasons()) reasons.emplace_back(reason.name);
  return fmt::format("# Completion of tunstack in bash, printed by: tunstack completion bash\n\n{}{}{}{}{}{}{}",
                     listing("keys", keys), listing("reasons", reasons), bash_commands_function(program),
                     bash_options_function(program), bash_takes_function(program), bash_values_function(),
                     bash_functions);
}

}  // namespace tunstack
