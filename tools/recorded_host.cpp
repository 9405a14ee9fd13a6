#include "tools/recorded_host.hpp"

#include <fmt/format.h>

#include "tunstack/fault.hpp"
#include "tunstack/options/effect.hpp"

namespace tunstack {

namespace {

bool sets_secret(const std::string& setting) {
  const OptionRow* const row = find_option(std::string_view(setting).substr(0, setting.find('=')));
  return row != nullptr && option::is_secret(*row);
}

}  // namespace

std::vector<std::string> recorded_arguments(const HostArguments& arguments, const InterfaceConfig& interface) {
  const HostArguments defaults;
  std::vector<std::string> recorded;
  const auto add = [&](const char* option, const std::string& value) {
    recorded.insert(recorded.end(), {option, value});
  };
  for (const IpPrefix& address : interface.addresses) add("--address", to_text(address));
  if (interface.link_address) recorded.insert(recorded.end(), {"--tap", "--mac", to_text(*interface.link_address)});
  for (const IpAddress& gateway : interface.gateways) add("--gateway", to_text(gateway));
  if (arguments.autoconf) recorded.emplace_back("--autoconf");
  if (arguments.role != defaults.role) add("--role", arguments.role);
  if (arguments.mtu != defaults.mtu) add("--mtu", std::to_string(arguments.mtu));
  if (arguments.profile != defaults.profile) add("--profile", arguments.profile);
  for (const std::string& setting : arguments.settings)
    if (!sets_secret(setting)) add("--set", setting);
  return recorded;
}

CaptureSource capture_source(const NodeConfig& node, std::vector<std::string> arguments, CaptureTime started) {
  const InterfaceConfig& interface = node.interfaces[0];
  arguments.insert(arguments.end(), {"--dev", interface.name});
  return {.type = interface.link_address ? LinkType::ethernet : LinkType::raw_ip,
          .interface = interface.name,
          .addresses = interface.addresses,
          .mac = interface.link_address,
          .origin = CaptureOrigin{TUNSTACK_VERSION, std::move(arguments), node.seed, started, interface.up}};
}

void take_recorded(const CaptureOrigin& origin, const CLI::App& command, HostArguments& arguments) {
  HostArguments recorded;
  CLI::App reader;
  add_address_option(reader, recorded);
  add_stack_options(reader, recorded);
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
  take("--mac", arguments.mac, recorded.mac);
  take("--gateway", arguments.gateways, recorded.gateways);
  take("--autoconf", arguments.autoconf, recorded.autoconf);
  take("--role", arguments.role, recorded.role);
  take("--mtu", arguments.mtu, recorded.mtu);
  take("--profile", arguments.profile, recorded.profile);
  take("--dev", arguments.device, recorded.device);
  arguments.settings.insert(arguments.settings.begin(), recorded.settings.begin(), recorded.settings.end());
  arguments.recorded_seed = origin.seed;
}

}  // namespace tunstack
