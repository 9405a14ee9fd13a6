#include "tools/commands.hpp"
#include "tunstack/fault.hpp"

namespace tunstack {

namespace {

constexpr const char* firewall_list_description =
    R"(Print the cases of 'tunstack firewall test': what is sent, what a filter should do with it, and why.

Examples:
  tunstack firewall list
  tunstack firewall list H4-T-CSUM H6-Q               one, and all that begin with it)";

}  // namespace

void add_firewall_list(CLI::App& firewall) {
  CLI::App* command = firewall.add_subcommand("list", firewall_list_description);
  const auto ids = std::make_shared<std::vector<std::string>>();
  command->add_option("ID", *ids, "Cases, or what they begin with; all if none is given");
  command->callback([ids] {
    throw UsageFault("'firewall list' is not built yet", "a later version will have it", "tunstack firewall --help");
  });
}

}  // namespace tunstack
