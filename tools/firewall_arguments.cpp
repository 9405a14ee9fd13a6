#include "tools/firewall_arguments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "tools/option_values.hpp"
#include "tools/text_file.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/firewall/catalogue.hpp"
#include "tunstack/firewall/packet_kind.hpp"
#include "tunstack/firewall/tester/host_copy.hpp"
#include "tunstack/firewall/tester/selection.hpp"
#include "tunstack/firewall/tester/services.hpp"

namespace tunstack::firewall {

namespace {

constexpr const char* the_machine = "The machine";
constexpr const char* the_cases = "The cases";
constexpr const char* live_device = "tunstack0";

struct RouterDevices {
  std::string outside, inside;
};

RouterDevices router_devices(const std::string& text) {
  RouterDevices devices;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) {
    if (part.starts_with("outside=")) devices.outside = part.substr(8);
    if (part.starts_with("inside=")) devices.inside = part.substr(7);
  }
  if (devices.outside.empty() || devices.inside.empty() || devices.outside == devices.inside)
    throw UsageFault(fmt::format("'{}' does not name two interfaces", text),
                     "a router has one outside and one inside, of other names", "--router outside=eth0,inside=eth1");
  return devices;
}

std::vector<Case> cases_of_user(const FirewallArguments& arguments, const TestPlan& plan) {
  std::vector<Case> cases;
  if (!arguments.policy.empty()) cases = read_cases(read_text_file(arguments.policy), arguments.policy);
  unsigned number = 0;
  for (const std::string& expectation : arguments.expectations)
    cases.push_back(case_at(case_of_expectation(expectation, ++number), arguments, plan));
  return cases;
}

/// What a user asks for is not left out in silence.
void check_modes(const std::vector<Case>& cases, const FirewallArguments& arguments) {
  const bool router = !arguments.router.empty();
  for (const Case& a_case : cases) {
    if (a_case.from == Side::host && arguments.is_live)
      throw UsageFault(fmt::format("the case '{}' would have this host send it", a_case.title),
                       "with --live nothing is sent to the networks that it has",
                       "test what it sends in a private network: sudo nft list ruleset | tunstack firewall test -");
    if (a_case.mode == Mode::router && !router)
      throw UsageFault(fmt::format("the case '{}' is about a router", a_case.title), "none is named",
                       "--router outside=eth0,inside=eth1");
    if (a_case.mode == Mode::host && router && !arguments.host_too)
      throw UsageFault(fmt::format("the case '{}' is about the machine itself", a_case.title),
                       "with --router only what passes through it is tried", "--host as well, or mode = \"router\"");
  }
}

std::vector<Service> services_of(const FirewallArguments& arguments) {
  std::vector<Service> services;
  for (const std::string& open : arguments.open)
    for (const Service& service : parse_services(open))
      if (std::ranges::find(services, service) == services.end()) services.push_back(service);
  return services;
}

std::vector<Case> chosen_cases(const FirewallArguments& arguments, const std::vector<Service>& services,
                               const TestPlan& plan) {
  const bool router = !arguments.router.empty();
  const Selection selection{.only = arguments.only,
                            .core_only = arguments.core_only,
                            .floods = arguments.floods,
                            .host = !router || arguments.host_too,
                            .router = router};
  std::vector<Case> all = catalogue();
  // What a router publishes is served behind it, not by itself.
  const Mode server = router ? Mode::router : Mode::host;
  for (Case& a_case : cases_of_services(services, server)) all.push_back(std::move(a_case));
  std::erase_if(
      all, [&](const Case& a_case) { return needs_open_port(a_case) && (services.empty() || a_case.mode != server); });
  std::vector<Case> of_user = cases_of_user(arguments, plan);
  check_modes(of_user, arguments);
  for (Case& a_case : of_user) all.push_back(std::move(a_case));
  std::vector<Case> chosen = select_cases(all, selection);
  if (arguments.is_live)  // what changes the host for longer than a moment is not tried on it
    std::erase_if(
        chosen, [](const Case& a_case) { return a_case.effect == Effect::address || a_case.effect == Effect::route; });
  return chosen;
}

/// Listens where rules must let in, and where they must not.
std::vector<Service> all_listeners(const std::vector<Service>& open, const Places& places) {
  std::vector<Service> all = open;
  if (std::ranges::none_of(open, &Service::is_tcp)) all.push_back({true, places.open});
  for (const bool is_tcp : {true, false}) all.push_back({is_tcp, places.blocked});
  return all;
}

IptablesKind iptables_of(const std::string& word) {
  return word == "nft" ? IptablesKind::nft : word == "legacy" ? IptablesKind::legacy : IptablesKind::any;
}

/// As the kernel has it (dev_valid_name), and not the loopback device, which is there anyway.
void check_interface(const std::string& name) {
  constexpr std::size_t longest = 15;
  const bool is_valid = !name.empty() && name.size() <= longest && name != "." && name != ".." && name != "lo" &&
                        name.find_first_of("/: \t\n") == std::string::npos;
  if (!is_valid)
    throw UsageFault(fmt::format("'{}' cannot be the interface that packets come in by", name),
                     "a name has 1 to 15 characters, without blanks, slashes and colons, and is not lo",
                     "--iface eth0, or --router outside=eth0,inside=eth1");
}

void put_devices(TestPlan& plan, const FirewallArguments& arguments) {
  std::string outside = arguments.interface;
  if (outside.empty()) outside = arguments.like_host ? host_interface() : likely_interface(plan.rulesets);
  if (arguments.is_live) outside = live_device;
  const RouterDevices devices =
      arguments.router.empty() ? RouterDevices{outside, {}} : router_devices(arguments.router);
  check_interface(devices.outside);
  if (!devices.inside.empty()) check_interface(devices.inside);
  plan.host = example_places(Mode::host, devices.outside, {});
  plan.router = example_places(Mode::router, devices.outside, devices.inside);
  for (Places* places : {&plan.host, &plan.router}) {
    if (arguments.link == "tun") places->outside.kind = places->inside.kind = DeviceKind::tun;
    if (arguments.like_host) take_addresses(*places, devices.outside);
  }
}

}  // namespace

void add_machine_options(CLI::App& command, FirewallArguments& arguments) {
  command.add_flag("--script", arguments.is_script, "The ruleset is a shell script that calls nft or iptables")
      ->group(the_machine);
  CLI::Option* iptables = command.add_option("--iptables", arguments.iptables,
                                             "Which iptables-restore loads rules of iptables; with legacy no rule is "
                                             "named; any: what is installed as iptables-restore");
  iptables->group(the_machine);
  take_one_of(*iptables, {"any", "nft", "legacy"});
  command
      .add_option("--iface", arguments.interface,
                  "The interface that packets come in by; if not given the first that the ruleset names, or eth0")
      ->type_name("NAME")
      ->group(the_machine);
  command
      .add_option("--router", arguments.router,
                  "The machine is a router of two interfaces, forwards between them, and the cases of routers run")
      ->type_name("outside=NAME,inside=NAME")
      ->group(the_machine);
  CLI::Option* link = command.add_option("--link", arguments.link, "The interface is Ethernet, or carries IP alone");
  link->group(the_machine);
  take_one_of(*link, {"tap", "tun"});
  command
      .add_flag("--like-host", arguments.like_host,
                "The interface, addresses and sysctls of this host, copied; nothing of it is changed")
      ->group(the_machine);
  command.add_option("--sysctl", arguments.sysctl_file, "A file of sysctls of the machine, as /etc/sysctl.conf is")
      ->type_name("FILE")
      ->group(the_machine);
}

void add_open_option(CLI::App& command, FirewallArguments& arguments, const char* group) {
  command
      .add_option("--open", arguments.open,
                  "Services that everybody must reach, as tcp/80,udp/53; they listen for the test")
      ->type_name("SERVICE,...")
      ->group(group);
}

void add_case_options(CLI::App& command, FirewallArguments& arguments) {
  add_open_option(command, arguments, the_cases);
  CLI::Option* profile = command.add_option("--profile", arguments.profile, "What the machine is for: levels of cases");
  profile->group(the_cases);
  take_one_of(*profile, {"catalogue", "workstation", "server", "router", "strict"});
  command.add_option("--policy", arguments.policy, "Cases of your own, in TOML: docs/firewall-testing.md")
      ->type_name("FILE")
      ->group(the_cases);
  command
      .add_option("--expect", arguments.expectations,
                  "A case of your own: '198.51.100.7 > host TCP 22 [S] => dropped'; repeatable")
      ->type_name("PACKET => VERDICT")
      ->allow_extra_args(false)
      ->group(the_cases);
  command
      .add_option("--only", arguments.only, "Only these cases: pmtud, rfc4890, a group, an id or what ids begin with")
      ->type_name("WHAT")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->group(the_cases);
  command.add_flag("--host", arguments.host_too, "With --router: the cases of hosts run as well")->group(the_cases);
  command.add_flag("--core", arguments.core_only, "Only the 150 cases of the core")->group(the_cases);
  command.add_flag("--yes", arguments.floods, "Cases of many packets, which show limits of rates, as well")
      ->group(the_cases);
}

Case case_at(Case a_case, const FirewallArguments& arguments, const TestPlan& plan) {
  if (arguments.router.empty()) return a_case;
  a_case.mode = Mode::router;
  const auto packets = packets_of(a_case, plan.router.names(a_case.family, 0));
  const auto first = packets && !packets->empty() ? kind_of(packets->front()) : std::nullopt;
  const Arm& inside = plan.router.inside;
  if (first && (inside.ipv4.contains(first->source) || inside.ipv6.contains(first->source))) a_case.from = Side::inside;
  return a_case;
}

TestPlan plan_of(const FirewallArguments& arguments) {
  TestPlan plan;
  for (const std::string& ruleset : arguments.rulesets)
    plan.rulesets.push_back(read_ruleset(ruleset, arguments.is_script));
  put_devices(plan, arguments);
  plan.is_live = arguments.is_live;
  const std::vector<Service> open = services_of(arguments);
  if (const auto tcp = std::ranges::find(open, true, &Service::is_tcp); tcp != open.end())
    plan.host.open = plan.router.open = tcp->port;
  plan.services = all_listeners(open, plan.host);
  plan.cases = chosen_cases(arguments, open, plan);
  for (const RulesetSource& ruleset : plan.rulesets)
    for (const NamedInterface& interface : ruleset.interfaces)
      if (std::ranges::find(plan.further_interfaces, interface.name) == plan.further_interfaces.end())
        plan.further_interfaces.push_back(interface.name);
  if (arguments.like_host) plan.sysctls = host_sysctls(plan.host.outside.device);
  if (!arguments.sysctl_file.empty())
    for (auto& [name, value] : read_sysctls(arguments.sysctl_file)) plan.sysctls[name] = value;
  plan.iptables = iptables_of(arguments.iptables);
  plan.profile = profile_of_name(arguments.profile).value_or(Profile::catalogue);
  return plan;
}

}  // namespace tunstack::firewall
