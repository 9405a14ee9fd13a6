#include "tools/commands.hpp"
#include "tunstack/fault.hpp"

namespace tunstack {

namespace {

constexpr const char* firewall_diff_description =
    R"(Send the cases against two packet filters, and print those that they decide differently.

Examples:
  tunstack firewall diff old.nft new.nft

Exit status: 0 if they decide all alike; 1 if not; 2 if the command line or the rules are wrong; 3 if a right or a
program is missing.)";

}  // namespace

void add_firewall_diff(CLI::App& firewall, [[maybe_unused]] int& exit_status) {
  CLI::App* command = firewall.add_subcommand("diff", firewall_diff_description);
  const auto rulesets = std::make_shared<std::pair<std::string, std::string>>();
  command->add_option("OLD", rulesets->first, "The file with the rules as they were")->required();
  command->add_option("NEW", rulesets->second, "The file with the rules as they will be")->required();
  command->callback([rulesets] {
    throw UsageFault("'firewall diff' is not built yet", "a later version will have it", "tunstack firewall --help");
  });
}

}  // namespace tunstack
