#include "tools/parse_fault.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tools/commands.hpp"
#include "tools/help.hpp"
#include "tunstack/options/suggestion.hpp"

namespace tunstack {

namespace {

/// What the command line leads to: a command, or the program while none is chosen.
class Place {
 public:
  explicit Place(const CLI::App& program) {
    const auto chosen = program.get_subcommands();
    command_ = chosen.empty() ? &program : chosen[0];
    is_program_ = chosen.empty();
  }

  bool is_program() const { return is_program_; }
  const CLI::App& command() const { return *command_; }
  std::string name() const { return command_->get_name(); }
  std::string help() const { return is_program_ ? "tunstack --help" : fmt::format("tunstack {} --help", name()); }
  std::string usage() const { return "tunstack " + usage_of(*command_); }

 private:
  const CLI::App* command_;
  bool is_program_;
};

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

// ---- words that nobody asked for ----

UsageFault fault_of_extra(const Place& place, const std::string& word) {
  if (word.starts_with("-"))
    return {fmt::format("unknown option '{}'", word), fmt::format("'{}' has no such option", place.name()),
            fmt::format("{}{} lists all", did_you_mean(word, option_names(place.command())), place.help())};
  return {fmt::format("'{}' is out of place", word),
          positionals_of(place.command()).empty() ? "only options are expected here"
                                                  : "there are more words than this command takes",
          place.name() == "exec" ? fmt::format("the command stands behind --: tunstack exec -- {} ...", word)
                                 : place.usage()};
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

UsageFault fault_of_option(const Place& place, const CLI::ParseError& error, const CLI::Option& option) {
  const std::string name = option.get_name();
  const std::string text = error.what();
  if (error.get_name() == "RequiredError")
    return {fmt::format("{} is missing", name), option.get_description(), place.usage()};
  if (error.get_name() == "ExcludesError")
    return {fmt::format("{} and {} exclude each other", name, other_in(place.command(), text, name)),
            "each of them says something else", "leave one of them out"};
  if (error.get_name() == "RequiresError")
    return {fmt::format("{0} needs {1}", name, other_in(place.command(), text, name)),
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
  const Place place(program);
  const auto extras = program.remaining(true);
  if (!extras.empty()) {
    if (place.is_program() && !extras[0].starts_with("-")) find_command(program, extras[0]);
    return fault_of_extra(place, extras[0]);
  }
  const CLI::Option* option = option_in(place.command(), error.what());
  if (!option) option = flag_in(place.command(), error.what());
  if (option) return fault_of_option(place, error, *option);
  if (place.is_program()) return {"a command is missing", "tunstack needs to be told what to do", place.help()};
  return {"this command line cannot be read", "options or values are not where they are expected", place.usage()};
}

}  // namespace tunstack
