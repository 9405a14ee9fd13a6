#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "tools/commands.hpp"
#include "tools/option_values.hpp"
#include "tools/packet_argument.hpp"
#include "tools/printed_event.hpp"
#include "tools/running_stack.hpp"
#include "tools/screen.hpp"
#include "tunstack/report/bounded_json.hpp"

namespace tunstack {

namespace {

constexpr const char* send_description =
    R"(Have a running stack send a packet out of its device, written as --explain prints packets.

Examples:
  tunstack send '192.0.2.2 > 192.0.2.1  ICMP echo request, id 1, seq 1' --expect 'icmp[icmptype] == icmp-echoreply'
  tunstack send '192.0.2.2 > 192.0.2.1  UDP 4000 > 9, ttl 1, bad checksum'
  tunstack send 4500001c...                             octets in hexadecimal

It leaves as it is: docs/packets.md.
Exit status: 1 if what was expected did not come, or the packet could not leave; 3 if there is no such stack.)";

constexpr double longest_wait = 1e6;  // seconds

struct SendArguments {
  StackChoice stack;
  std::string packet;
  std::optional<std::string> expected;  // a filter of events
  double within = 2;                    // seconds
  bool json = false;
  std::string color;
};

/// Whether a packet came that the filter matches.
bool await_expected(ControlClient& watcher, const SendArguments& arguments) {
  using std::chrono::duration;
  const auto until = std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                                                            duration<double>(arguments.within));
  auto line = watcher.next_line(until);
  for (; line && !line->empty(); line = watcher.next_line(until)) {
    const auto event = parse_object(*line);
    if (!event || event->value("direction", nlohmann::ordered_json()) != "in") continue;  // what was sent matches, too
    print_event(*line, arguments.json ? std::nullopt : std::optional(screen_of(STDOUT_FILENO, arguments.color)));
    return true;
  }
  if (!line)
    throw SystemError(fmt::format("the stack on {} has ended", watcher.name().device), "nobody is there any more",
                      "start it again: tunstack up");
  fmt::print(stderr, "tunstack: nothing came within {} s that '{}' matches\n", arguments.within,
             arguments.expected.value_or(""));
  return false;
}

int run_send(const SendArguments& arguments) {
  const PacketArgument packet = parse_packet_argument(arguments.packet);
  std::optional<ControlClient> watcher;
  if (arguments.expected) {
    watcher.emplace(connect_to_stack(arguments.stack));
    watcher->ask({{"request", "watch"}, {"filter", *arguments.expected}});
  }
  const auto answer = connect_to_stack(arguments.stack)
                          .ask(about(arguments.stack, {{"request", "send"},
                                                       {"octets", fmt::format("{:02x}", fmt::join(packet.octets, ""))},
                                                       {"frame", packet.is_frame}}));
  if (const auto& withheld = answer.at("withheld"); withheld.is_string())
    fmt::print(stderr, "tunstack: not sent, or not yet: {}\n", withheld.get<std::string>());
  if (watcher) return await_expected(*watcher, arguments) ? 0 : 1;
  return answer.at("withheld").is_null() ? 0 : 1;
}

}  // namespace

void add_send(CLI::App& program, int& exit_status) {
  CLI::App* command = program.add_subcommand("send", send_description);
  const auto arguments = std::make_shared<SendArguments>();
  command->add_option("PACKET", arguments->packet, "A packet as it is printed, or in hexadecimal")->required();
  command->add_option("--expect", arguments->expected, "What has to come then, as for 'tunstack watch'")
      ->type_name("FILTER");
  take_duration(*command->add_option("--within", arguments->within, "How long to wait for it")->capture_default_str(),
                0, longest_wait);
  command->add_flag("--json", arguments->json, "What came as a JSON object");
  add_color(*command, arguments->color);
  add_stack_choice(*command, arguments->stack);
  command->callback([arguments, &exit_status] { exit_status = run_send(*arguments); });
}

}  // namespace tunstack
