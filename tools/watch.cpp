#include <fmt/format.h>

#include <cstdio>

#include "tools/commands.hpp"
#include "tools/running_stack.hpp"
#include "tunstack/events/event_text.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/report/bounded_json.hpp"

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
};

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

/// False once nobody reads any more.
bool print_line(const std::string& line, bool json) {
  if (json) {
    fmt::print("{}\n", line);
  } else if (const auto event = parse_object(line)) {
    fmt::print("{}\n", event_text(*event));
  }
  return std::fflush(stdout) == 0;
}

void run_watch(const WatchArguments& arguments) {
  ControlClient stack = connect_to_stack(arguments.stack);
  stack.ask({{"request", "watch"}, {"filter", joined(arguments.filter)}, {"drops", arguments.drops}});
  while (const auto line = stack.next_line())
    if (!print_line(*line, arguments.json)) return;
}

}  // namespace

void add_watch(CLI::App& program) {
  CLI::App* command = program.add_subcommand("watch", watch_description);
  const auto arguments = std::make_shared<WatchArguments>();
  command->add_option("FILTER", arguments->filter,
                      "Which packets: pcap-filter(7), and verdict, reason, node, interface");
  command->add_flag("--drops", arguments->drops, "Only what stayed without an answer");
  command->add_flag("--json", arguments->json, "One JSON object a line");
  add_stack_choice(*command, arguments->stack);
  command->callback([arguments] { run_watch(*arguments); });
}

}  // namespace tunstack
