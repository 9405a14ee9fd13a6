#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "tools/commands.hpp"
#include "tools/printed_event.hpp"
#include "tools/running_stack.hpp"
#include "tools/screen.hpp"

namespace tunstack {

namespace {

constexpr const char* watch_description =
    R"(Print what a running stack decides, as it happens, from another terminal.

Examples:
  tunstack watch
  tunstack watch 'icmp and not verdict reply'     pcap-filter(7), and verdict, reason, node, interface
  tunstack watch --drops --json | jq .reason

A reader that is too slow loses events, and is told how many. Exit status: 3 if there is no such stack.)";

struct WatchArguments {
  StackChoice stack;
  std::vector<std::string> filter;
  bool drops = false;
  bool json = false;
  std::string color;
};

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

/// Of one node alone, where one is named.
std::string filter_of(const WatchArguments& arguments) {
  std::string filter = joined(arguments.filter);
  if (!arguments.stack.node) return filter;
  return "node " + *arguments.stack.node + (filter.empty() ? "" : " and (" + filter + ")");
}

void run_watch(const WatchArguments& arguments) {
  ControlClient stack = connect_to_stack(arguments.stack);
  stack.ask({{"request", "watch"}, {"filter", filter_of(arguments)}, {"drops", arguments.drops}});
  const auto screen = arguments.json ? std::nullopt : std::optional(screen_of(STDOUT_FILENO, arguments.color));
  while (const auto line = stack.next_line())
    if (!print_event(*line, screen)) return;
}

}  // namespace

void add_watch(CLI::App& program) {
  CLI::App* command = program.add_subcommand("watch", watch_description);
  const auto arguments = std::make_shared<WatchArguments>();
  command->add_option("FILTER", arguments->filter,
                      "Which packets: pcap-filter(7), and verdict, reason, node, interface");
  command->add_flag("--drops", arguments->drops, "Only what stayed without an answer");
  command->add_flag("--json", arguments->json, "One JSON object a line");
  add_color(*command, arguments->color);
  add_stack_choice(*command, arguments->stack);
  command->callback([arguments] { run_watch(*arguments); });
}

}  // namespace tunstack
