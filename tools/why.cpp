#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "tools/commands.hpp"
#include "tools/host_plan.hpp"
#include "tools/option_values.hpp"
#include "tools/packet_argument.hpp"
#include "tools/running_oracle.hpp"
#include "tunstack/capture/reader.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/options/suggestion.hpp"
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
  tunstack why icmp4_echo_to_group                      one reason
  tunstack why --running '192.0.2.1 > 192.0.2.2  UDP 1 > 2'   as the stack is that runs now

A packet is written as --explain prints it; what is not said gets the plainest value: docs/packets.md.)";

struct WhyArguments {
  HostArguments host;
  std::string question;
  bool with_octets = false;
  bool running = false;
  StackChoice stack;
};

// ---- a question that is a packet of a capture ----

struct InCapture {
  std::string path;
  std::size_t number = 0;  // from 1
};

/// FILE:N, where there is such a file.
std::optional<InCapture> in_capture(const std::string& question) {
  const std::size_t colon = question.rfind(':');
  if (colon == std::string::npos || colon + 1 == question.size()) return std::nullopt;
  InCapture found{question.substr(0, colon)};
  const char* const end = question.data() + question.size();
  const auto [last, error] = std::from_chars(question.data() + colon + 1, end, found.number);
  std::error_code unknown;
  if (error != std::errc{} || last != end || !std::filesystem::exists(found.path, unknown)) return std::nullopt;
  return found;
}

why::Octets read_capture(const InCapture& wanted, why::World& world, std::vector<why::Earlier>& earlier) {
  CaptureReader reader(wanted.path);
  std::size_t number = 0;
  std::optional<CaptureTime> start;
  while (const auto frame = reader.next()) {
    ++number;
    if (!start) start = frame->time;
    const auto datagram = datagram_in(reader.link_type(), frame->bytes);
    if (number == wanted.number) {
      world.earlier = earlier;
      world.after_start = frame->time - *start;
      world.link_layer_group = datagram && datagram->link_layer_group;
      if (datagram) return {datagram->bytes.begin(), datagram->bytes.end()};
      throw UsageFault(fmt::format("packet {} of {} holds no IP", number, wanted.path),
                       "questions are about IPv4 and IPv6 packets", "choose another one");
    }
    if (datagram && frame->direction != Direction::out)
      earlier.push_back(
          {{datagram->bytes.begin(), datagram->bytes.end()}, frame->time - *start, datagram->link_layer_group});
  }
  throw UsageFault(fmt::format("{} has no packet {}", wanted.path, wanted.number),
                   fmt::format("it holds {}, counted from 1", number), "choose another number");
}

// ---- a question in words ----

why::Octets packet_in(const std::string& question, why::World& world, std::vector<why::Earlier>& earlier) {
  if (const auto wanted = in_capture(question)) return read_capture(*wanted, world, earlier);
  const PacketArgument packet = parse_packet_argument(question);
  if (!packet.is_frame) return packet.octets;
  throw UsageFault("this is an Ethernet frame", "questions are about IPv4 and IPv6 packets",
                   "write it without the Ethernet addresses in front");
}

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

void print_example(const std::optional<why::Example>& example) {
  if (!example)
    return fmt::print(
        "  no single packet to this host is an example: it takes more than one, or another kind of node\n");
  fmt::print("  example: {}\n", why::packet_line(example->packet));
  fmt::print("           tunstack why '{:02x}'{}{}\n", fmt::join(example->packet, ""),
             example->setting.empty() ? "" : " --set ", example->setting);
}

void print_reason(const WhyArguments& arguments, const std::string& name) {
  std::vector<std::string> names;
  for (const ReasonInfo& reason : all_reasons()) {
    names.emplace_back(reason.name);
    if (reason.name != name) continue;
    if (arguments.host.json) return fmt::print("{}\n", why::reason_json(reason).dump(2));
    fmt::print("{}", why::reason_text(reason));
    return print_example(why::example_of(reason, {plan_host(arguments.host).node}));
  }
  throw UsageFault(fmt::format("'{}' is no reason", name), "'tunstack rules' lists all of them",
                   fmt::format("{}tunstack rules", did_you_mean(name, names)));
}

/// Of one that has no state but that of its options, or of the stack that runs.
void print_answer_of(why::Oracle& oracle, const why::Octets& packet, const WhyArguments& arguments) {
  const auto outcome = oracle.ask(packet, {});
  if (!outcome) return;  // only a setting can be impossible
  why::Answer answer{.packet = packet, .outcome = *outcome, .others = {}};
  answer.others = why::other_answers(oracle, packet, answer.outcome);
  if (arguments.host.json)
    fmt::print("{}\n", why::answer_json(answer).dump(2));
  else
    fmt::print("{}", why::answer_text(answer, arguments.with_octets));
}

void print_answer(const WhyArguments& arguments, const std::string& question) {
  why::World world{plan_host(arguments.host).node};
  std::vector<why::Earlier> earlier;
  const why::Octets packet = packet_in(question, world, earlier);
  if (!arguments.running) {
    why::WorldOracle oracle(world);
    return print_answer_of(oracle, packet, arguments);
  }
  if (!earlier.empty())
    throw UsageFault("a running stack has not heard the packets before this one", "FILE:N replays them first",
                     "ask about packet 1, or without --running");
  RunningOracle oracle(connect_to_stack(arguments.stack));
  print_answer_of(oracle, packet, arguments);
}

void run_why(const WhyArguments& arguments) {
  const std::string question = arguments.question == "-" ? from_stdin() : arguments.question;
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
  command.add_flag("--running", arguments->running, "Ask the stack that runs, in the state that it is in; it stays so");
  take_number(*command.add_option("--pid", arguments->stack.pid, "That stack's process"), 1, 4'194'304, "PID");
  command.add_flag("-x", arguments->with_octets, "The octets of what is sent, too");
  add_address_option(command, arguments->host);
  add_stack_options(command, arguments->host);
  command.callback([arguments] { run_why(*arguments); });
}

}  // namespace tunstack
