#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "tools/commands.hpp"
#include "tools/host_plan.hpp"
#include "tools/lab_host.hpp"
#include "tools/option_values.hpp"
#include "tools/running_oracle.hpp"
#include "tools/why_question.hpp"
#include "tools/why_ruleset.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/options/suggestion.hpp"
#include "tunstack/why/arriving_frame.hpp"
#include "tunstack/why/examples.hpp"
#include "tunstack/why/why_text.hpp"

namespace tunstack {

namespace {

constexpr const char* why_description =
    R"(Say what the stack would do with a packet, which rule decides, and what would bring another answer. Nothing is sent.

Examples:
  tunstack why '192.0.2.1 > 192.0.2.255  ICMP echo request'
  tunstack why '192.0.2.1 > 192.0.2.2  UDP 4444 > 33434, ttl 1' --set icmp4.error_rate=0
  tunstack why 4500001c...                              a packet in hexadecimal
  tunstack why in.pcap:12                               packet 12, with those before it
  tunstack why --tap 'ARP who has 192.0.2.2, tell 192.0.2.1'   a frame of Ethernet
  tunstack why icmp4_echo_to_group                      one reason
  tunstack why --running '192.0.2.1 > 192.0.2.2  UDP 1 > 2'   as the stack is that runs now
  tunstack why --ruleset fw.nft 'far > host TCP 40000 > 22 [S]'   the kernel's filter, rule by rule

A packet is written as --explain prints it; what is not said gets the plainest value: docs/packets.md.)";

struct WhyArguments {
  HostArguments host;
  std::string question;
  bool with_octets = false;
  bool running = false;
  StackChoice stack;
  firewall::FirewallArguments filter;
};

std::string from_stdin() {
  std::string text;
  for (int letter = std::getchar(); letter != EOF && text.size() < 200'000; letter = std::getchar())
    text += static_cast<char>(letter);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

// ---- answers ----

bool looks_like_reason(const std::string& question) {
  return question.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos &&
         question.find('_') != std::string::npos;
}

void print_example(const std::optional<why::Example>& example, const NodeConfig& node) {
  if (!example)
    return fmt::print(
        "  no single packet to this host is an example: it takes more than one, or another kind of node or link\n");
  const bool is_frame = why::has_frames(node);
  fmt::print("  example: {}\n", why::packet_line(example->packet, is_frame));
  fmt::print("           tunstack why{} '{:02x}'{}{}\n", is_frame ? " --tap" : "", fmt::join(example->packet, ""),
             example->setting.empty() ? "" : " --set ", example->setting);
}

void print_reason(const WhyArguments& arguments, const std::string& name) {
  std::vector<std::string> names;
  for (const ReasonInfo& reason : all_reasons()) {
    names.emplace_back(reason.name);
    if (reason.name != name) continue;
    if (arguments.host.json) return fmt::print("{}\n", why::reason_json(reason).dump(2));
    fmt::print("{}", why::reason_text(reason));
    const NodeConfig node = plan_host(arguments.host).node;
    return print_example(why::example_of(reason, {.node = node, .knows_neighbors = true}), node);
  }
  throw UsageFault(fmt::format("'{}' is no reason", name), "'tunstack rules' lists all of them",
                   fmt::format("{}tunstack rules", did_you_mean(name, names)));
}

/// Of one that has no state but that of its options, or of the stack that runs.
void print_answer_of(why::Oracle& oracle, const why::Octets& packet, const WhyArguments& arguments) {
  const auto outcome = oracle.ask(packet, {});
  if (!outcome) return;  // only a setting can be impossible
  why::Answer answer{.packet = packet, .outcome = *outcome, .others = {}, .is_frame = why::has_frames(oracle.node())};
  answer.others = why::other_answers(oracle, packet, answer.outcome);
  if (arguments.host.json)
    fmt::print("{}\n", why::answer_json(answer).dump(2));
  else
    fmt::print("{}", why::answer_text(answer, arguments.with_octets));
}

void print_answer_of_running(const WhyArguments& arguments, const std::string& text) {
  RunningOracle oracle(arguments.stack);
  const WhyQuestion question = read_question(text, oracle.node());
  if (!question.earlier.empty())
    throw UsageFault("a running stack has not heard the packets before this one", "FILE:N replays them first",
                     "ask about packet 1, or without --running");
  print_answer_of(oracle, question.packet, arguments);
}

void print_answer(const WhyArguments& arguments, const std::string& text) {
  if (arguments.running) return print_answer_of_running(arguments, text);
  const HostPlan plan = plan_host(arguments.host);
  const WhyQuestion question = read_question(text, plan.node);
  const why::World world{plan.node,
                         question.earlier,
                         question.after_start,
                         question.link_layer_group,
                         !question.is_captured,
                         [&](const NodeConfig& first) { return network_plan(plan, first); }};
  why::WorldOracle oracle(world);
  print_answer_of(oracle, question.packet, arguments);
}

void run_why(const WhyArguments& arguments) {
  const std::string question = arguments.question == "-" ? from_stdin() : arguments.question;
  if (!arguments.filter.rulesets.empty())
    return print_answer_of_ruleset(arguments.filter, question, arguments.host.json, arguments.host.color);
  if (looks_like_reason(question)) return print_reason(arguments, question);
  print_answer(arguments, question);
}

}  // namespace

void add_why(CLI::App& program) {
  CLI::App& command = *program.add_subcommand("why", why_description);
  const auto arguments = std::make_shared<WhyArguments>();
  command
      .add_option("QUESTION", arguments->question,
                  "A packet as it is printed or in hexadecimal, FILE:N, the name of a reason, or '-' for stdin")
      ->required();
  command.add_flag("--tap", arguments->host.tap,
                   "Of a stack on Ethernet: frames are asked about, and digits are frames");
  CLI::Option* const running = command.add_flag("--running", arguments->running,
                                                "Ask the stack that runs, in the state that it is in; it stays so");
  take_number(*command.add_option("--pid", arguments->stack.pid, "That stack's process"), 1, 4'194'304, "PID");
  command.add_option("--node", arguments->stack.node, "That stack's node, of a chain: it alone is asked")
      ->type_name("NAME")
      ->needs(running);
  command.add_flag("-x", arguments->with_octets, "The octets of what is sent, too");
  add_address_option(command, arguments->host);
  add_stack_options(command, arguments->host);
  add_ruleset_options(command, arguments->filter);
  command.callback([&command, arguments] {
    refuse_lab_conflicts(command);
    run_why(*arguments);
  });
}

}  // namespace tunstack
