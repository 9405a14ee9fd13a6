#include "tools/exec_environment.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

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

}  // namespace

void export_addresses(const HostPlan& plan, const std::string& device) {
  const std::vector<IpPrefix>& stack = plan.node.interfaces[0].addresses;
  export_variable("TUNSTACK_DEV", device);
  export_variable("TUNSTACK_ADDRESS4", first_of(stack, true));
  export_variable("TUNSTACK_ADDRESS6", first_of(stack, false));
  export_variable("TUNSTACK_HOST4", first_of(plan.links[0].addresses, true));
  export_variable("TUNSTACK_HOST6", first_of(plan.links[0].addresses, false));
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

}  // namespace

std::string greeting(const HostPlan& plan, const std::deque<AttachedLink>& links, const std::string& target) {
  const auto both = [](const std::vector<IpPrefix>& prefixes) {
    std::string text = first_of(prefixes, true);
    const std::string ipv6 = first_of(prefixes, false);
    if (!text.empty() && !ipv6.empty()) text += " and ";
    text += ipv6;
    return text.empty() ? "no address" : text;
  };
  const std::vector<IpPrefix>& stack = plan.node.interfaces[0].addresses;
  std::string ends;
  for (std::size_t i = 0; i < links.size(); ++i)
    ends += fmt::format("{}{}: the stack has {}, this shell {}", i == 0 ? "" : "; ", links[i].name(),
                        both(plan.node.interfaces[i].addresses), both(plan.links[i].addresses));
  return fmt::format(
      "tunstack: a private network with {} {}\n"
      "  {}(exit ends all of it)\n",
      links.size() == 1 ? "one link," : fmt::format("{} links,", links.size()), ends,
      target.empty() ? "" : fmt::format("try: ping {}    ", as_typed(target, stack)));
}

}  // namespace tunstack
