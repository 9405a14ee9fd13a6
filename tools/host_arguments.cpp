#include "tools/host_arguments.hpp"

#include "tools/option_values.hpp"
#include "tools/route_arguments.hpp"
#include "tools/screen.hpp"

namespace tunstack {

namespace {

constexpr double longest_duration = 1e9;    // seconds; 31 years
constexpr std::uint64_t smallest_mtu = 68;  // RFC 791 3.2
constexpr std::uint64_t largest_mtu = 65535;
constexpr std::uint64_t largest_fd = 1'048'576;
constexpr double shortest_duration = 0.001;

constexpr const char* of_the_stack = "The stack";
constexpr const char* of_the_link = "The link to this host";
constexpr const char* of_output = "What is printed and written";
constexpr const char* of_the_run = "The run";

}  // namespace

bool leaves_link_alone(const HostArguments& arguments) { return arguments.host == std::vector<std::string>{"none"}; }

void add_address_option(CLI::App& command, HostArguments& arguments) {
  command
      .add_option("--address", arguments.addresses,
                  "Address of the stack; repeatable (default: 192.0.2.2/24 and 2001:db8::2/64)")
      ->type_name("ADDR/LEN")
      ->allow_extra_args(false)
      ->group(of_the_stack);
}

void add_verbose_option(CLI::App& command, HostArguments& arguments) {
  command.add_flag("-v,--verbose", arguments.verbose, "Count each reason in the summary at the end, as --explain does")
      ->group(of_output);
}

void add_stack_options(CLI::App& command, HostArguments& arguments) {
  command.add_option("--dev", arguments.device, "Name of the device; tun%d lets the kernel number it")
      ->type_name("NAME")
      ->capture_default_str()
      ->group(of_the_link);
  take_one_of(*command
                   .add_option("--role", arguments.role,
                               "What the stack is on its link; a router can advertise itself (nd.adv.enable)")
                   ->capture_default_str()
                   ->group(of_the_stack),
              {"host", "router"});
  command
      .add_option("--chain", arguments.chain,
                  "N routers behind the device, the stack being the first, and a host called server; with ,mtu=M the "
                  "last link has an MTU of M")
      ->type_name("N[,mtu=M]")
      ->group(of_the_stack);
  command
      .add_option("--lab", arguments.lab.lab,
                  "A network of 'tunstack lab list', or of a file: nodes, links and devices are those that it says")
      ->type_name("LAB")
      ->group(of_the_stack);
  add_with_option(command, arguments.lab.with);
  command.get_option("--with")->needs(command.get_option("--lab"))->group(of_the_stack);
  command.add_flag("--autoconf", arguments.autoconf, "Ask routers for addresses and routes; --tap does so by default")
      ->group(of_the_stack);
  command
      .add_option("--gateway", arguments.gateways,
                  "A default router of the stack, with --tap; repeatable, the best one first")
      ->type_name("ADDR")
      ->allow_extra_args(false)
      ->group(of_the_stack);
  command.add_option("--mac", arguments.mac, "Link-layer address of the stack, with --tap (default: 02:74 and ADDR)")
      ->type_name("MAC")
      ->group(of_the_stack);
  take_number(*command.add_option("--mtu", arguments.mtu, "Octets of the largest datagram on the link")
                   ->capture_default_str()
                   ->group(of_the_link),
              smallest_mtu, largest_mtu, "OCTETS");
  command.add_option("--set", arguments.settings, "Any key of 'tunstack options'; repeatable")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false)
      ->group(of_the_stack);
  take_one_of(*command.add_option("--profile", arguments.profile, "Defaults of all options")
                   ->capture_default_str()
                   ->group(of_the_stack),
              {"lab", "hardened"});
  take_one_of(*command
                   .add_flag("--explain{all}", arguments.explain,
                             "One line on stderr for each decision, all of them if nothing is given; for each packet, "
                             "over all nodes that it comes to, if it is story")
                   ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)
                   ->group(of_output),
              {"all", "drops", "story", "off"});
  add_color(command, arguments.color).group(of_output);
  command.add_flag("--json", arguments.json, "The same as JSON, one object a line on stdout")->group(of_output);
  take_seed(*command.add_option("--seed", arguments.seed, "Fix all randomness")->group(of_the_run));
}

void add_device_options(CLI::App& command, HostArguments& arguments) {
  command
      .add_flag(
          "--play", arguments.play,
          "Have the events of the lab happen, in real time, and say at the end whether what it expects came about")
      ->needs(command.get_option("--lab"))
      ->group(of_the_run);
  command.add_flag("--tap", arguments.tap, "Ethernet frames: ARP and neighbor discovery with link-layer addresses")
      ->group(of_the_link);
  command
      .add_option("--host", arguments.host,
                  "This host's end of the link (default: the first free address of each prefix), or 'none': create "
                  "the device, leave its addresses, MTU and state to you, and wait until it is up")
      ->type_name("ADDR/LEN")
      ->allow_extra_args(false)
      ->group(of_the_link);
  add_route_option(command, arguments.routes, of_the_link);
  command
      .add_option("--capture", arguments.capture,
                  "Write every packet in and out to FILE, or '-' for stdout: pcapng, with the decision as its "
                  "comment; to FILE.pcap: pcap")
      ->type_name("FILE")
      ->group(of_output);
  command.add_option("--log", arguments.log, "Write what --json prints to FILE.jsonl")
      ->type_name("FILE")
      ->group(of_output);
  add_verbose_option(command, arguments);
  command.add_option("--pid-file", arguments.pid_file, "Write the number of this process to FILE; removed at the end")
      ->type_name("FILE")
      ->group(of_the_run);
  take_number(*command
                   .add_option("--ready-fd", arguments.ready_fd,
                               "Write a line to the file with this number, and close it, when packets are answered")
                   ->group(of_the_run),
              0, largest_fd, "FD");
  take_duration(
      *command.add_option("--duration", arguments.duration, "Stop after this time: 30s, 500ms, 1m")->group(of_the_run),
      shortest_duration, longest_duration);
  add_impairment_options(command, arguments.impairments);
  command.add_option("--user", arguments.user, "Whom the stack becomes when it has attached; for root")
      ->type_name("NAME")
      ->group(of_the_run);
  command
      .add_flag("--no-sandbox", arguments.no_sandbox,
                "Keep all rights while packets are answered, for debuggers ('tunstack doctor --security')")
      ->group(of_the_run);
  command.add_flag("--dry-run", arguments.dry_run, "Print the equivalent ip commands and do nothing")
      ->group(of_the_run);
}

}  // namespace tunstack
