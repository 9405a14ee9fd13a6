#include "tunstack/run/replay.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <list>

#include "tools/capture_output.hpp"
#include "tools/commands.hpp"
#include "tools/lab_host.hpp"
#include "tools/option_values.hpp"
#include "tools/recorded_host.hpp"
#include "tools/replay_feed.hpp"
#include "tools/screen.hpp"
#include "tunstack/capture/recorder.hpp"
#include "tunstack/events/event_json.hpp"
#include "tunstack/explain/story.hpp"
#include "tunstack/explain/summary.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/network/at_doors.hpp"
#include "tunstack/run/clock.hpp"

namespace tunstack {

namespace {

constexpr const char* replay_description =
    R"(Run a capture through the stack offline, on a clock taken from its timestamps.

Examples:
  tunstack replay bug.pcapng                            a capture of tunstack: is the same sent again?
  tunstack replay in.pcap --address auto                any other: play the host that it is about
  tunstack replay in.pcap --capture out.pcapng          all packets, and what comes of each as its comment
  tunstack replay in.pcap -w out.pcapng                 what the stack would have sent, with the reasons

The same capture, options and seed give the same output. Exit status 1: what is sent now is not what the capture
has. See docs/captures.md.)";

constexpr int exit_different = 1;

constexpr double longest_drain = 1e6;  // seconds

struct ReplayArguments {
  HostArguments host;
  std::string input;
  std::optional<std::string> output;   // for what is sent
  std::optional<std::string> capture;  // for all packets
  double drain = 130;                  // seconds
};

void refuse_outputs(const ReplayArguments& arguments) {
  bool to_stdout = arguments.host.json;
  for (const auto& output : {arguments.output, arguments.capture}) {
    std::error_code unknown;
    if (output && std::filesystem::equivalent(arguments.input, *output, unknown))
      throw UsageFault(fmt::format("{} is both input and output", arguments.input),
                       "writing it would lose what is to be replayed", "choose another name for the output");
    if (output && is_standard_output(*output) && std::exchange(to_stdout, true))
      throw UsageFault("the capture cannot go to the standard output",
                       "something else goes there, too: nobody could tell them apart", "choose a file for one of them");
  }
  if (arguments.output && arguments.output == arguments.capture)
    throw UsageFault(fmt::format("{} is given twice", *arguments.output),
                     "-w writes what is sent, --capture all packets", "choose another name for one of them");
}

/// A link has addresses if the capture has frames.
void take_link_type(const CaptureReader& reader, ReplayArguments& arguments) {
  const bool is_ethernet = reader.link_type() == LinkType::ethernet;
  if (arguments.host.tap && !is_ethernet)
    throw UsageFault(fmt::format("cannot replay {} as frames", arguments.input),
                     fmt::format("it holds {}", name_of(reader.link_type())), "leave out --tap");
  arguments.host.tap = is_ethernet;
}

std::string texts_of(const GuessedHost& host, std::string_view separator) {
  std::string text;
  for (const IpPrefix& address : host.addresses)
    text += fmt::format("{}{}", text.empty() ? "" : separator, to_text(address));
  return text;
}

/// The host was there before the capture began: nobody else has its addresses.
void play_host_of_capture(ReplayArguments& arguments) {
  if (arguments.input == "-")
    throw UsageFault("--address auto cannot read the standard input", "it reads the capture twice", "give it a file");
  CaptureReader reader(arguments.input);
  HostGuess guess(reader.link_type());
  while (const auto frame = reader.next())
    if (frame->direction != Direction::out) guess.see(frame->bytes);
  const GuessedHost host = guess.host();
  if (host.addresses.empty())
    throw UsageFault(fmt::format("{} is about no host", arguments.input),
                     "no packet in it goes from one host to another", "give the addresses with --address ADDR/LEN");
  HostArguments& played = arguments.host;
  played.addresses.clear();
  for (const IpPrefix& address : host.addresses) played.addresses.push_back(to_text(address));
  if (host.mac && !played.mac) played.mac = to_text(*host.mac);
  played.settings.insert(played.settings.begin(), {"dad.transmits=0", "acd.enable=off"});
}

bool wants_guess(const HostArguments& host) { return host.addresses == std::vector<std::string>{"auto"}; }

/// Whether anything that arrived was for the stack.
struct Heard final : Observer {
  void decided(const Decision& decision) override { any |= verdict_name(decision) != "drop"; }
  bool any = false;
};

std::string nobody_here_text(const ReplayFeed& feed, const Heard& heard, const HostArguments& arguments) {
  const GuessedHost host = feed.guess();
  if (feed.count() == 0 || heard.any || !arguments.addresses.empty() || host.addresses.empty()) return {};
  return fmt::format("tunstack: none of this is for the stack; most packets are for {}\n  try: --address auto\n",
                     texts_of(host, ", "));
}

std::string left_out_text(Duration time) {
  if (time == Duration(0)) return {};
  return fmt::format(
      "tunstack: {:.0f} s in which nothing came were left out: more than {} events would have been in them\n",
      std::chrono::duration<double>(time).count(), Replay<Network>::most_steps);
}

std::string times_changed_text(const CaptureWriter& writer, const std::string& path) {
  const std::size_t changed = writer.times_changed();
  if (changed == 0) return {};
  return fmt::format("tunstack: the {} not fit into {}; the nearest one was written\n",
                     changed == 1 ? "time of 1 packet does" : fmt::format("times of {} packets do", changed), path);
}

bool stdout_is_taken(const ReplayArguments& arguments) {
  return (arguments.output && is_standard_output(*arguments.output)) ||
         (arguments.capture && is_standard_output(*arguments.capture));
}

/// Lines that a reader did not want are no fault.
void check_all_written(const Outlet& lines) {
  const OutletReport report = lines.report();
  if (report.left_out == 0 || report.error == EPIPE) return;
  throw UsageFault(fmt::format("cannot write all lines to {}", report.name), std::strerror(report.error),
                   "make room on the file system, and run it again");
}

/// A capture that is written, and who writes it.
struct Written {
  Written(const std::string& path_, const CaptureSource& source, Recorded recorded, CaptureTime start)
      : path(path_), writer(path_, source), recorder(writer, recorded, start) {}

  std::string path;
  CaptureWriter writer;
  Recorder recorder;
};

/// The host of the command line and, where it is a capture of ours, of the capture.
HostPlan plan_replay(ReplayArguments& arguments, const CLI::App& command, const CaptureReader& reader,
                     const std::optional<CaptureOrigin>& origin) {
  take_link_type(reader, arguments);
  if (wants_guess(arguments.host)) play_host_of_capture(arguments);
  if (origin)
    take_recorded(*origin, command, arguments.host);
  else if (!arguments.host.seed)
    arguments.host.seed = 0;
  HostPlan plan = plan_host(arguments.host);
  if (plan.links[0].tap != arguments.host.tap)
    throw UsageFault(fmt::format("cannot replay {} in this lab", arguments.input),
                     fmt::format("it holds {}, and the link of its door {} frames", name_of(reader.link_type()),
                                 plan.links[0].tap ? "has" : "has no"),
                     "--with link.NAME.tap=true or false");
  if (origin)
    for (std::size_t i = 0; i < std::min(plan.node.interfaces.size(), origin->links_are_up.size()); ++i)
      plan.node.interfaces[i].up = origin->links_are_up[i];
  return plan;
}

int run_replay(ReplayArguments arguments, const CLI::App& command) {
  refuse_outputs(arguments);
  CaptureReader reader(arguments.input);
  const std::optional<CaptureOrigin> origin = wants_guess(arguments.host) ? std::nullopt : reader.origin();
  HostPlan plan = plan_replay(arguments, command, reader, origin);
  const auto first = reader.next();
  const CaptureTime start = origin ? origin->started : first ? first->time : CaptureTime{};
  plan.node.time_of_day_at_start = since_midnight(start);

  Network network(network_plan(plan, plan.node));
  network.enter_behind_links();
  Observers observers;
  Outlet talk(OutputFile::shared(STDERR_FILENO, "stderr"), "lines", WhenFull::wait);
  Outlet data(OutputFile::shared(STDOUT_FILENO, "stdout"), "lines", WhenFull::wait);
  Outlet& lines = stdout_is_taken(arguments) ? talk : data;
  Explainer explainer(plan.explain, lines, screen_of(&lines == &talk ? STDERR_FILENO : STDOUT_FILENO, plan.color),
                      network.place_names());
  EventTeller teller;
  EventLog log(lines, {network.place_names(), start}, plan.explain == Explain::drops);
  teller.add(log);
  StoryTeller stories(lines, network);
  if (plan.explain == Explain::story) network.watch_traffic(&stories);
  if (plan.json_fd)
    observers.add(teller);
  else if (plan.explain == Explain::story)
    observers.add(stories);
  else
    observers.add(explainer);
  Heard heard;
  observers.add(heard);
  std::list<Written> captures;
  std::list<AtDoors> at_doors;
  const auto observe_doors = [&](Observer& observer) {
    network.is_single() ? observers.add(observer) : observers.add(at_doors.emplace_back(network, observer));
  };
  const CaptureSource source = capture_source(plan.node, plan.arguments, start);
  const auto write = [&](const std::optional<std::string>& path, Recorded recorded) {
    if (path) observe_doors(captures.emplace_back(*path, source, recorded, start).recorder);
  };
  write(arguments.output, Recorded::sent);
  write(arguments.capture, Recorded::all);
  std::optional<Comparison> comparison;
  if (origin) observe_doors(comparison.emplace(arguments.host.tap));
  network.observe(&observers);

  Replay replay(network);
  ReplayFeed feed(reader, network, replay, start, comparison ? &*comparison : nullptr);
  feed.feed(first, [&] { return comparison || !captures.empty() || lines.report().flow != Flow::ended; });
  replay.advance(replay.now() + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(arguments.drain)));
  data.flush();
  talk.put(feed.left_out_text() + left_out_text(replay.left_out()));
  for (const Written& capture : captures) talk.put(times_changed_text(capture.writer, capture.path));
  talk.put(summary_text(network.counters(), replay.now(), plan.summary) +
           nobody_here_text(feed, heard, arguments.host));
  if (comparison) talk.put(comparison_text(*comparison));
  talk.flush();
  for (Written& capture : captures) capture.writer.finish();
  check_all_written(data);
  check_all_written(talk);
  return comparison && comparison->first_difference() ? exit_different : 0;
}

}  // namespace

void add_replay(CLI::App& program, int& exit_status) {
  CLI::App* command = program.add_subcommand("replay", replay_description);
  auto arguments = std::make_shared<ReplayArguments>();
  arguments->host.explain = "all";
  arguments->host.host = {"none"};
  command->add_option("IN", arguments->input, "The capture, pcap or pcapng; - is the standard input")->required();
  command->add_option("-w,--write", arguments->output, "Write what is sent to OUT.pcapng or OUT.pcap")
      ->type_name("OUT");
  command
      ->add_option("--capture", arguments->capture,
                   "Write all packets, each with the decision as its comment, to OUT.pcapng")
      ->type_name("OUT");
  command->add_flag("--tap", arguments->host.tap, "Refuse a capture that holds no Ethernet frames");
  take_duration(*command->add_option("--drain", arguments->drain, "How long to go on after the last packet, for timers")
                     ->capture_default_str(),
                0, longest_drain);
  add_verbose_option(*command, arguments->host);
  add_address_option(*command, arguments->host);
  add_stack_options(*command, arguments->host);
  command->get_option("--address")
      ->description("ADDR/LEN of the stack; repeatable; 'auto': the host that the capture is about");
  command->get_option("--explain")
      ->description(
          "One line on stdout for each decision: =all (if nothing is given), =drops, =off; for each packet: =story");
  command->callback([arguments, command, &exit_status] {
    refuse_lab_conflicts(*command);
    exit_status = run_replay(*arguments, *command);
  });
}

}  // namespace tunstack
