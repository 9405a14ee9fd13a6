#include "tools/door_arguments.hpp"

#include <fmt/format.h>

#include "tools/lab_host.hpp"
#include "tunstack/fault.hpp"

namespace tunstack {

namespace {

/// What --door says, or what no door has.
struct Conflict {
  const char* option;
  const char* why;
  const char* remedy;
};

constexpr const char* said_by_door = "a door has its addresses with it";
constexpr const char* add_it_to_door = "--door NAME=ADDR/LEN,ADDR/LEN";
constexpr const char* leave_it_out = "leave one of them out";

constexpr Conflict conflicts[] = {
    {"ADDR/LEN", said_by_door, add_it_to_door},
    {"--address", said_by_door, add_it_to_door},
    {"--chain", "a chain is behind one device", leave_it_out},
    {"--dev", "a door has the name of its device with it", "--door NAME=ADDR/LEN"},
    {"--gateway", "a gateway is for hosts on one link", leave_it_out},
    {"--mac", "each door has a link-layer address of its own: 02:74 and its address", leave_it_out},
    {"--route", "it would not be known by which door", "ip route add PREFIX dev NAME    (when it is up)"},
};

}  // namespace

void add_door_option(CLI::App& command, HostArguments& arguments) {
  command
      .add_option(
          "--door", arguments.doors,
          "One of several devices of a router, and the router's addresses there; repeatable: "
          "tun0=192.0.2.2/24,2001:db8::2/64 and with ,mtu=1400 an MTU of its own; tun1@far=198.51.100.2/24 puts "
          "the device into the network namespace far (ip netns add), with routes to the other doors' networks")
      ->type_name("NAME=ADDR/LEN,...")
      ->allow_extra_args(false)
      ->group("The stack");
}

void refuse_conflicts(const CLI::App& command, const HostArguments& arguments) {
  refuse_lab_conflicts(command);
  if (arguments.chain && command.count("--role") != 0 && arguments.role == "host")
    throw UsageFault("--chain and --role host exclude each other", "behind the device is the first router of the chain",
                     "leave out --role");
  if (arguments.doors.empty()) return;
  for (const Conflict& conflict : conflicts) {
    const CLI::Option* const option = command.get_option_no_throw(conflict.option);
    if (option != nullptr && option->count() != 0)
      throw UsageFault(fmt::format("--door and {} exclude each other", conflict.option), conflict.why, conflict.remedy);
  }
  if (command.count("--role") != 0 && arguments.role == "host")
    throw UsageFault("--door and --role host exclude each other", "a node with several links is a router",
                     "leave out --role");
  if (!arguments.host.empty() && !leaves_link_alone(arguments))
    throw UsageFault("--door and --host ADDR/LEN exclude each other",
                     "this host gets the first free address of each door's prefixes",
                     "leave out --host; or --host none, and give each link its addresses yourself");
}

std::vector<RouterDoor> parse_doors(const std::vector<std::string>& texts) {
  std::vector<RouterDoor> doors;
  for (const std::string& text : texts) {
    auto door = parse_door(text);
    if (!door) throw UsageFault(door.error().what, door.error().why, door.error().remedy);
    doors.push_back(std::move(*door));
  }
  if (const auto fault = doors_fault(doors)) throw UsageFault(fault->what, fault->why, fault->remedy);
  return doors;
}

}  // namespace tunstack
