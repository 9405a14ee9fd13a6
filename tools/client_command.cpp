#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>

#include "tools/commands.hpp"
#include "tools/lab_arguments.hpp"
#include "tools/running_client.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/lab/closed_world.hpp"
#include "tunstack/options/suggestion.hpp"

namespace tunstack {

namespace {

constexpr const char* ping_description =
    R"(Ping somebody from a node of a running stack, or of a lab in virtual time.

Examples:
  tunstack ping 192.0.2.1 -c 3                          from the stack that runs, to its host
  tunstack ping --as server host -c 2 -R                from a node of a chain or a lab that runs
  tunstack ping --lab pmtud server -c 3 -s 1400 -M do   in a lab that nothing runs
  tunstack ping --lab lossy --expect 'loss <= 40%' server -c 10

Options behind the target are those of ping(8): -c -i -s -t -W -M -Q -R -T -p and more, and --json; docs/clients.md.

Exit status: 0 if the target answered and what is expected is so, 1 if not, 2 if the command line is wrong, 3 if there is
no such stack.)";

constexpr const char* traceroute_description =
    R"(Trace the way to somebody from a node of a running stack, or of a lab in virtual time, and say why a star is a star.

Examples:
  tunstack traceroute --as server host                  from a node of a chain or a lab that runs
  tunstack traceroute --lab chain server
  tunstack traceroute --lab black-hole --as host --expect 'hops == 3' server -n -q 1

Options behind the target are those of traceroute(8): -n -q -m -f -w -I -T -U -e --mtu and more, and --json;
docs/clients.md.

Exit status: 0 if the target was reached and what is expected is so, 1 if not, 2 if the command line is wrong, 3 if there
is no such stack.)";

struct ClientArguments {
  LabArguments lab;
  StackChoice stack;  // whose node is the one behind --as
  std::vector<std::string> expected;
  std::vector<std::string> words;
};

/// "loss <= 34%".
lab::LabResult result_expected(const std::string& text) {
  const std::size_t end = text.find_first_of(" <>=!");
  const std::string key = text.substr(0, end);
  const auto known = lab::result_words();
  if (std::ranges::find(known, key) == known.end())
    throw UsageFault(fmt::format("'{}' is nothing that is measured", key.substr(0, 40)),
                     "--expect compares the result of the program",
                     fmt::format("{}{}", did_you_mean(key, known), fmt::join(known, ", ")));
  const auto comparison =
      end == std::string::npos ? std::nullopt : lab::parse_comparison(std::string_view(text).substr(end));
  if (!comparison)
    throw UsageFault(fmt::format("'{}' compares nothing", text.substr(0, 60)),
                     "--expect is KEY, a relation, and a value",
                     "for example --expect 'loss <= 34%', 'hops == 3', 'mean < 20ms'");
  const lab::LabResult expected{key, *comparison, {}};
  if (const std::string remedy = lab::result_remedy(expected); !remedy.empty())
    throw UsageFault(fmt::format("'{}' cannot be so", text.substr(0, 60)), "its value is none of that measure", remedy);
  return expected;
}

lab::LabExpectation expectation_of(const ClientArguments& arguments) {
  lab::LabExpectation expectation;
  for (const std::string& text : arguments.expected) expectation.results.push_back(result_expected(text));
  return expectation;
}

/// Events of a closed world, as a stack would tell them.
class ToldSilences final : public EventSink {
 public:
  explicit ToldSilences(EventNames names) : names_(std::move(names)) {}
  void listen(std::string asker, const clients::Conversation& conversation) {
    silences_.emplace(std::move(asker), conversation);
  }
  void take(const Event& event) override {
    if (silences_) silences_->take(event_line(event, names_));
  }
  std::string text() const { return silences_ ? silences_->text() : std::string(); }

 private:
  EventNames names_;
  std::optional<Silences> silences_;
};

/// From a host or node in virtual time, without the events of the lab.
ClientReport run_in_lab(const ClientArguments& arguments) {
  lab::LabFile file = load_lab(arguments.lab);
  file.events.clear();
  file.expectations.clear();
  lab::ClosedWorld world(file);
  const std::string& at_doors = world.network().name(NodeId(world.network().size() - 1));
  std::string as = arguments.stack.node.value_or(at_doors);
  if (std::ranges::find(world.plan().doors, as, &lab::PlannedDoor::name) != world.plan().doors.end()) as = at_doors;
  ToldSilences silences({.places = world.network().place_names()});
  world.watch(silences);
  std::string words = arguments.words[0] + " " + as;
  for (std::size_t i = 1; i < arguments.words.size(); ++i) words += " " + arguments.words[i];
  silences.listen(as, world.start_program(words));
  const lab::LabOutcome outcome = world.run();
  fmt::print("{}", outcome.programs[0].text);
  return {outcome.programs[0].result, outcome.programs[0].text.contains('*'), silences.text()};
}

int run_client(const ClientArguments& arguments) {
  const lab::LabExpectation expectation = expectation_of(arguments);
  if (arguments.lab.lab.empty() && !arguments.lab.with.empty())
    throw UsageFault("--with changes a lab, and none is named", "a stack that runs is changed by 'tunstack set'",
                     "give a lab with --lab");
  const ClientReport report =
      arguments.lab.lab.empty() ? run_in_stack(arguments.stack, arguments.words) : run_in_lab(arguments);
  if (report.has_stars && !report.silences.empty()) fmt::print("why stars are stars:\n{}", report.silences);
  const lab::ExpectationOutcome outcome = lab::outcome_of(expectation, report.result);
  if (!outcome.holds) fmt::print(stderr, "tunstack: not as expected{}: {}\n", outcome.what, outcome.found);
  return report.result.exit_status == 0 && outcome.holds ? 0 : 1;
}

bool asks_for_help(const std::vector<std::string>& words) {
  return std::ranges::any_of(words, [](const std::string& word) { return word == "--help" || word == "-h"; });
}

void add_client(CLI::App& program, const char* name, const char* description, int& exit_status) {
  CLI::App* command = program.add_subcommand(name, description);
  const auto arguments = std::make_shared<ClientArguments>();
  CLI::Option* const lab = command->add_option("--lab", arguments->lab.lab,
                                               "In a lab, a built-in one or a file, instead of a running stack");
  lab->type_name("LAB");
  add_with_option(*command, arguments->lab.with);
  command
      ->add_option("--as", arguments->stack.node,
                   "From which node; if not given the one behind the device, in a lab the host at the first door")
      ->type_name("NODE");
  command->add_option("--expect", arguments->expected, "What the result must be: 'loss <= 34%', 'hops == 3'")
      ->type_name("'KEY RELATION VALUE'")
      ->allow_extra_args(false);
  command->add_flag("--virtual-time")->needs(lab)->description("In a lab: without waiting, as it always is there");
  add_process_choice(*command, arguments->stack);
  for (const char* const of_stack : {"--dev", "--pid"}) lab->excludes(command->get_option(of_stack));
  // TARGET is no option of the command: whatever stands behind is left for the program.
  command->prefix_command();
  command->footer(" TARGET [OPTION]...");
  command->callback([=, &exit_status] {
    ClientArguments all = *arguments;
    all.words = command->remaining();
    if (all.words.empty())
      throw UsageFault(fmt::format("it is not said whom to {}", name), "the target stands behind the options",
                       fmt::format("tunstack {} --lab chain server", name));
    if (asks_for_help(all.words)) return fmt::print("{}", clients::client_help(name));
    all.words.insert(all.words.begin(), name);
    exit_status = run_client(all);
  });
}

}  // namespace

void add_clients(CLI::App& program, int& exit_status) {
  add_client(program, "ping", ping_description, exit_status);
  add_client(program, "traceroute", traceroute_description, exit_status);
}

}  // namespace tunstack
