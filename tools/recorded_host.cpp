#include "tools/recorded_host.hpp"

#include <fmt/format.h>

#include "tools/door_arguments.hpp"
#include "tools/lab_host.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/options/effect.hpp"

namespace tunstack {

namespace {

bool sets_secret(const std::string& setting) {
  const OptionRow* const row = find_option(std::string_view(setting).substr(0, setting.find('=')));
  return row != nullptr && option::is_secret(*row);
}

using Texts = std::vector<std::string>;

void record_only(const InterfaceConfig& interface, Texts& recorded) {
  const auto add = [&](const Texts& texts) { recorded.insert(recorded.end(), texts.begin(), texts.end()); };
  for (const IpPrefix& address : interface.addresses) add({"--address", to_text(address)});
  if (interface.link_address) add({"--tap", "--mac", to_text(*interface.link_address)});
  for (const IpAddress& gateway : interface.gateways) add({"--gateway", to_text(gateway)});
}

/// Wherever their devices are.
void record_doors(const std::vector<InterfaceConfig>& interfaces, Texts& recorded) {
  if (interfaces[0].link_address) recorded.emplace_back("--tap");
  for (const InterfaceConfig& one : interfaces) {
    const RouterDoor door{.name = one.name, .addresses = one.addresses, .mtu = one.mtu};
    recorded.insert(recorded.end(), {"--door", to_text(door)});
  }
}

}  // namespace

std::vector<std::string> recorded_arguments(const HostArguments& arguments, const NodeConfig& node) {
  if (!arguments.lab.lab.empty()) return lab_arguments(arguments.lab);
  const HostArguments defaults;
  std::vector<std::string> recorded;
  const auto add = [&](const char* option, const std::string& value) {
    recorded.insert(recorded.end(), {option, value});
  };
  if (arguments.doors.empty())
    record_only(node.interfaces[0], recorded);
  else
    record_doors(node.interfaces, recorded);
  if (arguments.chain) add("--chain", *arguments.chain);
  if (arguments.autoconf) recorded.emplace_back("--autoconf");
  if (arguments.role != defaults.role) add("--role", arguments.role);
  if (arguments.mtu != defaults.mtu) add("--mtu", std::to_string(arguments.mtu));
  if (arguments.profile != defaults.profile) add("--profile", arguments.profile);
  for (const std::string& setting : arguments.settings)
    if (!sets_secret(setting)) add("--set", setting);
  return recorded;
}

CaptureSource capture_source(const NodeConfig& node, std::vector<std::string> arguments, CaptureTime started) {
  const std::vector<InterfaceConfig>& all = node.interfaces;
  if (all.size() == 1) arguments.insert(arguments.end(), {"--dev", all[0].name});
  CaptureSource source{.type = all[0].link_address ? LinkType::ethernet : LinkType::raw_ip,
                       .interfaces = {},
                       .origin = CaptureOrigin{TUNSTACK_VERSION, std::move(arguments), node.seed, started, {}}};
  for (const InterfaceConfig& interface : all) {
    source.interfaces.push_back({interface.name, interface.addresses, interface.link_address});
    source.origin->links_are_up.push_back(interface.up);
  }
  return source;
}

void take_recorded(const CaptureOrigin& origin, const CLI::App& command, HostArguments& arguments) {
  HostArguments recorded;
  CLI::App reader;
  add_address_option(reader, recorded);
  add_stack_options(reader, recorded);
  add_door_option(reader, recorded);
  reader.add_flag("--tap", recorded.tap);
  try {
    reader.parse(std::vector<std::string>(origin.arguments.rbegin(), origin.arguments.rend()));
  } catch (const CLI::Error& error) {
    throw UsageFault(fmt::format("the capture is of tunstack {}, and asks for what this one has not", origin.version),
                     error.what(), "replay it with that version, or take its packets alone: editcap IN OUT.pcap");
  }
  const auto take = [&](const char* option, auto& mine, auto& of_capture) {
    if (command.count(option) == 0) mine = std::move(of_capture);
  };
  take("--address", arguments.addresses, recorded.addresses);
  take("--address", arguments.doors, recorded.doors);
  take("--mac", arguments.mac, recorded.mac);
  take("--gateway", arguments.gateways, recorded.gateways);
  take("--chain", arguments.chain, recorded.chain);
  take("--lab", arguments.lab, recorded.lab);
  take("--autoconf", arguments.autoconf, recorded.autoconf);
  take("--role", arguments.role, recorded.role);
  take("--mtu", arguments.mtu, recorded.mtu);
  take("--profile", arguments.profile, recorded.profile);
  take("--dev", arguments.device, recorded.device);
  arguments.settings.insert(arguments.settings.begin(), recorded.settings.begin(), recorded.settings.end());
  arguments.recorded_seed = origin.seed;
}

}  // namespace tunstack
