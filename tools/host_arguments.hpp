// The options that `up`, `exec`, `replay` and `why` share, as they are typed; host_plan says what they amount to.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>

#include "protocols/base/random.hpp"
#include "tools/impairment_arguments.hpp"
#include "tools/lab_arguments.hpp"

namespace tunstack {

struct HostArguments {
  std::vector<std::string> addresses;  // ADDR/LEN of the stack
  std::vector<std::string> host;       // ADDR/LEN of the kernel's side, or "none"
  std::vector<std::string> routes;     // of the kernel to the stack: prefixes, or "default"
  std::optional<std::string> chain;    // N or N,mtu=M: routers behind the device, and a host
  std::vector<std::string> doors;      // NAME=ADDR/LEN,...: instead of all of these, and of the device
  LabArguments lab;                    // likewise; empty: none
  bool play = false;                   // its events, in real time
  std::string device = "tun0";
  bool tap = false;
  bool autoconf = false;  // ask routers also without tap
  std::string role = "host";
  std::optional<std::string> mac;     // of the stack, with tap
  std::vector<std::string> gateways;  // of the stack
  std::int64_t mtu = 1500;
  std::vector<std::string> settings;  // KEY=VALUE
  std::string profile = "lab";
  std::string explain = "off";
  std::string color;
  bool json = false;
  bool verbose = false;
  std::optional<std::string> log;  // a file for events
  std::optional<std::string> pid_file;
  std::optional<int> ready_fd;
  std::optional<double> duration;  // seconds
  std::optional<std::uint64_t> seed;
  std::optional<Seed> recorded_seed;   // of a capture that is replayed; `seed` goes before it
  std::optional<std::string> capture;  // a file for all packets in and out
  std::optional<std::string> user;     // whom the process becomes
  ImpairmentArguments impairments;
  bool no_sandbox = false;
  bool dry_run = false;
};

/// --host none: what the kernel has of its links is the user's affair.
bool leaves_link_alone(const HostArguments& arguments);

/// Adds what concerns the stack itself to a subcommand; the addresses are its own affair.
void add_stack_options(CLI::App& command, HostArguments& arguments);
/// Adds what concerns a device and a run in real time.
void add_device_options(CLI::App& command, HostArguments& arguments);
/// Adds -v, for commands that end with a summary.
void add_verbose_option(CLI::App& command, HostArguments& arguments);
/// Adds --address, for commands whose arguments are something else.
void add_address_option(CLI::App& command, HostArguments& arguments);

}  // namespace tunstack
