#include <fmt/format.h>
#include <unistd.h>

#include <set>

#include "tools/capture_output.hpp"
#include "tools/commands.hpp"
#include "tools/door_arguments.hpp"
#include "tools/exec_environment.hpp"
#include "tools/lab_host.hpp"
#include "tools/session.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/kernel_link/kernel_settings.hpp"

namespace tunstack {

namespace {

constexpr const char* up_description = R"(Attach to a TUN device on this host and answer until Ctrl-C.

Examples:
  tunstack up                                  then, elsewhere: ping 192.0.2.2; ping 2001:db8::2
  tunstack up 10.1.1.2/24 --explain            each decision as a line, with its RFC section
  tunstack up 192.0.2.9/24 --dev lab%d --set icmp4.echo=off --duration 60
  tunstack up --door tun0=192.0.2.2/24 --door tun1=198.51.100.2/24     a router between two devices
  tunstack up --lab pmtud            a network of 'tunstack lab list', or of a file
  tunstack up --chain 3,mtu=1300     three routers and a host behind the device: traceroute, tracepath)";

std::string join(const std::vector<IpPrefix>& prefixes) {
  std::string text;
  for (const IpPrefix& prefix : prefixes) text += (text.empty() ? "" : ", ") + to_text(prefix);
  return text.empty() ? "none" : text;
}

/// In front of a command that is to run there.
std::string behind(const std::string& network) {
  return network.empty() ? "" : fmt::format("ip netns exec {} ", network);
}

std::string to_try(const Session& session, const std::string& before, const std::string& target) {
  const std::string server = address_of_server(session.network());
  if (!server.empty()) return fmt::format("  try: {}traceroute {}    (Ctrl-C ends)\n", before, server);
  return target.empty() ? "" : fmt::format("  try: {}ping {}    (Ctrl-C ends)\n", before, target);
}

/// Who set the link up by hand may still be at it, and is told of nothing that is amiss.
std::string welcome_text(const HostPlan& plan, const Session& session, const AttachedLink& link) {
  const std::string& device = link.name();
  const std::vector<WayToStack> ways = session.ways(link);
  const auto number = static_cast<std::size_t>(link.number());
  const std::string target = address_to_ping(ways, device);
  const std::string& network = plan.links[number].network;
  const std::string behind_it = text_behind(plan, session.network());
  return fmt::format("tunstack: {} is up: the stack has {}; {} has {}\n{}{}{}", device,
                     join(plan.node.interfaces[number].addresses), network.empty() ? "this host" : network,
                     plan.leave_link_alone ? "what you give it" : join(plan.links[number].addresses),
                     behind_it.empty() ? "" : fmt::format("  behind it {}\n", behind_it),
                     to_try(session, behind(network), target), plan.leave_link_alone ? "" : detour_warning(ways));
}

/// What becomes of the link is told each time, how to try the stack when it is up for the first time.
class LinkTeller {
 public:
  LinkTeller(const HostPlan& plan, Session& session) : plan_(plan), session_(session) {}

  void tell(const AttachedLink& link) {
    const std::string& device = link.name();
    switch (link.state()) {
      case LinkState::down:
        return session_.say(
            fmt::format("tunstack: {} is down: the stack waits until it is up\n"
                        "  try: {}ip link set {} up    (as root)\n",
                        device, behind(plan_.links[static_cast<std::size_t>(link.number())].network), device));
      case LinkState::up:
        return session_.say(was_up_.insert(link.number()).second ? welcome_text(plan_, session_, link)
                                                                 : fmt::format("tunstack: {} is up again\n", device));
      case LinkState::out_of_sight:
        return session_.say(fmt::format(
            "tunstack: {} is in another network namespace: the stack does not see whether it is up\n", device));
    }
  }

 private:
  const HostPlan& plan_;
  Session& session_;
  std::set<InterfaceId> was_up_;
};

/// Whoever gives no address takes what works here.
void do_without_ipv6_if_need_be(HostArguments& arguments) {
  const bool chooses =
      !arguments.lab.lab.empty() || !arguments.addresses.empty() || !arguments.host.empty() || !arguments.doors.empty();
  if (chooses || !ipv6_is_off(arguments.device)) return;
  arguments.addresses = {default_ipv4_address};
  fmt::print(stderr,
             "tunstack: IPv6 is switched off on this host (net.ipv6.conf.*.disable_ipv6): the stack has IPv4 alone\n");
}

/// For whom root would prepare the link; ip takes numbers too.
std::string user_without_rights() { return ::geteuid() == 0 ? std::string() : std::to_string(::geteuid()); }

int run_up(HostArguments arguments) {
  do_without_ipv6_if_need_be(arguments);
  const HostPlan plan = plan_host(arguments);
  refuse_idle_settings(arguments);
  check_capture_output(plan, StandardOutput::ours);
  if (arguments.dry_run) {
    for (const LinkPlan& link : plan.links)
      fmt::print("{}", ip_commands(link, plan.leave_link_alone, user_without_rights()));
    return 0;
  }
  Session session(plan);
  session.confine();
  session.on_signal([&](int, bool) { session.loop().stop(); });
  session.on_duration([&] { session.loop().stop(); });
  LinkTeller teller(plan, session);
  session.on_link_change([&](const AttachedLink& link) { teller.tell(link); });
  for (const AttachedLink& link : session.links()) teller.tell(link);
  session.begin_play();
  session.tell_ready();
  const LoopEnd end = session.loop().run();
  if (end == LoopEnd::stopped) session.shut_down();
  const bool as_expected = session.judge_play();
  const bool all_taken = session.finish(Session::Summary::yes);
  if (end == LoopEnd::stopped && !as_expected) return 1;
  if (end == LoopEnd::stopped) return all_taken ? 0 : exit_rights;
  throw SystemError(fmt::format("the device {} is gone", session.device_that_is_gone()),
                    "it was deleted while the stack ran", "start 'tunstack up' again");
}

}  // namespace

void add_up(CLI::App& program, int& exit_status) {
  CLI::App* command = program.add_subcommand("up", up_description);
  auto arguments = std::make_shared<HostArguments>();
  command->add_option("ADDR/LEN", arguments->addresses,
                      "Addresses of the stack (default: 192.0.2.2/24 2001:db8::2/64)");
  add_stack_options(*command, *arguments);
  add_door_option(*command, *arguments);
  add_device_options(*command, *arguments);
  command->callback([command, arguments, &exit_status] {
    refuse_conflicts(*command, *arguments);
    exit_status = run_up(*arguments);
  });
}

}  // namespace tunstack
