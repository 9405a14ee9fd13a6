#include "tools/commands.hpp"

namespace tunstack {

namespace {

constexpr const char* firewall_description =
    R"(Test what a packet filter lets through, in a private network with the rules of a file.

Examples:
  tunstack firewall test /etc/nftables.conf
  tunstack firewall list H4-T-CSUM                    what one of its cases is, and why
  tunstack firewall diff old.nft new.nft              what a change of the rules changes

The rules of this host are neither read nor changed.)";

}  // namespace

void add_firewall(CLI::App& program, int& exit_status) {
  CLI::App* firewall = program.add_subcommand("firewall", firewall_description);
  firewall->require_subcommand(1);
  add_firewall_test(*firewall, exit_status);
  add_firewall_list(*firewall);
  add_firewall_diff(*firewall, exit_status);
}

}  // namespace tunstack
