#include "tools/completion.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tools/commands.hpp"
#include "tools/lab_arguments.hpp"
#include "tools/option_values.hpp"
#include "tunstack/options/option_value.hpp"

namespace tunstack {

namespace {

struct NamedOffer {
  std::string_view value;  // as value_name has it
  Offer offer;
};

constexpr NamedOffer offers[] = {
    {"FILE", Offer::files},         {"IN", Offer::files},           {"OUT", Offer::files},
    {"RULESET", Offer::files},      {"OLD", Offer::files},          {"NEW", Offer::files},
    {"KEY", Offer::keys},           {"KEY=VALUE", Offer::settings}, {"REASON", Offer::reasons},
    {"QUESTION", Offer::questions}, {"COMMAND", Offer::commands},   {"LAB", Offer::labs},
};

constexpr char between_words = '|';

constexpr const char* completion_description =
    R"(Print what makes a shell complete commands, options and their values.

Examples:
  source <(tunstack completion bash)                                  in this shell
  tunstack completion zsh > /usr/local/share/zsh/site-functions/_tunstack

'cmake --install' puts both where the shells look.)";

}  // namespace

std::string value_name(const CLI::Option& option) {
  return option.get_positional() ? option.get_name() : option.get_type_name();
}

bool takes_a_value(const CLI::Option& option) { return option.get_positional() || !option.get_type_name().empty(); }

bool has_optional_value(const CLI::Option& option) {
  return takes_a_value(option) && (option.get_items_expected_max() == 0 || option.get_expected_min() == 0);
}

Offered offered_for(const CLI::Option& option) {
  const std::string value = value_name(option);
  if (value.contains(between_words)) return {Offer::words, CLI::detail::split(value, between_words)};
  const auto* const found = std::ranges::find(offers, value, &NamedOffer::value);
  const Offer offer = found == std::end(offers) ? Offer::nothing : found->offer;
  return {offer, offer == Offer::labs ? names_of_labs() : std::vector<std::string>()};
}

std::vector<std::string> offered_for(const OptionRow& row) {
  if (std::holds_alternative<option::Flag>(row.kind)) return {"on", "off"};
  std::vector<std::string> words;
  for (const option::Meaning& meaning : option::meanings_of(row.kind)) words.push_back(meaning.value);
  return words;
}

void add_completion(CLI::App& program) {
  CLI::App* command = program.add_subcommand("completion", completion_description);
  const auto shell = std::make_shared<std::string>();
  take_one_of(*command->add_option("bash|zsh", *shell, "The shell")->required(), {"bash", "zsh"});
  command->callback(
      [shell, &program] { fmt::print("{}", *shell == "zsh" ? zsh_completion(program) : bash_completion(program)); });
}

}  // namespace tunstack
