#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tools/commands.hpp"
#include "tools/lab_arguments.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/lab/lab_reader.hpp"

namespace tunstack {

namespace {

constexpr const char* lab_check_description =
    R"(Say what is wrong with lab files, all of it, and what would be right. Nothing is built or sent.

Examples:
  tunstack lab check mine.toml
  tunstack lab check labs/                            every lab file below a directory
  tunstack lab check --json *.toml                    for editors and CI

Exit status: 0 if nothing is wrong; 2 if something is.)";

struct LabCheckArguments {
  std::vector<std::string> labs, with;
  bool json = false;
};

void print_fault(const lab::LabFault& fault, const std::string& file) {
  fmt::print("{}\n", nlohmann::ordered_json{{"file", file},
                                            {"line", fault.place.line},
                                            {"column", fault.place.column},
                                            {"what", fault.what},
                                            {"remedy", fault.remedy}}
                         .dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

/// Whether nothing is wrong.
bool check_lab_file(const std::string& name, const LabCheckArguments& arguments) {
  const LabText text = lab_text(name);
  const lab::LabReading reading = lab::read_lab(text.text, arguments.with);
  if (arguments.json)
    for (const lab::LabFault& fault : reading.faults) print_fault(fault, text.name);
  else if (!reading.faults.empty())
    fmt::print("{}", lab::faults_text(reading.faults, text.name));
  else
    fmt::print("{}: {} nodes, {} links, {} doors, {} events, {} expectations; nothing is wrong\n", text.name,
               reading.file.nodes.size(), reading.file.links.size(), reading.file.doors.size(),
               reading.file.events.size(), reading.file.expectations.size());
  return reading.faults.empty();
}

}  // namespace

void add_lab_check(CLI::App& lab, int& exit_status) {
  CLI::App* command = lab.add_subcommand("check", lab_check_description);
  const auto arguments = std::make_shared<LabCheckArguments>();
  command->add_option("LAB", arguments->labs, "Built-in labs, files, or directories of files")->required();
  command->add_flag("--json", arguments->json, "One object a line for each fault");
  add_with_option(*command, arguments->with);
  command->callback([arguments, &exit_status] {
    for (const std::string& given : arguments->labs)
      for (const std::string& name : labs_at(given))
        if (!check_lab_file(name, *arguments)) exit_status = exit_usage;
  });
}

}  // namespace tunstack
