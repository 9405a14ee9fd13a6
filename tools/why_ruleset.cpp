#include "tools/why_ruleset.hpp"

#include <fmt/format.h>

#include <ranges>

#include "tools/firewall_screen.hpp"
#include "tunstack/firewall/catalogue.hpp"
#include "tunstack/firewall/report/case_story.hpp"

namespace tunstack {

void add_ruleset_options(CLI::App& command, firewall::FirewallArguments& arguments) {
  constexpr const char* group = "A packet filter";
  CLI::Option* const rulesets =
      command
          .add_option("--ruleset", arguments.rulesets,
                      "Ask the kernel with these rules of nftables or iptables instead, in a private network; "
                      "repeatable, - for stdin")
          ->type_name("FILE")
          ->allow_extra_args(false)
          ->group(group);
  const std::size_t others = command.get_options({}).size();
  firewall::add_machine_options(command, arguments);
  firewall::add_open_option(command, arguments, group);
  for (CLI::Option* const option : command.get_options({}) | std::views::drop(others)) option->needs(rulesets);
}

void print_answer_of_ruleset(const firewall::FirewallArguments& arguments, const std::string& packet, bool as_json,
                             const std::string& color) {
  firewall::TestPlan plan = firewall::plan_of(arguments);
  plan.cases = {firewall::case_at(firewall::case_of_packet(packet), arguments, plan)};
  const firewall::Run run = firewall::run_test(plan, {});
  if (as_json)
    fmt::print("{}\n", firewall::story_json(run, run.cases[0]));
  else
    fmt::print("{}", firewall::story_text(run, run.cases[0], firewall::style_of(color)));
}

}  // namespace tunstack
