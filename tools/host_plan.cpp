#include "tools/host_plan.hpp"

#include <fmt/format.h>
#include <net/if.h>
#include <unistd.h>

#include "tools/door_arguments.hpp"
#include "tools/fresh_seed.hpp"
#include "tools/kept_secret.hpp"
#include "tools/lab_host.hpp"
#include "tools/recorded_host.hpp"
#include "tools/route_arguments.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/node/advertised.hpp"
#include "tunstack/node/interface_config.hpp"
#include "tunstack/options/effect.hpp"
#include "tunstack/options/options.hpp"

namespace tunstack {

namespace {

[[noreturn]] void refuse(const OptionFault& fault) { throw UsageFault(fault.what, fault.why, fault.remedy); }

std::vector<IpPrefix> parse_host_addresses(const std::vector<std::string>& texts) {
  std::vector<IpPrefix> addresses;
  for (const std::string& text : texts) {
    const auto address = parse_host_address(text);
    if (!address) refuse(address.error());
    addresses.push_back(*address);
  }
  if (const auto fault = addresses_fault(addresses)) refuse(*fault);
  return addresses;
}

std::vector<IpPrefix> host_side_addresses(const HostArguments& arguments, const std::vector<IpPrefix>& stack) {
  if (!arguments.host.empty()) {
    std::vector<IpPrefix> host = parse_host_addresses(arguments.host);
    for (const IpPrefix& own : host)
      for (const IpPrefix& other : stack)
        if (own.address == other.address)
          throw UsageFault(fmt::format("{} cannot be on both ends of the link", to_text(own.address)),
                           "--host is the kernel's end, the other addresses are the stack's",
                           "give one end another address");
    return host;
  }
  auto host = free_host_addresses(stack);
  if (!host)
    throw UsageFault(fmt::format("no address is left for this host in {}", to_text(host.error())),
                     "the kernel's end of the link gets the first free address of the prefix",
                     "give it one with --host ADDR/LEN, or a shorter prefix length to the stack");
  return std::move(*host);
}

NodeOptions node_options(const HostArguments& arguments) {
  NodeOptions options = options_of(arguments.profile == "hardened" ? Profile::hardened : Profile::lab);
  for (const std::string& setting : arguments.settings)
    if (const auto fault = set_option(options, setting)) refuse(*fault);
  return options;
}

Explain explain_of(const HostArguments& arguments) {
  if (arguments.explain == "drops") return Explain::drops;
  if (arguments.explain == "story") return Explain::story;
  return arguments.explain == "all" || arguments.json ? Explain::all : Explain::off;
}

/// Locally administered, and telling whose it is: 02:74 and an IPv4 address, or the end of an IPv6 address.
MacAddress default_mac(const std::vector<IpPrefix>& addresses) {
  const auto ipv4 = std::ranges::find_if(addresses, [](const IpPrefix& p) { return p.address.is_ipv4(); });
  const IpAddress& address = (ipv4 != addresses.end() ? *ipv4 : addresses.front()).address;
  MacAddress mac{{0x02, 0x74}};
  copy_bytes(MutableBytes(mac.octets).subspan(2), address.octets().last(4));
  return mac;
}

MacAddress parse_host_mac(const std::string& text) {
  const auto mac = parse_mac_address(text);
  if (mac && !mac->is_group() && *mac != MacAddress{}) return *mac;
  throw UsageFault(fmt::format("'{}' cannot be the address of a station", text.substr(0, 40)),
                   mac ? "it is the address of a group, or none" : "it is not six octets in hexadecimal with colons",
                   "for example --mac 02:00:5e:00:53:01");
}

/// As the kernel has it; "%d" once, where it puts a number.
void check_device_name(const std::string& name) {
  constexpr std::size_t longest = IFNAMSIZ - 1;
  const std::size_t percent = name.find('%');
  const bool numbers_well =
      percent == std::string::npos || (name.find('%', percent + 1) == std::string::npos && name[percent + 1] == 'd');
  const auto is_forbidden = [](unsigned char c) { return c <= ' ' || c == 0x7f || c == '/' || c == ':'; };
  if (!name.empty() && name.size() <= longest && name != "." && name != ".." && numbers_well &&
      std::ranges::none_of(name, is_forbidden))
    return;
  throw UsageFault(
      fmt::format("'{}' cannot be the name of a device", name.substr(0, 40)),
      fmt::format("a name has 1 to {} characters, none of them a blank, '/' or ':', and '%' in %d alone", longest),
      "for example --dev tun1; --dev tun%d lets the kernel number it");
}

void check_link_layer(const HostArguments& arguments) {
  if (arguments.tap) return;
  if (arguments.mac)
    throw UsageFault("--mac needs --tap", "packets of a TUN device travel without link-layer addresses",
                     "add --tap, or leave out --mac");
  if (!arguments.gateways.empty())
    throw UsageFault("--gateway needs --tap", "on a TUN device all packets go to its other end",
                     "add --tap, or leave out --gateway");
}

std::optional<MacAddress> link_address(const HostArguments& arguments, const std::vector<IpPrefix>& addresses) {
  if (!arguments.tap) return std::nullopt;
  return arguments.mac ? parse_host_mac(*arguments.mac) : default_mac(addresses);
}

std::vector<IpAddress> parse_gateways(const HostArguments& arguments, const std::vector<IpPrefix>& addresses) {
  std::vector<IpAddress> gateways;
  for (const std::string& text : arguments.gateways) {
    const auto gateway = parse_address(text);
    if (!gateway)
      throw UsageFault(fmt::format("'{}' is not the address of a gateway", text.substr(0, 40)),
                       "a gateway is written as its address, without a prefix length",
                       "for example --gateway 192.0.2.1");
    if (const auto fault = gateway_fault(*gateway, addresses)) refuse(*fault);
    gateways.push_back(*gateway);
  }
  return gateways;
}

void check_advertising(const NodeOptions& options, const InterfaceConfig& interface) {
  if (const auto fault = advertising_fault(options, interface))
    throw UsageFault("this router cannot be advertised so", *fault,
                     "'tunstack options nd.adv irdp.adv' lists what they take");
}

/// What only routers do.
struct RouterTask {
  bool (*is_wanted)(const NodeOptions&);
  const char* what;
  const char* options;
};

constexpr RouterTask router_tasks[] = {
    {[](const NodeOptions& o) { return o.router.advertises || o.router4.advertises; }, "advertise itself as a router",
     "nd.adv.enable and irdp.adv.enable are"},
    {[](const NodeOptions& o) { return !o.proxied.empty(); }, "answer for other nodes", "nd.proxy and arp.proxy are"},
    {[](const NodeOptions& o) { return o.router.queries_listeners; }, "ask for listeners", "mld.querier is"},
};

void check_role(const NodeOptions& options, const InterfaceConfig& interface) {
  for (const RouterTask& task : router_tasks)
    if (interface.role == Role::host && task.is_wanted(options))
      throw UsageFault(fmt::format("a host cannot {}", task.what), fmt::format("{} for routers", task.options),
                       "add --role router");
}

void check_routes_are_ours(const HostArguments& arguments) {
  if (!arguments.routes.empty() && leaves_link_alone(arguments))
    throw UsageFault("--route and --host none exclude each other", "--host none leaves the routes of the link to you",
                     fmt::format("ip route add {} dev {}    (when it is up), or leave out --host none",
                                 arguments.routes[0], arguments.device));
}

/// IPv6 wants more of a link than IPv4 does, and is there by default.
void check_mtu(const InterfaceConfig& interface) {
  const auto fault = mtu_fault(interface);
  if (!fault) return;
  InterfaceConfig of_ipv4_alone = interface;
  std::erase_if(of_ipv4_alone.addresses, [](const IpPrefix& prefix) { return !prefix.address.is_ipv4(); });
  const std::vector<IpPrefix>& left = of_ipv4_alone.addresses;
  const bool is_enough = !left.empty() && !mtu_fault(of_ipv4_alone);
  throw UsageFault(fmt::format("an MTU of {} is not possible", interface.mtu), *fault,
                   is_enough ? fmt::format("IPv4 addresses alone: {}; or a larger --mtu", to_text(left[0]))
                             : "choose another one with --mtu");
}

Seed seed_of(const HostArguments& arguments) {
  if (arguments.seed) return *arguments.seed;
  return arguments.recorded_seed ? *arguments.recorded_seed : fresh_seed();
}

// ---- the parts of a plan ----

/// Without --door there is one, and it has no name but that of the device.
RouterDoor only_door(const HostArguments& arguments) {
  check_device_name(arguments.device);
  std::vector<std::string> texts = arguments.addresses;
  if (texts.empty()) texts = {default_ipv4_address, default_ipv6_address};
  return {.name = arguments.device, .addresses = parse_host_addresses(texts)};
}

std::vector<RouterDoor> doors_of(const HostArguments& arguments) {
  return arguments.doors.empty() ? std::vector{only_door(arguments)} : parse_doors(arguments.doors);
}

InterfaceConfig plan_interface(const HostArguments& arguments, const RouterDoor& door) {
  const auto mtu = static_cast<std::size_t>(std::max<std::int64_t>(arguments.mtu, 0));
  InterfaceConfig interface{.name = door.name, .addresses = door.addresses, .mtu = door.mtu.value_or(mtu)};
  check_mtu(interface);
  check_link_layer(arguments);
  interface.link_address = link_address(arguments, interface.addresses);
  interface.gateways = parse_gateways(arguments, interface.addresses);
  interface.role =
      !arguments.doors.empty() || arguments.chain || arguments.role == "router" ? Role::router : Role::host;
  interface.configures_itself = arguments.tap || arguments.autoconf;
  return interface;
}

LinkPlan plan_link(const HostArguments& arguments, const InterfaceConfig& interface) {
  LinkPlan link{.device = interface.name, .mtu = interface.mtu, .addresses = {}, .routes = {}, .tap = arguments.tap};
  if (!leaves_link_alone(arguments)) {
    link.addresses = host_side_addresses(arguments, interface.addresses);
    link.routes = missing_routes(interface.addresses, link.addresses);
  }
  check_routes_are_ours(arguments);
  std::ranges::move(routes_of(arguments.routes, interface.addresses, arguments.tap), std::back_inserter(link.routes));
  return link;
}

/// Whether another link of this namespace comes before: its routes are the first one's.
bool is_first_of_network(const std::vector<LinkPlan>& links, const LinkPlan& link) {
  return &*std::ranges::find(links, link.network, &LinkPlan::network) == &link;
}

/// Who is behind one door reaches those behind doors in other namespaces by the router.
void add_routes_between_networks(HostPlan& plan) {
  for (std::size_t i = 0; i < plan.links.size(); ++i) {
    LinkPlan& link = plan.links[i];
    const InterfaceConfig& interface = plan.node.interfaces[i];
    if (plan.leave_link_alone || !is_first_of_network(plan.links, link)) continue;
    std::vector<std::string> elsewhere;
    for (std::size_t j = 0; j < plan.links.size(); ++j)
      for (const IpPrefix& prefix : plan.node.interfaces[j].addresses)
        if (plan.links[j].network != link.network && !prefix.address.is_link_local() &&
            has_address_of(interface, prefix.address.family()))
          elsewhere.push_back(to_text(network_of(prefix)));
    std::ranges::move(routes_of(elsewhere, interface.addresses, link.tap), std::back_inserter(link.routes));
  }
}

/// The kernel reaches it by the first router.
void plan_chain_behind(const HostArguments& arguments, HostPlan& plan) {
  if (!arguments.chain) return;
  const auto chain = parse_chain(*arguments.chain);
  if (!chain) refuse(chain.error());
  plan.chain = *chain;
  std::vector<std::string> behind;
  for (const IpPrefix& prefix : prefixes_behind(network_plan(plan, plan.node))) behind.push_back(to_text(prefix));
  if (plan.leave_link_alone) return;
  LinkPlan& link = plan.links[0];
  std::ranges::move(routes_of(behind, plan.node.interfaces[0].addresses, link.tap), std::back_inserter(link.routes));
}

/// Asked for before there are namespaces: in that of a user everybody is root.
std::optional<std::filesystem::path> secret_directory_of(const HostArguments& arguments, const NodeConfig& node) {
  const AddressOptions& own = node.options.own;
  const bool forms_addresses = std::ranges::any_of(node.interfaces, &InterfaceConfig::configures_itself) &&
                               own.identifiers == IdentifierKind::stable;
  if (!forms_addresses || arguments.seed || !own.secret.empty()) return std::nullopt;
  return state_directory();
}

/// A stack of the command line.
void plan_stack(const HostArguments& arguments, HostPlan& plan) {
  for (const RouterDoor& door : doors_of(arguments)) {
    InterfaceConfig& interface = plan.node.interfaces.emplace_back(plan_interface(arguments, door));
    plan.links.push_back(plan_link(arguments, interface));
    plan.links.back().network = door.network;
    add_link_local_address(interface);
    if (const auto fault = addresses_fault(interface.addresses)) refuse(*fault);
  }
  add_routes_between_networks(plan);
  plan_chain_behind(arguments, plan);
  plan.node.options = node_options(arguments);
  plan.secret_directory = secret_directory_of(arguments, plan.node);
  for (const InterfaceConfig& interface : plan.node.interfaces) {
    check_role(plan.node.options, interface);
    check_advertising(plan.node.options, interface);
  }
}

/// That of its file, unless another one is said.
Seed seed_of_lab(const HostArguments& arguments, const lab::LabPlan& lab) {
  return arguments.seed || arguments.recorded_seed ? seed_of(arguments) : lab.network.seed;
}

void plan_outputs(const HostArguments& arguments, HostPlan& plan) {
  plan.explain = explain_of(arguments);
  plan.color = arguments.color;
  if (arguments.verbose || plan.explain != Explain::off) plan.summary = SummaryLength::full;
  if (arguments.json) plan.json_fd = STDOUT_FILENO;
  plan.log = arguments.log;
  plan.capture = arguments.capture;
  plan.pid_file = arguments.pid_file;
  plan.ready_fd = arguments.ready_fd;
}

}  // namespace

void refuse_idle_settings(const HostArguments& arguments) {
  if (arguments.tap) return;
  for (const std::string& setting : arguments.settings) {
    const OptionRow* const row = find_option(std::string_view(setting).substr(0, setting.find('=')));
    if (row != nullptr && option::needs_stations(*row))
      throw UsageFault(fmt::format("{} needs --tap", row->key),
                       "packets of a TUN device travel without link-layer addresses: it would have no effect",
                       fmt::format("add --tap, or leave out --set {}", setting));
  }
}

NetworkPlan network_plan(const HostPlan& plan, const NodeConfig& first) {
  if (plan.lab) return lab_network(*plan.lab, first);
  NetworkPlan network;
  if (plan.chain) {
    auto chain = plan_chain(*plan.chain, first);
    if (!chain) refuse(chain.error());
    network = std::move(*chain);
  } else {
    network = plan_of(first);
  }
  for (std::size_t i = 0; i < plan.links.size(); ++i) network.links[i].impairments = plan.impairments;
  return network;
}

HostPlan plan_host(const HostArguments& arguments) {
  HostPlan plan;
  plan.leave_link_alone = leaves_link_alone(arguments);
  if (arguments.lab.lab.empty())
    plan_stack(arguments, plan);
  else
    plan_lab_host(arguments, plan);
  plan.node.seed = plan.lab ? seed_of_lab(arguments, *plan.lab) : seed_of(arguments);
  plan.arguments = recorded_arguments(arguments, plan.node);
  plan_outputs(arguments, plan);
  plan.duration = arguments.duration;
  if (arguments.user) plan.user = find_user(*arguments.user);
  plan.impairments = impairments_of(arguments.impairments);
  plan.sandboxed = !arguments.no_sandbox;
  return plan;
}

}  // namespace tunstack
