#include "tools/parse_fault.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "tools/command_tree.hpp"
#include "tools/commands.hpp"
#include "tools/help.hpp"
#include "tunstack/options/suggestion.hpp"

namespace tunstack {

namespace {

/// The first word that no command took, and the command that it stands behind.
struct ExtraWord {
  const CLI::App* command;
  std::string word;
};

std::optional<ExtraWord> extra_word_in(const CLI::App& command) {
  const bool takes_words = command.get_prefix_command();
  if (const auto words = command.remaining(); !words.empty() && !takes_words) return ExtraWord{&command, words.front()};
  const auto chosen = command.get_subcommands();
  return chosen.empty() ? std::nullopt : extra_word_in(*chosen.front());
}

std::string help_of(const CLI::App& command) { return call_of(command) + " --help"; }

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

// ---- words that nobody asked for ----

UsageFault fault_of_extra(const CLI::App& command, const std::string& word) {
  if (word.starts_with("-"))
    return {fmt::format("unknown option '{}'", word), fmt::format("'{}' has no such option", call_of(command)),
            fmt::format("{}{} lists all", did_you_mean(word, option_names(command)), help_of(command))};
  if (!commands_of(command).empty()) find_command(command, word);
  return {fmt::format("'{}' is out of place", word),
          positionals_of(command).empty() ? "only options are expected here"
                                          : "there are more words than this command takes",
          name_of(command) == "exec" ? fmt::format("the command stands behind --: tunstack exec -- {} ...", word)
                                     : usage_of(command)};
}

// ---- options that are not given as they should be ----

/// The option that the parser speaks of; it tells by text alone.
const CLI::Option* option_in(const CLI::App& command, const std::string& text) {
  const CLI::Option* found = nullptr;
  std::size_t at = std::string::npos;
  for (const CLI::Option* option : command.get_options()) {
    const std::string name = option->get_name();
    for (std::size_t place = text.find(name); place < at; place = text.find(name, place + 1)) {
      const std::size_t end = place + name.size();
      if ((place != 0 && text[place - 1] != ' ') || (end < text.size() && text[end] != ' ' && text[end] != ':'))
        continue;
      at = place;
      found = option;
      break;
    }
  }
  return found;
}

/// Of a flag that was given a value the parser tells the name without dashes.
const CLI::Option* flag_in(const CLI::App& command, const std::string& text) {
  for (const CLI::Option* option : command.get_options())
    if (text.starts_with(option->get_single_name() + " was given")) return option;
  return nullptr;
}

bool is_flag(const CLI::Option& option) { return option.get_items_expected_max() == 0; }

std::string other_in(const CLI::App& command, std::string text, const std::string& name) {
  const CLI::Option* other = option_in(command, text.erase(0, text.find(name) + name.size()));
  return other ? other->get_name() : "another option";
}

UsageFault fault_of_option(const CLI::App& command, const CLI::ParseError& error, const CLI::Option& option) {
  const std::string name = option.get_name();
  const std::string text = error.what();
  if (error.get_name() == "RequiredError")
    return {fmt::format("{} is missing", name), option.get_description(), usage_of(command)};
  if (error.get_name() == "ExcludesError")
    return {fmt::format("{} and {} exclude each other", name, other_in(command, text, name)),
            "each of them says something else", "leave one of them out"};
  if (error.get_name() == "RequiresError")
    return {fmt::format("{0} needs {1}", name, other_in(command, text, name)),
            fmt::format("{} says something about it", name), fmt::format("add it, or leave out {}", name)};
  if (is_flag(option))
    return {fmt::format("{} takes no value", name), "it is there or it is not", fmt::format("write {} alone", name)};
  if (text.find("missing") != std::string::npos)
    return {fmt::format("{} lacks its value", name), "an option is followed by its value", form_of(option)};
  if (text.find("At Most") != std::string::npos)
    return {fmt::format("{} is given more than once", name), "it takes one value", "leave all but one out"};
  return {fmt::format("{} does not take this value", name), option.get_description(), form_of(option)};
}

}  // namespace

UsageFault fault_of(const CLI::App& program, const CLI::ParseError& error) {
  if (const auto extra = extra_word_in(program)) return fault_of_extra(*extra->command, extra->word);
  const CLI::App& command = chosen_in(program);
  const CLI::Option* option = option_in(command, error.what());
  if (!option) option = flag_in(command, error.what());
  if (option) return fault_of_option(command, error, *option);
  if (!commands_of(command).empty())
    return {"a command is missing", fmt::format("{} needs to be told what to do", call_of(command)), help_of(command)};
  return {"this command line cannot be read", "options or values are not where they are expected", usage_of(command)};
}

}  // namespace tunstack
