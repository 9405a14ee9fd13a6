#include <fmt/format.h>

#include <cstdio>

#include "protocols/wire/ip_version.hpp"
#include "protocols/wire/ipv4.hpp"
#include "protocols/wire/ipv6.hpp"
#include "tools/commands.hpp"
#include "tools/lab_arguments.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/lab/closed_world.hpp"

namespace tunstack {

namespace {

constexpr const char* ping_description =
    R"(Ping somebody in a lab, from one of its nodes, in virtual time.

Examples:
  tunstack ping --lab pmtud server -c 3 -s 1400 -M do
  tunstack ping --lab chain --as r1 server -c 2 -R

Options behind the target are those of ping(8): -c -i -s -t -W -M -Q -R -T -p and more.

Exit status: 0 if the target answered, 1 if not, 2 if the command line is wrong.)";

constexpr const char* traceroute_description =
    R"(Trace the way to somebody in a lab, from one of its nodes, in virtual time, and say why a star is a star.

Examples:
  tunstack traceroute --lab chain server
  tunstack traceroute --lab black-hole --as host server -n -q 1

Options behind the target are those of traceroute(8): -n -q -m -f -w -I -T -U -e --mtu and more.

Exit status: 0 if the target was reached, 1 if not, 2 if the command line is wrong.)";

struct ClientArguments {
  LabArguments lab;
  std::string as;
  std::vector<std::string> words;
};

bool is_to_group(Bytes datagram) {
  if (datagram.empty()) return false;  // of a note about no packet
  if (ip_version(datagram) == 4)
    return datagram.size() >= ipv4_header_size && datagram[ipv4_offset::destination] >> 4U == 0xe;
  return datagram.size() >= ipv6_header_size && datagram[ipv6_offset::destination] == 0xff;
}

/// Decisions of other nodes that ended packets without a word of the node, as lines: what a star hides.
class Silences final : public EventSink {
 public:
  Silences(EventNames names, std::string asker) : names_(std::move(names)), asker_(std::move(asker)) {}
  void take(const Event& event) override {
    if (names_.places.node(event.node) == asker_ || is_to_group(event.packet)) return;
    const bool is_silent = event.kind == EventKind::noted ? info(event.reason).name.starts_with("misbehave_") ||
                                                                info(event.reason).name.starts_with("link_")
                                                          : event.kind == EventKind::decided && event.verdict == "drop";
    if (!is_silent) return;
    const std::string line =
        fmt::format("{}: {} ({})", names_.places.node(event.node), info(event.reason).text, info(event.reason).name);
    if (const auto known = std::ranges::find(lines_, line, &Line::text); known != lines_.end())
      ++known->count;
    else if (lines_.size() < most_lines)
      lines_.push_back({line, 1});
  }
  std::string text() const {
    std::string text;
    for (const Line& line : lines_)
      text += fmt::format("  {}{}\n", line.text, line.count > 1 ? fmt::format(", {} times", line.count) : "");
    return text;
  }

 private:
  static constexpr std::size_t most_lines = 20;
  struct Line {
    std::string text;
    std::size_t count;
  };
  EventNames names_;
  std::string asker_;
  std::vector<Line> lines_;
};

int run_client(const std::string& program, const ClientArguments& arguments) {
  if (arguments.lab.lab.empty())
    throw UsageFault(
        "no lab is named", "the target is somebody in a lab",
        fmt::format("tunstack {} --lab chain server; 'tunstack lab list' shows the built-in ones", program));
  const lab::LabFile file = load_lab(arguments.lab);
  lab::ClosedWorld world(file);
  const std::string as = !arguments.as.empty()        ? arguments.as
                         : world.plan().doors.empty() ? "host"
                                                      : world.plan().doors[0].name;
  Silences silences({.places = world.network().place_names()}, as);
  world.watch(silences);
  std::string words = program + " " + as;
  for (const std::string& word : arguments.words) words += " " + word;
  world.start_program(words);
  const Instant start = world.now();
  while (!world.programs_are_finished() && world.next_deadline() - start < std::chrono::hours(1))
    world.run_until(world.next_deadline());
  const lab::LabOutcome outcome = world.outcome();
  fmt::print("{}", outcome.programs[0].text);
  if (const std::string text = silences.text();
      !text.empty() && outcome.programs[0].text.find('*') != std::string::npos)
    fmt::print("why stars are stars:\n{}", text);
  return outcome.programs[0].result.is_reached ? 0 : 1;
}

void add_client(CLI::App& program, const char* name, const char* description, int& exit_status) {
  CLI::App* command = program.add_subcommand(name, description);
  const auto arguments = std::make_shared<ClientArguments>();
  command->add_option("--lab", arguments->lab.lab, "The lab: a built-in one or a file")->type_name("LAB");
  add_with_option(*command, arguments->lab.with);
  command->add_option("--as", arguments->as, "From which node; if not given the host at the first door")
      ->type_name("NODE");
  // TARGET is no option of the command: whatever is not --lab, --with and --as is left for the program.
  command->prefix_command();
  command->footer(" TARGET [OPTION]...");
  command->callback([=, &exit_status] {
    ClientArguments all = *arguments;
    all.words = command->remaining();
    if (all.words.empty())
      throw UsageFault(fmt::format("it is not said whom to {}", name), "the target stands behind the options",
                       fmt::format("tunstack {} --lab chain server", name));
    exit_status = run_client(name, all);
  });
}

}  // namespace

void add_clients(CLI::App& program, int& exit_status) {
  add_client(program, "ping", ping_description, exit_status);
  add_client(program, "traceroute", traceroute_description, exit_status);
}

}  // namespace tunstack
