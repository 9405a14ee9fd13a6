// The part of a lab behind the kernel that is the kernel's: `lab run --live` has `exec --play` run this as its command.
// It has the programs of hosts at doors run, which are this system's own, and sends their packets; the rest is played
// by the stack, whom it asks at the end what came of it.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <nlohmann/json.hpp>
#include <thread>

#include "tools/commands.hpp"
#include "tools/kernel_host.hpp"
#include "tools/lab_arguments.hpp"
#include "tools/running_stack.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/lab/printed_result.hpp"
#include "tunstack/lab/run_json.hpp"

namespace tunstack {

namespace {

using Clock = std::chrono::steady_clock;
using lab::ExpectationOutcome;
using lab::LabEvent;
using lab::LabExpectation;
using lab::LabJson;

constexpr std::chrono::milliseconds between_questions{50};
constexpr std::chrono::seconds last_packets{1};  // what is on its way when all else is over

class Conductor {
 public:
  Conductor(const LabArguments& arguments, ControlClient stack)
      : file_(load_lab(arguments)),
        plan_(lab::plan_lab(file_)),
        name_(file_.name.empty() ? arguments.lab : file_.name),
        from_(arguments.lab),
        stack_(std::move(stack)) {
    const auto already = std::chrono::duration<double>(play().value("seconds", 0.0));
    start_ = Clock::now() - std::chrono::duration_cast<Clock::duration>(already);
  }

  lab::LabRun run() {
    std::size_t number = 0;
    for (const LabEvent* const event : events()) {
      std::this_thread::sleep_until(start_ + event->at.value);
      await_events(number++);
      happen(*event);
    }
    for (Program& program : programs_) program.process.wait();
    while (!play().value("over", false)) std::this_thread::sleep_for(between_questions);
    std::this_thread::sleep_until(std::max(Clock::now() + last_packets, start_ + longest_within()));
    return result();
  }

 private:
  struct Program {
    const LabEvent* event;
    Duration began;
    KernelProgram process;
  };

  /// Those before it, which are the stack's, however late it is.
  void await_events(std::size_t count) {
    while (play().value("happened", std::size_t{0}) < count) std::this_thread::sleep_for(between_questions);
  }
  LabJson play() { return stack_.ask({{"request", "play"}}); }

  std::vector<const LabEvent*> events() const {
    std::vector<const LabEvent*> all;
    for (const LabEvent& event : file_.events) all.push_back(&event);
    std::ranges::stable_sort(all, {}, [](const LabEvent* event) { return event->at.value; });
    return all;
  }
  Duration longest_within() const {
    Duration all{};
    for (const LabExpectation& expectation : file_.expectations)
      if (expectation.within) all = std::max(all, Duration(expectation.within->value));
    return all;
  }
  const lab::PlannedDoor* door_named(const std::string& name) const {
    const auto found = std::ranges::find(plan_.doors, name, &lab::PlannedDoor::name);
    return found == plan_.doors.end() ? nullptr : &*found;
  }

  // ---- events ----

  void happen(const LabEvent& event) try {
    if (event.run) start(event);
    if (event.send) send(event.send->value);
  } catch (const Fault& fault) {
    failures_.push_back({.place = event.place,
                         .what = "the event can happen",
                         .holds = false,
                         .found = fmt::format("{}: {}", fault.what(), fault.why()),
                         .against = {}});
  }
  void start(const LabEvent& event) {
    auto [node, words] = lab::program_words(event.run->value);
    if (door_named(node) == nullptr) return;
    if (is_of_both_families(words)) words.insert(words.begin() + 1, "-4");
    programs_.push_back({&event, Clock::now() - start_, KernelProgram(words)});
  }
  /// A name that has addresses of both, of which programs of this system take IPv6 and those of labs IPv4.
  bool is_of_both_families(const std::vector<std::string>& words) const {
    if (std::ranges::any_of(words, [](const std::string& word) { return word == "-4" || word == "-6"; })) return false;
    return std::ranges::any_of(plan_.names, [&](const NamedAddress& named) {
      return named.address.is_ipv4() && std::ranges::find(words, named.name) != words.end();
    });
  }
  void send(const std::string& text) {
    const std::size_t colon = text.find(": ");
    if (const lab::PlannedDoor* const door = door_named(text.substr(0, colon)))
      send_from_kernel(*door, text.substr(colon + 2));
  }

  // ---- what came of it ----

  lab::ProgramRun told(const Program& program) const {
    const std::string& words = program.event->run->value;
    return {.words = words,
            .began = program.began,
            .text = program.process.text(),
            .result = lab::printed_result(words.substr(0, words.find(' ')), program.process.text())};
  }
  /// Of the program that an expectation is about, the N-th of its name.
  clients::ClientResult result_of(const LabExpectation& expectation) const {
    const std::string& text = expectation.of->value;
    const std::string name = text.substr(0, text.find(' ') + 1);
    std::size_t left = std::stoul(text.substr(name.size()));
    for (const LabEvent* const event : events()) {
      if (!event->run || !event->run->value.starts_with(name) || --left != 0) continue;
      for (const Program& program : programs_)
        if (program.event == event) return told(program).result;
    }
    return {};
  }
  /// One that is about a host at a door.
  ExpectationOutcome judge(const LabExpectation& expectation) const {
    if (expectation.of) return lab::outcome_of(expectation, result_of(expectation));
    if (expectation.state)
      if (const auto state = state_of_kernel(expectation.state->value)) return lab::outcome_of(expectation, *state);
    ExpectationOutcome left_out{.place = expectation.place,
                                .what = expectation.state ? expectation.state->value : expectation.node->value,
                                .holds = true,
                                .found = "it is about the kernel, which does not tell",
                                .against = {}};
    left_out.is_left_out = true;
    return left_out;
  }

  lab::LabRun result() {
    const LabJson played = play();
    lab::LabRun run{.name = name_, .file = from_, .seed = file_.seed, .outcome = {}};
    run.outcome.is_live = true;
    run.outcome.lasted = Clock::now() - start_;
    for (const LabJson& program : played.at("programs")) run.outcome.programs.push_back(lab::program_in(program));
    for (const Program& program : programs_) run.outcome.programs.push_back(told(program));
    std::ranges::stable_sort(run.outcome.programs, {}, &lab::ProgramRun::began);
    const LabJson& judged = played.at("expectations");
    for (std::size_t i = 0; i < file_.expectations.size(); ++i)
      run.outcome.expectations.push_back(judged.at(i).is_null() ? judge(file_.expectations[i])
                                                                : lab::expectation_in(judged.at(i)));
    for (const LabJson& failure : played.at("failures"))
      run.outcome.expectations.push_back(lab::expectation_in(failure));
    std::ranges::copy(failures_, std::back_inserter(run.outcome.expectations));
    return run;
  }

  lab::LabFile file_;
  lab::LabPlan plan_;
  std::string name_, from_;
  ControlClient stack_;
  Clock::time_point start_;
  std::deque<Program> programs_;
  std::vector<ExpectationOutcome> failures_;
};

}  // namespace

void add_lab_conduct(CLI::App& lab) {
  CLI::App* command = lab.add_subcommand("conduct", "Play the kernel's part of a lab: for 'lab run --live'");
  command->group("");  // nobody types it
  const auto arguments = std::make_shared<LabArguments>();
  add_lab_argument(*command, *arguments);
  command->callback([arguments] {
    fmt::print("{}\n", lab::line_of(lab::json_of(Conductor(*arguments, connect_to_stack({})).run())));
  });
}

}  // namespace tunstack
