#include "tools/exec_environment.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "tools/lab_host.hpp"

namespace tunstack {

namespace {

/// The first address that can be pinged without naming the link; empty if there is none.
std::string first_of(const std::vector<IpPrefix>& prefixes, bool ipv4) {
  const auto found = std::ranges::find_if(prefixes, [&](const IpPrefix& prefix) {
    return prefix.address.is_ipv4() == ipv4 && (ipv4 || !prefix.address.is_link_local());
  });
  return found == prefixes.end() ? std::string() : to_text(found->address);
}

void export_variable(const char* name, const std::string& value) {
  if (value.empty())
    ::unsetenv(name);
  else
    ::setenv(name, value.c_str(), 1);
}

/// Empty without a chain.
std::vector<IpPrefix> server_of(const Network& network) {
  const auto server = network.find_node(chain_server);
  return server ? network.node(*server).state().interfaces[0].config.addresses : std::vector<IpPrefix>();
}

std::string both(const std::vector<IpPrefix>& prefixes) {
  std::string text = first_of(prefixes, true);
  const std::string ipv6 = first_of(prefixes, false);
  if (!text.empty() && !ipv6.empty()) text += " and ";
  text += ipv6;
  return text.empty() ? "no address" : text;
}

}  // namespace

void export_addresses(const HostPlan& plan, const Network& network, const std::string& device) {
  const std::vector<IpPrefix>& stack = plan.node.interfaces[0].addresses;
  export_variable("TUNSTACK_DEV", device);
  export_variable("TUNSTACK_ADDRESS4", first_of(stack, true));
  export_variable("TUNSTACK_ADDRESS6", first_of(stack, false));
  export_variable("TUNSTACK_HOST4", first_of(plan.links[0].addresses, true));
  export_variable("TUNSTACK_HOST6", first_of(plan.links[0].addresses, false));
  const std::vector<IpPrefix> server = server_of(network);
  export_variable("TUNSTACK_SERVER4", first_of(server, true));
  export_variable("TUNSTACK_SERVER6", first_of(server, false));
}

std::string address_of_server(const Network& network) {
  const std::vector<IpPrefix> server = server_of(network);
  const std::string ipv4 = first_of(server, true);
  return ipv4.empty() ? first_of(server, false) : ipv4;
}

std::string text_behind(const HostPlan& plan, const Network& network) {
  if (plan.lab) return lab_text_of(*plan.lab);
  if (!plan.chain) return {};
  return fmt::format("{} router{} and a host called {}: {}", plan.chain->routers, plan.chain->routers == 1 ? "" : "s",
                     chain_server, both(server_of(network)));
}

bool is_interactive() { return ::isatty(STDIN_FILENO) != 0 && ::isatty(STDERR_FILENO) != 0; }

// Debian's bash sets its own PS1 in /etc/bash.bashrc, and puts this name in front of it.
void export_prompt() {
  ::setenv("PS1", "tunstack$ ", 1);
  ::setenv("debian_chroot", "tunstack", 1);
}

namespace {

/// By its name in the environment, where it has one.
std::string as_typed(const std::string& target, const std::vector<IpPrefix>& stack) {
  if (target == first_of(stack, true)) return "$TUNSTACK_ADDRESS4";
  return target == first_of(stack, false) ? "$TUNSTACK_ADDRESS6" : target;
}

std::string to_try(const HostPlan& plan, const Network& network, const std::string& target,
                   const std::vector<IpPrefix>& stack) {
  const bool has_ipv4 = has_address_of(plan.node.interfaces[0], Family::ipv4);
  if (plan.lab && !address_of_server(network).empty()) return "try: traceroute server    ";
  if (plan.chain) return fmt::format("try: traceroute $TUNSTACK_SERVER{}    ", has_ipv4 ? 4 : 6);
  return target.empty() ? "" : fmt::format("try: ping {}    ", as_typed(target, stack));
}

}  // namespace

std::string greeting(const HostPlan& plan, const Session& session, const std::string& target) {
  const std::deque<AttachedLink>& links = session.links();
  const std::vector<IpPrefix>& stack = plan.node.interfaces[0].addresses;
  std::string ends;
  for (std::size_t i = 0; i < links.size(); ++i)
    ends += fmt::format("{}{}: the stack has {}, this shell {}", i == 0 ? "" : "; ", links[i].name(),
                        both(plan.node.interfaces[i].addresses), both(plan.links[i].addresses));
  const std::string behind_it = text_behind(plan, session.network());
  return fmt::format(
      "tunstack: a private network with {} {}{}\n"
      "  {}(exit ends all of it)\n",
      links.size() == 1 ? "one link," : fmt::format("{} links,", links.size()), ends,
      behind_it.empty() ? "" : fmt::format("\n  behind it {}", behind_it),
      to_try(plan, session.network(), target, stack));
}

}  // namespace tunstack
