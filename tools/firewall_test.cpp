#include <fmt/format.h>

#include "tools/commands.hpp"
#include "tools/firewall_arguments.hpp"
#include "tools/firewall_screen.hpp"
#include "tools/screen.hpp"
#include "tools/text_file.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/firewall/report/ci_reports.hpp"
#include "tunstack/firewall/report/coverage.hpp"
#include "tunstack/firewall/report/html_report.hpp"
#include "tunstack/firewall/report/run_capture.hpp"
#include "tunstack/firewall/report/run_diff.hpp"
#include "tunstack/firewall/report/run_json.hpp"
#include "tunstack/firewall/report/text_report.hpp"
#include "tunstack/firewall/tester/exhaustive.hpp"
#include "tunstack/firewall/tester/mutation.hpp"
#include "tunstack/firewall/tester/suggestion.hpp"

namespace tunstack {

namespace firewall {

namespace {

constexpr const char* test_description =
    R"(Try a ruleset of nftables or iptables against hostile and necessary packets, and say which rule decided.

Examples:
  tunstack firewall test /etc/nftables.conf --open tcp/22,tcp/80
  sudo nft list ruleset | tunstack firewall test - --like-host
  tunstack firewall test rules.v4 rules.v6                   what iptables-save and ip6tables-save wrote
  tunstack firewall test router.nft --router outside=eth0,inside=eth1
  tunstack firewall test fw.nft --expect '198.51.100.7 > host TCP 22 [S] => dropped'
  tunstack firewall test fw.nft --only pmtud --suggest
  tunstack firewall test fw.nft --against accepted.json --annotations

The ruleset is loaded into a network of its own, which nobody else sees, and no rights are needed for that; packets
come in by a device that is named as the ruleset wants it. Each case runs without rules and with connection tracking
alone first, so that what rules do is told from what the kernel does anyway.

Exit status: 0 if nothing failed, 1 if something did, 2 if the command line or a file is wrong, 3 if a right, a device
or a program is missing, 4 if a case that must pass could not be tried.)";

struct Outputs {
  bool json = false, annotations = false, coverage = false, strict = false, quiet = false;
  bool suggest = false;
  bool mutate = false, exhaustive = false;  // in place of the report
  std::string junit, html, capture, save, against, color;
};

struct TestArguments {
  FirewallArguments firewall;
  Outputs outputs;
};

void print_run(const Run& run, const Outputs& outputs) {
  const TextStyle style = style_of(outputs.color);
  if (outputs.json)
    fmt::print("{}\n", to_json(run));
  else if (outputs.annotations)
    fmt::print("{}", annotations(run));
  else
    fmt::print("{}", text_report(run, style));
  if (outputs.coverage && !outputs.json) fmt::print("\n{}", coverage_text(run, style.width));
  if (!outputs.junit.empty()) write_text_file(outputs.junit, junit_report(run));
  if (!outputs.html.empty()) write_text_file(outputs.html, html_report(run));
  if (!outputs.capture.empty()) write_capture(run, outputs.capture);
  if (!outputs.save.empty()) write_text_file(outputs.save, to_json(run) + "\n");
}

std::optional<Run> accepted_run(const Outputs& outputs) {
  if (outputs.against.empty()) return std::nullopt;
  return run_from_json(read_saved(outputs.against), outputs.against);
}

int status_of(const std::optional<Run>& accepted, const Run& run, const Outputs& outputs) {
  if (!accepted) return exit_status_of(run, outputs.strict);
  fmt::print("{}", against_text(*accepted, run, style_of(outputs.color)));
  return new_failures(*accepted, run).empty() ? 0 : exit_failures;
}

int run_firewall_test(const TestArguments& arguments) {
  const TestPlan plan = plan_of(arguments.firewall);
  const auto accepted = accepted_run(arguments.outputs);
  const OnProgress progress = progress_on_stderr(arguments.outputs.quiet);
  if (arguments.outputs.mutate) {
    const MutationReport report = mutate(plan, progress);
    fmt::print("{}", arguments.outputs.json ? mutation_json(report) + "\n" : mutation_text(report));
    return 0;
  }
  if (arguments.outputs.exhaustive) {
    const auto maps = map_icmp(plan, progress);
    fmt::print("{}", arguments.outputs.json ? icmp_map_json(maps) + "\n" : icmp_map_text(maps));
    return 0;
  }
  Run run = run_test(plan, progress);
  if (arguments.outputs.suggest) suggest(plan, run, progress);
  print_run(run, arguments.outputs);
  return status_of(accepted, run, arguments.outputs);
}

void add_output_options(CLI::App& command, Outputs& outputs) {
  constexpr const char* group = "The report";
  command.add_flag("--json", outputs.json, "The whole run as one JSON object")->group(group);
  command.add_flag("--annotations", outputs.annotations, "Lines that a workflow shows at the rules")->group(group);
  command.add_flag("--suggest", outputs.suggest, "For each failure a rule that mends it, tried beside all cases")
      ->excludes(command.get_option("--live"))
      ->excludes(command.get_option("--script"))
      ->group(group);
  command.add_flag("--coverage", outputs.coverage, "Which rules no packet reached")->group(group);
  command
      .add_flag("--mutate", outputs.mutate,
                "Instead: what each rule is for, tried by removing and turning round one at a time")
      ->group(group);
  command.add_flag("--exhaustive", outputs.exhaustive, "Instead: every type and code of ICMP, in both families")
      ->group(group);
  for (const auto& [name, path, what] : std::initializer_list<std::tuple<const char*, std::string*, const char*>>{
           {"--junit", &outputs.junit, "Write JUnit's XML"},
           {"--html", &outputs.html, "Write one page for browsers"},
           {"--capture", &outputs.capture, "Write all packets with case, verdict and rule as comments: pcapng"},
           {"--save", &outputs.save, "Write the run as JSON, for --against and 'firewall diff'"},
           {"--against", &outputs.against, "Fail only for what did not fail in this saved run"}})
    command.add_option(name, *path, what)->type_name("FILE")->group(group);
  command.add_flag("--strict", outputs.strict, "Warnings are failures")->group(group);
  command.add_flag("-q,--quiet", outputs.quiet, "No progress bar")->group(group);
  add_color(command, outputs.color).group(group);
}

}  // namespace

}  // namespace firewall

void add_firewall_test(CLI::App& firewall, int& exit_status) {
  CLI::App* command = firewall.add_subcommand("test", firewall::test_description);
  const auto arguments = std::make_shared<firewall::TestArguments>();
  command
      ->add_option("RULESET", arguments->firewall.rulesets, "Files of rules, loaded one after the other; - for stdin")
      ->expected(0, -1);
  command
      ->add_flag("--live", arguments->firewall.is_live,
                 "The rules of this host as they are, by a device that is added to it and taken away again; which rule "
                 "decided cannot be seen then. No rule is changed. As root")
      ->group("The machine");
  firewall::add_machine_options(*command, arguments->firewall);
  firewall::add_case_options(*command, arguments->firewall);
  firewall::add_output_options(*command, arguments->outputs);
  command->callback([arguments, &exit_status] {
    if (arguments->firewall.rulesets.empty() && !arguments->firewall.is_live)
      throw UsageFault("no ruleset is named", "a test needs rules",
                       "tunstack firewall test FILE, or - for stdin; --live for the rules of this host");
    exit_status = firewall::run_firewall_test(*arguments);
  });
}

}  // namespace tunstack
