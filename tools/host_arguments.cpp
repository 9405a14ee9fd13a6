#include "tools/host_arguments.hpp"

#include <fmt/format.h>

namespace tunstack {

namespace {

constexpr double longest_duration = 1e9;  // seconds; 31 years

/// Not by CLI11's own checks: they let NaN pass.
std::string duration_fault(const std::string& text) {
  double seconds = 0;
  const bool is_number = CLI::detail::lexical_cast(text, seconds);
  if (is_number && seconds > 0 && seconds <= longest_duration) return {};
  return fmt::format("'{}' is not a valid duration: give more than 0 and at most {:.0f} seconds", text.substr(0, 40),
                     longest_duration);
}

}  // namespace

void add_address_option(CLI::App& command, HostArguments& arguments) {
  command
      .add_option("--address", arguments.addresses,
                  "ADDR/LEN of the stack; repeatable (default: 192.0.2.2/24 and 2001:db8::2/64)")
      ->allow_extra_args(false);
}

void add_stack_options(CLI::App& command, HostArguments& arguments) {
  command.add_option("--dev", arguments.device, "Name of the device; tun%d lets the kernel number it")
      ->capture_default_str();
  command.add_option("--role", arguments.role, "What the stack is on its link; a router can advertise itself (nd.adv)")
      ->check(CLI::IsMember({"host", "router"}))
      ->capture_default_str();
  command.add_flag("--autoconf", arguments.autoconf, "Ask routers for addresses and routes; --tap does so by default");
  command
      .add_option("--gateway", arguments.gateways,
                  "ADDR of a default router of the stack, with --tap; repeatable, the best one first")
      ->allow_extra_args(false);
  command.add_option("--mac", arguments.mac, "Link-layer address of the stack, with --tap (default: 02:74 and ADDR)");
  command.add_option("--mtu", arguments.mtu, "Octets of the largest datagram on the link")->capture_default_str();
  command.add_option("--set", arguments.settings, "KEY=VALUE: any key of 'tunstack options'; repeatable")
      ->allow_extra_args(false);
  command.add_option("--profile", arguments.profile, "Defaults of all options")
      ->check(CLI::IsMember({"lab", "hardened"}))
      ->capture_default_str();
  command
      .add_flag("--explain{all}", arguments.explain,
                "One line on stderr for each decision: =all (if nothing is given), =drops, =off")
      ->check(CLI::IsMember({"all", "drops", "off"}))
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  command.add_flag("--json", arguments.json, "The same as JSON, one object a line on stdout");
  command.add_option("--seed", arguments.seed, "Fix all randomness");
}

void add_device_options(CLI::App& command, HostArguments& arguments) {
  command.add_flag("--tap", arguments.tap, "Ethernet frames: ARP and neighbor discovery with link-layer addresses");
  command
      .add_option("--host", arguments.host,
                  "ADDR/LEN of this host's end of the link (default: the first free address of each prefix), or "
                  "'none': create the device, leave its addresses, MTU and state to you, and wait until it is up")
      ->allow_extra_args(false);
  command.add_option("--capture", arguments.capture,
                     "Write every packet in and out to FILE, or '-' for stdout: pcapng, with the decision as its "
                     "comment; to FILE.pcap: pcap");
  command.add_option("--log", arguments.log, "Write what --json prints to FILE.jsonl");
  command.add_option("--pid-file", arguments.pid_file, "Write the number of this process to FILE; removed at the end");
  command.add_option("--ready-fd", arguments.ready_fd,
                     "Write a line to the file with this number, and close it, when packets are answered");
  command.add_option("--duration", arguments.duration, "Stop after so many seconds")->check(duration_fault);
  add_impairment_options(command, arguments.impairments);
  command.add_option("--user", arguments.user, "NAME of whom the stack becomes when it has attached; for root");
  command.add_flag("--no-sandbox", arguments.no_sandbox,
                   "Keep all rights while packets are answered, for debuggers ('tunstack doctor --security')");
  command.add_flag("--dry-run", arguments.dry_run, "Print the equivalent ip commands and do nothing");
}

}  // namespace tunstack
