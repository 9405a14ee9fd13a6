#include <fmt/format.h>

#include <filesystem>

#include "tools/commands.hpp"
#include "tools/firewall_arguments.hpp"
#include "tools/firewall_screen.hpp"
#include "tools/screen.hpp"
#include "tunstack/firewall/report/run_diff.hpp"
#include "tunstack/firewall/report/run_json.hpp"

namespace tunstack {

namespace firewall {

namespace {

constexpr const char* diff_description =
    R"(Send the cases against two packet filters, and print those that they decide differently.

Examples:
  tunstack firewall diff old.nft new.nft --open tcp/22
  tunstack firewall diff accepted.json new.nft          what 'firewall test --save' wrote is not run again
  git show HEAD:fw.nft | tunstack firewall diff - fw.nft

Exit status: 0 if no case fails that did not before; 1 if one does; 2 if the command line or a file is wrong; 3 if a
right, a device or a program is missing.)";

struct DiffArguments {
  FirewallArguments firewall;
  std::string before, after;
  bool json = false, quiet = false;
  std::string color;
};

/// A saved run is an object of JSON; no ruleset begins like one.
bool is_saved_run(const std::string& path) {
  if (path == "-" || !std::filesystem::is_regular_file(path)) return false;
  const std::string text = read_saved(path);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string::npos && text[first] == '{';
}

Run run_of(const std::string& path, const DiffArguments& arguments) {
  if (is_saved_run(path)) return run_from_json(read_saved(path), path);
  FirewallArguments of_one = arguments.firewall;
  of_one.rulesets = {path};
  return run_test(plan_of(of_one), progress_on_stderr(arguments.quiet));
}

int run_firewall_diff(const DiffArguments& arguments) {
  const Run before = run_of(arguments.before, arguments), after = run_of(arguments.after, arguments);
  if (arguments.json)
    fmt::print("{}\n", diff_json(before, after));
  else
    fmt::print("{}", diff_text(before, after, style_of(arguments.color)));
  return new_failures(before, after).empty() ? 0 : exit_failures;
}

}  // namespace

}  // namespace firewall

void add_firewall_diff(CLI::App& firewall, int& exit_status) {
  CLI::App* command = firewall.add_subcommand("diff", firewall::diff_description);
  const auto arguments = std::make_shared<firewall::DiffArguments>();
  command->add_option("OLD", arguments->before, "The rules as they were: a file of rules, or a saved run")->required();
  command->add_option("NEW", arguments->after, "The rules as they will be")->required();
  firewall::add_machine_options(*command, arguments->firewall);
  firewall::add_case_options(*command, arguments->firewall);
  constexpr const char* group = "The report";
  command->add_flag("--json", arguments->json, "One JSON object")->group(group);
  command->add_flag("-q,--quiet", arguments->quiet, "No progress bar")->group(group);
  add_color(*command, arguments->color).group(group);
  command->callback([arguments, &exit_status] { exit_status = firewall::run_firewall_diff(*arguments); });
}

}  // namespace tunstack
