#include "tunstack/run/replay.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "tools/commands.hpp"
#include "tools/host_plan.hpp"
#include "tools/option_values.hpp"
#include "tunstack/capture/recorder.hpp"
#include "tunstack/events/event_json.hpp"
#include "tunstack/explain/summary.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/run/clock.hpp"

namespace tunstack {

namespace {

constexpr const char* replay_description =
    R"(Run a capture through the stack offline, on a clock taken from its timestamps.

Examples:
  tunstack replay in.pcap -w out.pcapng                 what the stack would have sent, with the reasons as comments
  tunstack replay in.pcapng --json --set icmp4.echo=off
  tunstack replay --tap ethernet.pcap --address 198.51.100.7/24

The same capture, options and seed give the same output. Addresses are those of the stack.)";

constexpr double longest_drain = 1e6;  // seconds

struct ReplayArguments {
  HostArguments host;
  std::string input;
  std::optional<std::string> output;
  double drain = 130;  // seconds
};

void refuse_output_that_is_input(const ReplayArguments& arguments) {
  std::error_code unknown;
  if (arguments.output && std::filesystem::equivalent(arguments.input, *arguments.output, unknown))
    throw UsageFault(fmt::format("{} is both input and output", arguments.input),
                     "writing it would lose what is to be replayed", "choose another name for -w");
}

void check_link_type(const CaptureReader& reader, const ReplayArguments& arguments) {
  const bool is_ethernet = reader.link_type() == LinkType::ethernet;
  if (is_ethernet == arguments.host.tap) return;
  throw UsageFault(fmt::format("cannot replay {}", arguments.input),
                   fmt::format("it holds {}", name_of(reader.link_type())),
                   is_ethernet ? "add --tap" : "leave out --tap, which is for Ethernet frames");
}

Instant instant_of(CaptureTime time, CaptureTime start) { return Instant(time - start); }

struct Skipped {
  std::size_t not_ip = 0;
  std::size_t cut_short = 0;
  std::size_t other_times = 0;
};

/// What the stack gets of a captured frame: all of it on a link with addresses, else the datagram in it, if there is
/// one.
std::optional<Received> received_from(const CapturedFrame& frame, LinkType type, CaptureTime start) {
  const Instant now = instant_of(frame.time, start);
  if (type == LinkType::ethernet) return Received{.bytes = frame.bytes, .now = now};
  const auto datagram = datagram_in(type, frame.bytes);
  if (!datagram) return std::nullopt;
  return Received{.bytes = datagram->bytes, .now = now, .link_layer_group = datagram->link_layer_group};
}

/// Feeds all of the capture, beginning with `first`, as long as `is_wanted`.
template <class Wanted>
Skipped feed(CaptureReader& reader, std::optional<CapturedFrame> frame, Replay<Node>& replay, const Wanted& is_wanted) {
  Skipped skipped;
  if (!frame) return skipped;
  const CaptureTime start = frame->time;
  for (; frame && is_wanted(); frame = reader.next()) {
    skipped.cut_short += frame->cut_short;
    skipped.other_times += frame->other_time;
    if (const auto received = received_from(*frame, reader.link_type(), start))
      replay.receive(*received);
    else
      ++skipped.not_ip;
  }
  return skipped;
}

std::string skipped_text(const Skipped& skipped) {
  std::string text;
  if (skipped.not_ip != 0) text += fmt::format("tunstack: {} frames hold no IP and were left out\n", skipped.not_ip);
  if (skipped.cut_short != 0)
    text += fmt::format("tunstack: {} packets were cut short by whoever captured them (tcpdump -s 0 captures all)\n",
                        skipped.cut_short);
  if (skipped.other_times != 0)
    text +=
        fmt::format("tunstack: the times of {} packets lie before 1970 or after 2261; the nearest ones were taken\n",
                    skipped.other_times);
  return text;
}

std::string left_out_text(Duration time) {
  if (time == Duration(0)) return {};
  return fmt::format(
      "tunstack: {:.0f} s in which nothing came were left out: more than {} events would have been in them\n",
      std::chrono::duration<double>(time).count(), Replay<Node>::most_steps);
}

std::string times_changed_text(const std::optional<CaptureWriter>& writer, const std::optional<std::string>& path) {
  if (!writer || !path || writer->times_changed() == 0) return {};
  return fmt::format("tunstack: the times of {} packets do not fit into {}; the nearest ones were written\n",
                     writer->times_changed(), *path);
}

/// Lines that a reader did not want are no fault.
void check_all_written(const Outlet& lines) {
  const OutletReport report = lines.report();
  if (report.left_out == 0 || report.error == EPIPE) return;
  throw UsageFault(fmt::format("cannot write all lines to {}", report.name), std::strerror(report.error),
                   "make room on the file system, and run it again");
}

int run_replay(const ReplayArguments& arguments) {
  HostPlan plan = plan_host(arguments.host);
  refuse_output_that_is_input(arguments);
  CaptureReader reader(arguments.input);
  check_link_type(reader, arguments);
  const auto first = reader.next();
  const CaptureTime start = first ? first->time : CaptureTime{};
  plan.node.time_of_day_at_start = since_midnight(start);

  Node node(plan.node);
  Observers observers;
  Outlet talk(OutputFile::shared(STDERR_FILENO, "stderr"), "lines", WhenFull::wait);
  Outlet json(OutputFile::shared(STDOUT_FILENO, "stdout"), "lines", WhenFull::wait);
  Outlet& lines = plan.json_fd ? json : talk;
  Explainer explainer(plan.explain, talk);
  EventTeller teller;
  EventLog log(json, {"stack", {plan.node.interfaces[0].name}, start}, plan.explain == Explain::drops);
  if (plan.json_fd) {
    teller.add(log);
    observers.add(teller);
  } else {
    observers.add(explainer);
  }
  std::optional<CaptureWriter> writer;
  std::optional<Recorder> recorder;
  if (arguments.output) {
    writer.emplace(*arguments.output, plan.link.tap ? LinkType::ethernet : LinkType::raw_ip);
    observers.add(recorder.emplace(*writer, Recorded::sent, start));
  }
  node.observe(&observers);

  Replay replay(node);
  const auto is_wanted = [&] { return writer || lines.report().flow != Flow::ended; };
  const Skipped skipped = feed(reader, first, replay, is_wanted);
  replay.advance(replay.now() + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(arguments.drain)));
  json.flush();
  talk.put(skipped_text(skipped) + left_out_text(replay.left_out()) + times_changed_text(writer, arguments.output) +
           summary_text(node.counters(), replay.now()));
  talk.flush();
  if (writer) writer->finish();
  check_all_written(json);
  check_all_written(talk);
  return 0;
}

}  // namespace

void add_replay(CLI::App& program, int& exit_status) {
  CLI::App* command = program.add_subcommand("replay", replay_description);
  auto arguments = std::make_shared<ReplayArguments>();
  arguments->host.explain = "all";
  arguments->host.host = {"none"};
  arguments->host.seed = 0;
  command->add_option("IN", arguments->input, "The capture, pcap or pcapng; - is the standard input")->required();
  command->add_option("-w,--write", arguments->output, "Write what is sent to OUT.pcapng or OUT.pcap")
      ->type_name("OUT");
  command->add_flag("--tap", arguments->host.tap,
                    "The capture holds Ethernet frames; those to --mac and to groups are for the stack");
  take_duration(*command->add_option("--drain", arguments->drain, "How long to go on after the last packet, for timers")
                     ->capture_default_str(),
                0, longest_drain);
  add_address_option(*command, arguments->host);
  add_stack_options(*command, arguments->host);
  command->callback([arguments, &exit_status] { exit_status = run_replay(*arguments); });
}

}  // namespace tunstack
