// The options that `up` and `exec` share, and what they amount to.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>

#include "tunstack/explain.hpp"
#include "tunstack/host_side.hpp"
#include "tunstack/node.hpp"

namespace tunstack {

struct HostArguments {
  std::vector<std::string> addresses;  // ADDR/LEN of the stack
  std::vector<std::string> host;       // ADDR/LEN of the kernel's side, or "none"
  std::string device = "tun0";
  std::int64_t mtu = 1500;
  std::vector<std::string> settings;  // KEY=VALUE
  std::string profile = "lab";
  std::string explain = "off";
  bool json = false;
  std::optional<double> duration;  // seconds
  std::optional<std::uint64_t> seed;
  bool dry_run = false;
};

/// Adds the options to a subcommand; the addresses are its own affair.
void add_host_options(CLI::App& command, HostArguments& arguments);

/// One host and the kernel's end of its link, checked.
struct HostPlan {
  NodeConfig node;
  LinkPlan link;
  bool leave_link_alone = false;  // --host none
  Explain explain = Explain::off;
  ExplainFormat format = ExplainFormat::text;
  std::optional<double> duration;
};

/// Throws UsageFault.
HostPlan plan_host(const HostArguments& arguments);

}  // namespace tunstack
