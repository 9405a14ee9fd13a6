// What the options of a host amount to: a node, and the kernel's ends of its links, checked.
#pragma once

#include <filesystem>
#include <optional>

#include "tools/host_arguments.hpp"
#include "tunstack/explain/explain.hpp"
#include "tunstack/explain/summary.hpp"
#include "tunstack/kernel_link/kernel_link_plan.hpp"
#include "tunstack/network/chain.hpp"
#include "tunstack/sandbox/sandbox.hpp"

namespace tunstack {

/// One host and the kernel's ends of its links, checked.
struct HostPlan {
  NodeConfig node;                                        // the only one, or the first of a chain
  std::optional<ChainArguments> chain;                    // behind it
  std::optional<lab::LabPlan> lab;                        // instead; the node has what is at its doors
  std::optional<lab::LabFile> played;                     // its events and expectations, in real time
  std::string played_from;                                // as the command line names it
  std::vector<std::string> arguments;                     // that make the same node again, but for its device and seed
  std::vector<LinkPlan> links;                            // by the interfaces of the node; one at least
  bool leave_link_alone = false;                          // --host none
  std::optional<std::filesystem::path> secret_directory;  // where that of stable addresses is kept, if it is
  Explain explain = Explain::off;
  std::string color;  // as for screen_of()
  SummaryLength summary = SummaryLength::brief;
  std::optional<int> json_fd;      // where events go, as lines
  std::optional<std::string> log;  // and a file for them
  std::optional<std::string> pid_file;
  std::optional<int> ready_fd;
  std::optional<double> duration;
  std::optional<std::string> capture;
  std::optional<User> user;
  Impairments impairments;  // of each door's link
  bool sandboxed = true;
};

/// The network of the plan, with `first` in the place of its node. Throws UsageFault.
NetworkPlan network_plan(const HostPlan& plan, const NodeConfig& first);

/// What a stack has if it is given none.
inline constexpr const char* default_ipv4_address = "192.0.2.2/24";
inline constexpr const char* default_ipv6_address = "2001:db8::2/64";

/// Throws UsageFault for what is set and has no effect on the link that is asked for.
void refuse_idle_settings(const HostArguments& arguments);
/// Throws UsageFault.
HostPlan plan_host(const HostArguments& arguments);

}  // namespace tunstack
