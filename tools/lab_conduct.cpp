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
#include "tools/text_file.hpp"
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
constexpr std::chrono::minutes longest_after_events{5};

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
    for (const LabEvent* const event : lab::events_in_order(file_)) {
      std::this_thread::sleep_until(start_ + event->at.value);
      await_events(number++);
      happen(*event);
    }
    await_programs(Clock::now() + longest_after_events);
    std::this_thread::sleep_until(std::max(Clock::now() + last_packets, start_ + lab::longest_within(file_)));
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
  LabJson ask(LabJson request) {
    request["request"] = "play";
    return stack_.ask(request);
  }
  LabJson play() { return ask(LabJson::object()); }

  /// Those without an end are ended.
  void await_programs(Clock::time_point until) {
    const auto all_ended = [&] {
      return std::ranges::all_of(programs_, [](Program& program) { return program.process.has_ended(); }) &&
             play().value("over", false);
    };
    while (Clock::now() < until && !all_ended()) std::this_thread::sleep_for(between_questions);
    for (Program& program : programs_) program.process.interrupt();
    for (Program& program : programs_) program.process.wait();
    ask({{"end", true}});
    for (const Program& program : programs_)
      if (!program.process.is_there())
        failures_.push_back(
            lab::impossible(*program.event, "the program is not there: apt install iputils-ping traceroute"));
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
    failures_.push_back(lab::impossible(event, fmt::format("{}: {}", fault.what(), fault.why())));
  }
  void start(const LabEvent& event) {
    auto [node, words] = lab::program_words(lab::program_text(event));
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
    const std::string& words = lab::program_text(*program.event);
    return {.words = words,
            .began = program.began,
            .text = program.process.text(),
            .result = lab::printed_result(words.substr(0, words.find(' ')), program.process.text())};
  }
  ExpectationOutcome outcome_of_program(const LabExpectation& expectation) const {
    const LabEvent* const event = lab::program_of(expectation, file_);
    for (const Program& program : programs_)
      if (program.event == event && program.process.is_there())
        return lab::outcome_of(expectation, told(program).result);
    return lab::did_not_run(expectation);
  }
  static std::string what_of(const LabExpectation& expectation) {
    if (expectation.state) return expectation.state->value;
    return expectation.node ? expectation.node->value : std::string();
  }
  /// One that is about a host at a door.
  ExpectationOutcome judge(const LabExpectation& expectation) const {
    if (expectation.of) return outcome_of_program(expectation);
    if (expectation.state)
      if (const auto state = state_of_kernel(expectation.state->value)) return lab::outcome_of(expectation, *state);
    ExpectationOutcome left_out{.place = expectation.place,
                                .what = what_of(expectation),
                                .holds = true,
                                .found = "it is about the kernel, which does not tell",
                                .against = {}};
    left_out.is_left_out = true;
    return left_out;
  }

  lab::LabRun result() {
    const LabJson played = ask({{"texts", true}});
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
  const auto result = std::make_shared<std::string>();
  add_lab_argument(*command, *arguments);
  command->add_option("--result", *result, "Where it is written what came of it")->required();
  command->callback([arguments, result] {
    write_text_file(*result, lab::line_of(lab::json_of(Conductor(*arguments, connect_to_stack({})).run())));
  });
}

}  // namespace tunstack
