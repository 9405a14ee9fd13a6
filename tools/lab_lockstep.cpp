#include <iostream>

#include "tools/commands.hpp"
#include "tools/lab_arguments.hpp"
#include "tunstack/lab/lockstep.hpp"

namespace tunstack {

namespace {

constexpr const char* lockstep_description =
    R"(Drive a lab from another program by lines on stdin and stdout, in virtual time: hours in seconds.

Examples:
  printf 'advance 6h\nnow\n' | tunstack lab lockstep neighbors

  inject host 45000054...       a packet (a frame where the link is Ethernet) arrives at a door now
  advance 250ms                 time goes on: us, ms, s, m, h
  set link.core.mtu 1280        as an event of a lab file
  now, quit

Each line is answered by what happened, "out DOOR TIME HEX" for each packet that left and "error TEXT" where it could
not be done, and then "now TIME", in seconds since the start.)";

}  // namespace

void add_lab_lockstep(CLI::App& lab) {
  CLI::App* command = lab.add_subcommand("lockstep", lockstep_description);
  const auto arguments = std::make_shared<LabArguments>();
  add_lab_argument(*command, *arguments);
  command->callback([arguments] { lab::run_lockstep(lab::plan_lab(load_lab(*arguments)), std::cin, std::cout); });
}

}  // namespace tunstack
