#include <fmt/format.h>

#include "tools/commands.hpp"
#include "tools/lab_arguments.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/lab/graph.hpp"
#include "tunstack/lab/way.hpp"
#include "tunstack/options/suggestion.hpp"

namespace tunstack {

namespace {

constexpr const char* lab_graph_description = R"(Draw a lab: for Graphviz, for Mermaid, or as lines.

Examples:
  tunstack lab graph ecmp | dot -Tsvg > ecmp.svg
  tunstack lab graph ecmp --mermaid                   for Markdown
  tunstack lab graph ecmp --text                      links, who is at them, and addresses)";

constexpr const char* lab_path_description =
    R"(Print the way of a packet through a lab, hop by hop, as its nodes decide it. Nothing is sent.

Examples:
  tunstack lab path chain host server
  tunstack lab path ecmp host server 'UDP 4000 > 33434'     which of two equal ways that flow takes
  tunstack lab path loop host 203.0.113.9

Exit status: 0 if it arrives in each family that both have; 1 if not; 2 if the command line or the lab is wrong.)";

struct LabGraphArguments {
  LabArguments lab;
  bool mermaid = false, text = false;
};

struct LabPathArguments {
  LabArguments lab;
  std::string from, to, flow;
};

void check_name_of_node(const lab::LabPlan& plan, const std::string& name, bool may_be_address) {
  std::vector<std::string> names;
  names.reserve(plan.network.nodes.size() + plan.doors.size());
  for (const PlannedNode& node : plan.network.nodes) names.push_back(node.name);
  for (const lab::PlannedDoor& door : plan.doors) names.push_back(door.name);
  if (std::ranges::find(names, name) != names.end() || (may_be_address && parse_address(name))) return;
  throw UsageFault(fmt::format("the lab has no node '{}'", name.substr(0, 80)),
                   may_be_address ? "it is no address either" : "a packet sets out at a node or a door",
                   did_you_mean(name, names) + "tunstack lab graph LAB --text");
}

int print_path(const LabPathArguments& arguments) {
  const lab::LabPlan plan = lab::plan_lab(load_lab(arguments.lab));
  check_name_of_node(plan, arguments.from, false);
  check_name_of_node(plan, arguments.to, true);
  bool all_arrive = true, any = false;
  std::string why_not;
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    const auto way = lab::find_way(plan, arguments.from, arguments.to, family, arguments.flow);
    if (!way) {
      if (why_not.empty()) why_not = way.error();
      continue;
    }
    fmt::print("{}", lab::way_text(*way));
    any = true;
    all_arrive &= way->arrives;
  }
  if (!any)
    throw UsageFault(fmt::format("there is no packet from {} to {}", arguments.from, arguments.to), why_not,
                     "an address for DST, or another FLOW, as docs/packets.md has it behind the addresses");
  return all_arrive ? 0 : 1;
}

}  // namespace

void add_lab_graph(CLI::App& lab) {
  CLI::App* command = lab.add_subcommand("graph", lab_graph_description);
  const auto arguments = std::make_shared<LabGraphArguments>();
  add_lab_argument(*command, arguments->lab);
  CLI::Option* const mermaid = command->add_flag("--mermaid", arguments->mermaid, "For Mermaid");
  command->add_flag("--text", arguments->text, "As lines")->excludes(mermaid);
  command->callback([arguments] {
    using enum lab::GraphForm;
    fmt::print("{}", lab::graph_of(load_lab(arguments->lab), arguments->mermaid ? mermaid
                                                             : arguments->text  ? text
                                                                                : dot));
  });
}

void add_lab_path(CLI::App& lab, int& exit_status) {
  CLI::App* command = lab.add_subcommand("path", lab_path_description);
  const auto arguments = std::make_shared<LabPathArguments>();
  add_lab_argument(*command, arguments->lab);
  command->add_option("SRC", arguments->from, "A node or door")->required();
  command->add_option("DST", arguments->to, "A node, a door or an address")->required();
  command->add_option("FLOW", arguments->flow,
                      "What stands behind the addresses of a packet (default: an echo request)");
  command->callback([arguments, &exit_status] { exit_status = print_path(*arguments); });
}

}  // namespace tunstack
