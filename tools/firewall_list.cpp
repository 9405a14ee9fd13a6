#include <fmt/format.h>

#include <algorithm>

#include "tools/commands.hpp"
#include "tunstack/firewall/case_list.hpp"
#include "tunstack/firewall/case_text.hpp"
#include "tunstack/firewall/catalogue.hpp"
#include "tunstack/firewall/tester/selection.hpp"

namespace tunstack {

namespace {

constexpr const char* firewall_list_description =
    R"(Print the cases of 'tunstack firewall test': what is sent, what a filter should do with it, and why.

Examples:
  tunstack firewall list                              a line for each
  tunstack firewall list H4-T-CSUM                    one case whole, with its packets
  tunstack firewall list pmtud router-path            what a word of 'firewall test --only' chooses
  tunstack firewall list --json | jq '.cases[] | select(.level == "must-drop") | .id')";

struct ListArguments {
  std::vector<std::string> wanted;
  bool json = false, markdown = false;
};

void print_cases(const std::vector<firewall::Case>& cases) {
  if (cases.size() == 1) return fmt::print("{}", firewall::case_text(cases[0]));
  std::size_t id_width = 0;
  for (const firewall::Case& a_case : cases) id_width = std::max(id_width, a_case.id.size());
  for (const firewall::Case& a_case : cases) fmt::print("{}", firewall::case_line(a_case, id_width));
}

void run_firewall_list(const ListArguments& arguments) {
  if (arguments.markdown) return fmt::print("{}", firewall::cases_as_markdown());
  const std::vector<firewall::Case> cases = firewall::select_cases(
      firewall::catalogue(),
      {.only = arguments.wanted, .core_only = false, .floods = true, .host = true, .router = true});
  if (arguments.json) return fmt::print("{}\n", firewall::cases_json(cases).dump(1));
  print_cases(cases);
}

}  // namespace

void add_firewall_list(CLI::App& firewall) {
  CLI::App* command = firewall.add_subcommand("list", firewall_list_description);
  const auto arguments = std::make_shared<ListArguments>();
  CLI::Option* const wanted =
      command->add_option("WHAT", arguments->wanted,
                          "pmtud, rfc4890, a group, an id or what ids begin with; all cases if nothing is given");
  CLI::Option* const json = command->add_flag("--json", arguments->json, "One JSON object");
  command->add_flag("--markdown", arguments->markdown, "All of them as docs/firewall-cases.md")
      ->excludes(json)
      ->excludes(wanted);
  command->callback([arguments] { run_firewall_list(*arguments); });
}

}  // namespace tunstack
