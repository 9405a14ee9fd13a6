#include "tools/commands.hpp"
#include "tunstack/fault.hpp"

namespace tunstack {

namespace {

constexpr const char* firewall_test_description =
    R"(Send the cases of the catalogue against a packet filter, and say which it should have decided otherwise.

Examples:
  tunstack firewall test /etc/nftables.conf
  tunstack firewall test rules.v4 rules.v6            as iptables-save and ip6tables-save print them

Exit status: 0 if no case failed; 1 if one did; 2 if the command line or the rules are wrong; 3 if a right or a
program is missing; 4 if a case that must be decided could not be tried.)";

}  // namespace

void add_firewall_test(CLI::App& firewall, [[maybe_unused]] int& exit_status) {
  CLI::App* command = firewall.add_subcommand("test", firewall_test_description);
  const auto rulesets = std::make_shared<std::vector<std::string>>();
  command->add_option("RULESET", *rulesets, "Files with the rules, for nft or iptables-restore")->required();
  command->callback([rulesets] {
    throw UsageFault("'firewall test' is not built yet", "a later version will have it", "tunstack firewall --help");
  });
}

}  // namespace tunstack
