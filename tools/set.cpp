#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tools/commands.hpp"
#include "tools/running_stack.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/kernel_link/kernel_end.hpp"
#include "tunstack/kernel_link/kernel_link_plan.hpp"
#include "tunstack/kernel_link/kernel_route.hpp"
#include "tunstack/node/interface_config.hpp"
#include "tunstack/settings/node_settings.hpp"

namespace tunstack {

namespace {

constexpr const char* set_description = R"(Change options and addresses of a running stack: all that are given, or none.

Examples:
  tunstack set icmp4.echo=off
  tunstack set icmp4.error_rate=0 icmp6.error_rate=0
  tunstack set role=router nd.adv.enable=on              what a router says; role=host takes it back
  tunstack set address+=192.0.2.9 address-=192.0.2.2
  tunstack set 'route+=203.0.113.0/24 via 198.51.100.1' 'route-=192.0.2.128/25'
  tunstack set link.core.mtu=1280 node.r1.misbehave.silent=true      of a chain or a lab
  tunstack set address+=198.51.100.2/24 | sudo sh   it prints the ip commands that this host lacks to reach it

Exit status: 2 if one of them cannot be, 3 if there is no such stack.)";

struct SetArguments {
  StackChoice stack;
  std::vector<std::string> settings;
};

/// What the stack is asked to add; what is no address it refuses itself.
std::vector<IpPrefix> added_addresses(const std::vector<std::string>& settings) {
  std::vector<IpPrefix> added;
  for (const std::string& setting : settings)
    if (setting.starts_with(address_to_add))
      if (const auto address = parse_host_address(setting.substr(address_to_add.size()))) added.push_back(*address);
  return added;
}

void check_other_end(const std::vector<IpPrefix>& added, const std::string& device) {
  for (const IpPrefix& kernel : kernel_addresses(device))
    if (std::ranges::find(added, kernel.address, &IpPrefix::address) != added.end())
      throw UsageFault(fmt::format("{} cannot be on both ends of the link", to_text(kernel.address)),
                       fmt::format("this host has it on {}", device), "give the stack another address");
}

/// The commands that let this host reach them, as 'up' would have: with an address of its own in each prefix, or a
/// route where the prefix has none left. What it reaches already needs none.
std::string commands_to_reach(const std::vector<IpPrefix>& added, std::vector<IpPrefix> stack,
                              const std::string& device) {
  std::vector<IpPrefix> kernel = kernel_addresses(device);
  const std::vector<IpPrefix> taken = kernel;
  const KernelRoutes routes(device);
  stack.insert(stack.end(), taken.begin(), taken.end());
  std::string commands;
  for (const IpPrefix& address : added) {
    const bool is_covered = std::ranges::any_of(kernel, [&](const auto& own) { return own.contains(address.address); });
    const auto way = routes.to(address.address);
    if (address.address.is_link_local() || is_covered || (way && way->leads_into_link)) continue;
    if (const auto free = free_host_address(address, stack)) {
      kernel.push_back(*free);
      commands += address_command(*free, device);
    } else {
      commands += route_command(missing_routes({address}, {}).front(), device);
    }
  }
  return commands;
}

std::vector<IpPrefix> prefixes_in(const nlohmann::ordered_json& texts) {
  std::vector<IpPrefix> prefixes;
  for (const auto& text : texts)
    if (const auto prefix = parse_prefix(text.get<std::string>())) prefixes.push_back(*prefix);
  return prefixes;
}

void run_set(const SetArguments& arguments) {
  ControlClient stack = connect_to_stack(arguments.stack);
  const bool sees_other_end = is_here(stack.name()) && !arguments.stack.node;
  const std::string& device = stack.name().device;
  const std::vector<IpPrefix> added = added_addresses(arguments.settings);
  if (sees_other_end) check_other_end(added, device);
  const auto answer = stack.ask(about(arguments.stack, {{"request", "set"}, {"settings", arguments.settings}}));
  if (!sees_other_end) return;
  const std::string commands = commands_to_reach(added, prefixes_in(answer.at("addresses")), device);
  if (commands.empty()) return;
  fmt::print(stderr, "tunstack: done; this host has no way there yet. As root:\n");
  fmt::print("{}", commands);
}

}  // namespace

void add_set(CLI::App& program) {
  CLI::App* command = program.add_subcommand("set", set_description);
  const auto arguments = std::make_shared<SetArguments>();
  command
      ->add_option("KEY=VALUE", arguments->settings,
                   "Any key of 'tunstack options' that is not read at the start; role=host or router; "
                   "address+=ADDR/LEN, address-=ADDR; route+=PREFIX via ADDR, route-=PREFIX; "
                   "link.NAME.KEY=VALUE, node.NAME.KEY=VALUE, node.NAME.misbehave.KEY=VALUE")
      ->required();
  add_stack_choice(*command, arguments->stack);
  command->callback([arguments] { run_set(*arguments); });
}

}  // namespace tunstack
